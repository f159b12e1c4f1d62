package http1

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// maxDiscard is how much of a body that the handler did not read is read to keep the connection.
const maxDiscard = 256 << 10

// body is a request's body of a stated length.
type body struct {
	conn *conn
	// mu also keeps a goroutine that outlives the handler from reading what follows the body.
	mu    sync.Mutex
	began time.Time
	left  int64
	// closed ends reading; broken tells that the body did not arrive whole.
	closed, broken bool
	// given tells that the handler has set a deadline, which holds then.
	given atomic.Bool
}

// expect begins a body of so many bytes.
func (b *body) expect(length int64) {
	b.left = length
	if c := b.conn; int64(c.to-c.from) < length {
		b.began = time.Now() // there will be waiting
	}
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return 0, http.ErrBodyReadAfterClose
	}
	return b.read(p)
}

func (b *body) read(p []byte) (n int, err error) {
	if b.left == 0 || b.broken {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	p = p[:min(int64(len(p)), b.left)]
	c := b.conn
	if c.from < c.to {
		n = copy(p, c.input[c.from:c.to])
		c.from += n
	} else {
		if !b.given.Load() {
			c.readBy.by(b.began, c.server.bodyTimeout)
		}
		n, err = c.net.Read(p)
	}
	b.left -= int64(n)
	switch {
	case err == io.EOF:
		b.broken = true
		return n, io.ErrUnexpectedEOF
	case err == nil && b.left == 0:
		return n, io.EOF
	}
	return n, err
}

// Close implements io.Closer. It reads the rest, if that is not much.
func (b *body) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	if b.left >= maxDiscard {
		return nil
	}
	return b.discard()
}

// discard reads the rest.
func (b *body) discard() error {
	// What was in the input buffer is used up when there is something to wait for.
	scratch := b.conn.input
	for b.left > 0 {
		if n := int64(b.conn.to - b.conn.from); n > 0 {
			n = min(n, b.left)
			b.conn.from += int(n)
			b.left -= n
			continue
		}
		if _, err := b.read(scratch); err != nil && err != io.EOF {
			return err
		} else if b.broken {
			return io.ErrUnexpectedEOF
		}
	}
	return nil
}

// settle reads the rest before an answer is sent: there are clients that read nothing before they have sent everything.
// reusable is false when the connection cannot go on after the answer, tooLong when that is because of the rest's
// length.
func (b *body) settle() (reusable, tooLong bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return b.left == 0, false
	case b.left >= maxDiscard:
		return false, true
	case b.broken:
		return true, false // the connection has ended already
	}
	// What was read for nobody must not look like the end to a handler that reads on.
	b.closed = b.discard() == nil
	return b.closed, false
}

// unread tells whether something is left of a body that was closed.
func (b *body) unread() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.left > 0
}

// shut ends reading without looking at the rest.
func (b *body) shut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
}
