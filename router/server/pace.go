package server

import (
	"net/http"
	"time"
)

// pace is how fast the body of a request must come: it has a time of its own, and more time for every byte that has
// come. A client that sends it more slowly is cut off, however many bytes it still sends now and then.
type pace struct {
	// timeout is the time without any byte, rate how many bytes earn another second; 0 means that none do.
	timeout time.Duration
	rate    int64
}

// deadline is when the rest of a body must have come that began at a time and of which so many bytes have come.
func (p pace) deadline(began time.Time, came int) time.Time {
	at := began.Add(p.timeout)
	if p.rate > 0 {
		at = at.Add(time.Duration(float64(came) / float64(p.rate) * float64(time.Second)))
	}
	return at
}

// waiting is a body that has not come as a whole at once. The zero value has not waited yet.
type waiting struct {
	control      *http.ResponseController
	began, until time.Time
	// late tells that it comes more slowly than a pace which only warns.
	late bool
}

// on says that so many bytes have come, and there are more to wait for. Until it is called for the first time the
// server's own time-out holds, so that a body that comes together with its head costs nothing here.
func (b *waiting) on(w http.ResponseWriter, p pace, came int) {
	if p.timeout <= 0 {
		return
	}
	if b.control == nil {
		b.control = http.NewResponseController(w)
		if b.began.IsZero() {
			b.began = time.Now()
		}
	}
	// The deadline is moved when that makes a difference.
	if at := p.deadline(b.began, came); at.Sub(b.until) > p.timeout/8 {
		b.until = at
		_ = b.control.SetReadDeadline(at) // a writer without deadlines is a test's, or has its own
	}
}

// over says that the body is there. The time in which the answer must be written begins anew if that took a while.
func (b *waiting) over(writeTimeout time.Duration) {
	if b.control != nil && writeTimeout > 0 {
		_ = b.control.SetWriteDeadline(time.Now().Add(writeTimeout)) // as above
	}
}

// WriteTimeout is how long a request may take from its head to the end of its answer if that may take so long to be
// made: a minute more, for clients that read slowly. No bound when there is none for making it.
func WriteTimeout(timeout time.Duration) time.Duration {
	if timeout == 0 {
		return 0
	}
	return timeout + time.Minute
}

// takenAtOnce is how much of an answer a client must take within Options.ReadTimeout. Who takes less holds the memory
// of a large answer for nothing.
const takenAtOnce = 256 << 10

// reader is a client that reads a large answer.
type reader struct {
	control *http.ResponseController
	within  time.Duration
	// until is when it must have read all of it; never when zero.
	until time.Time
	// taken is how much it has taken since the deadline was set last.
	taken int
}

func newReader(w http.ResponseWriter, opts *Options) *reader {
	r := &reader{control: http.NewResponseController(w), within: opts.ReadTimeout}
	if timeout := WriteTimeout(opts.Timeout); timeout > 0 {
		r.until = time.Now().Add(timeout)
	}
	r.allow()
	return r
}

// allow gives the client the time for the next piece.
func (r *reader) allow() {
	at := time.Now().Add(r.within)
	if !r.until.IsZero() && r.until.Before(at) {
		at = r.until
	}
	r.taken = 0
	_ = r.control.SetWriteDeadline(at) // a writer without deadlines is a test's, or has its own
}

// took says that the client has taken so many bytes.
func (r *reader) took(n int) {
	if r.taken += n; r.taken >= takenAtOnce {
		r.allow()
	}
}

// end leaves the connection as it was.
func (r *reader) end() { _ = r.control.SetWriteDeadline(r.until) }
