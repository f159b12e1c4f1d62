package http1

import (
	"sync"
	"time"
)

// lookEvery is how often a watch looks.
const lookEvery = 50 * time.Millisecond

// watch ends the contexts of requests whose client has gone. net/http has a goroutine for each request that waits for
// that to happen; the watch looks at the sockets of those requests that have been running for a while. A connection
// puts itself on the list with its first request and is taken off once it is found idle, so that a busy one pays one
// atomic load per request, and an idle one nothing. Without connections on the list no timer runs.
type watch struct {
	every   time.Duration
	mu      sync.Mutex
	conns   []*conn
	ticking bool
}

// add makes sure that a connection with a request in progress is watched.
func (w *watch) add(c *conn) {
	if c.watched.Load() || !c.watched.CompareAndSwap(false, true) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns = append(w.conns, c)
	if !w.ticking {
		w.ticking = true
		time.AfterFunc(w.every, w.look)
	}
}

// look looks at all connections on the list once.
func (w *watch) look() {
	w.mu.Lock()
	list := w.conns
	w.conns = nil
	w.mu.Unlock()
	kept := list[:0]
	for _, c := range list {
		if c.look() {
			kept = append(kept, c)
		}
	}
	clear(list[len(kept):])
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns = append(kept, w.conns...)
	if w.ticking = len(w.conns) > 0; w.ticking {
		time.AfterFunc(w.every, w.look)
	}
}

// look ends the request in progress if the client has gone; not the first time it is seen, when it has only begun. It
// returns false when the connection can be taken off the list.
func (c *conn) look() bool {
	x := c.running.Load()
	if x == nil {
		c.seen = nil
		c.watched.Store(false)
		// A request that has begun since puts the connection on the list by itself, unless it came before the line above.
		return c.running.Load() != nil && c.watched.CompareAndSwap(false, true)
	}
	if x == c.seen && c.socket.isClosed() {
		x.context.end()
	}
	c.seen = x
	return true
}
