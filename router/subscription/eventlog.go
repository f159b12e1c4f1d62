package subscription

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// eventLog is a log of bounded length that any number of cursors read, each at its own pace. Writing never waits:
// what does not fit any more is dropped from the front, and cursors that have not read it are behind.
type eventLog[T any] struct {
	mu      sync.Mutex
	entries []entry[T]
	// first is the number of the first entry; bytes is the size of all.
	first    uint64
	bytes    int
	maxCount int
	maxBytes int
	ended    bool
	cursors  map[*cursor[T]]struct{}
	// read is closed when a cursor has read something, or is gone; nil while nobody waits for that.
	read chan struct{}
}

type entry[T any] struct {
	value T
	size  int
}

// cursor reads a log.
type cursor[T any] struct {
	// ready yields when there may be something to read.
	ready chan struct{}
	// tell is called instead, if it is not nil.
	tell atomic.Pointer[func()]
	// mu guards what follows. It is locked before the log's.
	mu  sync.Mutex
	log *eventLog[T]
	// at is the number of the entry to read next.
	at uint64
}

// found is what a cursor found.
type found uint8

const (
	nothing found = iota
	value
	// behind means that entries were dropped before they were read.
	behind
	// over means that the log has ended.
	over
)

func newEventLog[T any](maxCount, maxBytes int) *eventLog[T] {
	return &eventLog[T]{maxCount: maxCount, maxBytes: maxBytes, cursors: map[*cursor[T]]struct{}{}}
}

// add writes an entry of so many bytes.
func (l *eventLog[T]) add(v T, size int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return
	}
	l.entries = append(l.entries, entry[T]{v, size})
	l.bytes += size
	for len(l.entries) > l.maxCount || l.bytes > l.maxBytes && len(l.entries) > 1 {
		l.bytes -= l.entries[0].size
		l.entries[0] = entry[T]{}
		l.entries = l.entries[1:]
		l.first++
	}
	l.wake()
}

// room waits until every cursor has read what another entry would drop, but not longer than the duration.
func (l *eventLog[T]) room(ctx context.Context, atMost time.Duration) {
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	for {
		l.mu.Lock()
		if !l.wouldDrop() {
			l.mu.Unlock()
			return
		}
		if l.read == nil {
			l.read = make(chan struct{})
		}
		read := l.read
		l.mu.Unlock()
		select {
		case <-read:
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// wouldDrop tells whether another entry would drop one that a cursor has still to read. The lock is held.
func (l *eventLog[T]) wouldDrop() bool {
	if len(l.entries) < l.maxCount && l.bytes < l.maxBytes/2 {
		return false
	}
	for c := range l.cursors {
		if c.at == l.first && len(l.entries) > 0 {
			return true
		}
	}
	return false
}

// noteRead tells who waits for it that something was read. The lock is held.
func (l *eventLog[T]) noteRead() {
	if l.read != nil {
		close(l.read)
		l.read = nil
	}
}

// end tells that nothing follows.
func (l *eventLog[T]) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	l.wake()
}

// wake tells all cursors. The lock is held.
func (l *eventLog[T]) wake() {
	for c := range l.cursors {
		c.wake()
	}
}

// wake makes ready yield, or tells who wants to be told.
func (c *cursor[T]) wake() {
	if tell := c.tell.Load(); tell != nil {
		(*tell)()
		return
	}
	select {
	case c.ready <- struct{}{}:
	default:
	}
}

// follow adds a cursor for what is written from now on.
func (l *eventLog[T]) follow() *cursor[T] {
	c := &cursor[T]{ready: make(chan struct{}, 1)}
	l.mu.Lock()
	defer l.mu.Unlock()
	c.log, c.at = l, l.first+uint64(len(l.entries))
	l.cursors[c] = struct{}{}
	if l.ended {
		c.wake()
	}
	return c
}

// followBehind adds a cursor for what was written behind the entry that is looked for, or for everything when the log
// begins behind it; nil when that is not there any more.
func (l *eventLog[T]) followBehind(is func(T) bool, begins bool) *cursor[T] {
	c := &cursor[T]{ready: make(chan struct{}, 1), log: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	at := -1
	for i := range l.entries {
		if is(l.entries[i].value) {
			at = i
		}
	}
	switch {
	case at >= 0:
		c.at = l.first + uint64(at) + 1
	case !begins || l.first > 0:
		return nil
	}
	l.cursors[c] = struct{}{}
	c.wake()
	return c
}

// next reads an entry.
func (c *cursor[T]) next() (v T, what found) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.log
	if l == nil {
		return v, over
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch i := c.at - l.first; {
	case c.at < l.first:
		return v, behind
	case i < uint64(len(l.entries)):
		c.at++
		l.noteRead()
		return l.entries[i].value, value
	case l.ended:
		return v, over
	}
	return v, nothing
}

// close ends the reading. It may be called more than once.
func (c *cursor[T]) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leave()
	c.wake()
}

// leave takes the cursor from its log. The cursor's lock is held.
func (c *cursor[T]) leave() {
	l := c.log
	if l == nil {
		return
	}
	l.mu.Lock()
	delete(l.cursors, c)
	l.noteRead()
	l.mu.Unlock()
	c.log = nil
}

// move goes on in another log, with the entry that has the same number.
func (c *cursor[T]) move(to *eventLog[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.log == nil {
		return
	}
	c.leave()
	to.mu.Lock()
	c.log = to
	to.cursors[c] = struct{}{}
	to.mu.Unlock()
	c.wake()
}

// clone is a log with the same entries, under the same numbers, and no cursors.
func (l *eventLog[T]) clone() *eventLog[T] {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := newEventLog[T](l.maxCount, l.maxBytes)
	c.entries, c.first, c.bytes, c.ended = append(c.entries, l.entries...), l.first, l.bytes, l.ended
	return c
}

// clone is another cursor at the same place of the same log; nil when that is closed.
func (c *cursor[T]) clone() *cursor[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.log == nil {
		return nil
	}
	other := &cursor[T]{ready: make(chan struct{}, 1), log: c.log, at: c.at}
	c.log.mu.Lock()
	c.log.cursors[other] = struct{}{}
	c.log.mu.Unlock()
	other.wake()
	return other
}
