package upstream

import (
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/upstream/internal/socket"
)

// sentry keeps what came on a kept connection unasked from being taken for the answer to the next request, which may be
// another client's. net/http notices such bytes only if nothing is asked before it has read them. The sentry looks at
// the connection when a request gets it; if anything is there, nothing is written, and another connection is taken.
// What came together with the end of an answer is out of its sight.
type sentry struct {
	net.Conn
	// guard reads from Conn; nil where that is not possible, or, under TLS, of no use: what comes then is TLS's, which has
	// reasons of its own.
	guard  *socket.Guard
	trust  *trust
	peeker *socket.Peeker
	// asked and answered count requests: what comes while they are equal is unasked.
	asked, answered atomic.Int64
	// spoilt tells that nothing may be written and nothing that comes counts any more, reset that the server reads no more
	// of the present request. askedAt is when that began, in nanoseconds.
	spoilt, reset atomic.Bool
	askedAt       int64
}

// trust is what an endpoint has lost for a while when something came on one of its connections unasked.
type trust struct{ from atomic.Int64 }

// DistrustFor is how long no connections are kept to a server that answers what it was not asked: when such an answer
// comes just as the next request is sent, it cannot be told from that one's.
const DistrustFor = time.Minute

var errSpoilt = errors.New("something came on the kept connection, or it was closed")

func newSentry(c net.Conn, t *trust, secure bool) *sentry {
	s := &sentry{Conn: c, trust: t, peeker: socket.NewPeeker(c)}
	if !secure {
		s.guard = socket.NewGuard(c, s.arrived)
	}
	return s
}

// Read implements net.Conn.
func (s *sentry) Read(p []byte) (int, error) {
	if s.guard == nil {
		return s.Conn.Read(p)
	}
	n, err := s.guard.Read(p)
	if n > 0 && s.spoilt.Load() {
		return 0, errSpoilt
	}
	return n, err
}

// arrived looks at what was read.
func (s *sentry) arrived(p []byte) {
	if asked := s.asked.Load(); asked > 0 && asked == s.answered.Load() {
		s.spoil(!socket.IsFarewell(p))
	}
}

// spoil gives up the connection, and the trust in others if something came that nobody had asked for.
func (s *sentry) spoil(unasked bool) {
	s.spoilt.Store(true)
	if unasked {
		s.trust.lose()
	}
}

// Write implements net.Conn. A server that reads no more of a request may have said why: that is waited for.
func (s *sentry) Write(p []byte) (int, error) {
	switch {
	case s.spoilt.Load():
		return 0, errSpoilt
	case s.reset.Load():
		return len(p), nil
	}
	n, err := s.Conn.Write(p)
	if socket.IsReset(err) {
		s.reset.Store(true)
		return len(p), nil
	}
	return n, err
}

// begin says that a request gets the connection. It returns false when the request will not be written to it.
func (s *sentry) begin() bool {
	if s.guard != nil {
		s.guard.Locked(s.look)
	} else {
		s.look()
	}
	return !s.spoilt.Load()
}

// look looks at the connection and counts the request, so that what comes from now on is its answer.
func (s *sentry) look() {
	if s.asked.Load() > 0 {
		if s.peeker != nil && !s.peeker.IsQuiet() {
			s.spoil(s.peeker.Unasked && s.guard != nil)
		}
		if s.reset.Load() || s.askedAt < s.trust.from.Load() {
			s.spoilt.Store(true)
		}
	}
	s.askedAt = time.Now().UnixNano()
	s.asked.Add(1)
}

// end says that the answer to a request, the n-th, is complete.
func (s *sentry) end(n int64) {
	for {
		known := s.answered.Load()
		if known >= n || s.answered.CompareAndSwap(known, n) {
			return
		}
	}
}

func (t *trust) lose() { t.from.Store(time.Now().Add(DistrustFor).UnixNano()) }
