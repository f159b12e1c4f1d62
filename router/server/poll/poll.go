// Package poll waits for what clients say, on connections on which they may be silent for hours, without a goroutine
// for each.
//
// Why: a goroutine that reads takes as much memory as all else of an idle subscription. The runtime waits for all
// connections at once, too, but has nobody else to tell than a goroutine. So there is an epoll of our own: one
// goroutine waits for it.
package poll

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
)

// ErrNothing is the error of a read when nothing has come.
var ErrNothing = errors.New("nothing has come")

// Conn is a connection that can be waited for.
type Conn struct {
	raw   syscall.RawConn
	ready func()
	// id names the connection where events are told. added tells that the system knows it; that is of whoever waits.
	id    uint64
	added bool
	armed atomic.Bool
}

// conns are those that can be waited for, by their ids.
var conns = struct {
	sync.Mutex
	byID map[uint64]*Conn
	last uint64
}{byID: map[uint64]*Conn{}}

// Open makes a connection one that can be waited for; nil when that cannot be: it is not TCP's, or the system has no
// epoll. ready is called once for each Wait, by a goroutine that may be everybody's: it must not wait. The caller reads
// and writes as before, and must call Close.
func Open(conn net.Conn, ready func()) *Conn {
	tcp, ok := conn.(*net.TCPConn)
	if !ok || !usable() {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	c := &Conn{raw: raw, ready: ready}
	conns.Lock()
	defer conns.Unlock()
	conns.last++
	c.id = conns.last
	conns.byID[c.id] = c
	return c
}

// Wait has ready called once there is something to read, or the connection has ended. Whoever has called it has the
// connection no more: ready may run before it returns.
func (c *Conn) Wait() {
	c.armed.Store(true)
	if c.watch() != nil {
		go c.await() // it is closed already, or the system watches as many as it can
	}
}

// await is Wait with a goroutine.
func (c *Conn) await() {
	var one [1]byte
	_ = c.raw.Read(func(fd uintptr) bool { // fails when it is closed, which the next read tells
		_, err := peek(fd, one[:])
		return !errors.Is(err, ErrNothing)
	})
	c.Wake()
}

// Wake has ready called at once if somebody waits, as when the connection was closed: the system does not tell of what
// we have done ourselves.
func (c *Conn) Wake() {
	if c.armed.CompareAndSwap(true, false) {
		c.ready()
	}
}

// Close forgets the connection and wakes who waits. It does not close it, which must have happened before.
func (c *Conn) Close() {
	conns.Lock()
	delete(conns.byID, c.id)
	conns.Unlock()
	c.Wake()
}

// Read reads what has come, without waiting: ErrNothing when that is nothing, io.EOF behind the end.
func (c *Conn) Read(p []byte) (n int, err error) {
	if e := c.raw.Read(func(fd uintptr) bool {
		n, err = read(fd, p)
		return true
	}); e != nil {
		return 0, e
	}
	return n, err
}

// atOnce bounds what Drop reads in one go: others are waiting, too.
const atOnce = 64 << 10

var dropped = sync.Pool{New: func() any { return new([4 << 10]byte) }}

// Drop reads what has come, for nobody. It returns the error with which the connection has ended; nil when it has not.
func (c *Conn) Drop() error {
	to := dropped.Get().(*[4 << 10]byte)
	defer dropped.Put(to)
	for range atOnce / len(to) {
		switch _, err := c.Read(to[:]); {
		case errors.Is(err, ErrNothing):
			return nil
		case err != nil:
			return err
		}
	}
	return nil
}

// tell wakes who waits for a connection.
func tell(id uint64) {
	conns.Lock()
	c := conns.byID[id]
	conns.Unlock()
	if c != nil {
		c.Wake()
	}
}
