package http1

import (
	"errors"
	"net"
	"time"
)

// accept starts serving the connections of the listener, until that fails for good.
func (s *Server) accept() {
	trouble := trouble{server: s}
	for {
		accepted, err := s.handedOver.Listener.Accept()
		switch {
		case err == nil:
			trouble.over()
		case trouble.passes(err):
			continue
		default:
			s.handedOver.fail(err)
			return
		}
		tcp, ok := accepted.(*net.TCPConn)
		if !ok {
			s.handedOver.give(accepted)
			continue
		}
		c, err := newConn(s, tcp)
		if err != nil || !s.add(c) {
			_ = tcp.Close()
			continue
		}
		go c.serve()
	}
}

const (
	// firstPause and longestPause are how long to wait before accepting is tried again. A try costs a system call, and a
	// descriptor may have become free at any moment.
	firstPause, longestPause = time.Millisecond, 50 * time.Millisecond
	// complainEvery is how often the log is told of it.
	complainEvery = 10 * time.Second
)

// trouble is a time in which no connection can be accepted, mostly because the process has no descriptors left.
type trouble struct {
	server *Server
	pause  time.Duration
	// told is when the log was told last.
	told time.Time
}

// over says that a connection was accepted.
func (t *trouble) over() { t.pause = 0 }

// passes waits a little after an error that passes, and makes room for new connections. It returns false for other
// errors, and when the server is being closed.
func (t *trouble) passes(err error) bool {
	var temporary interface{ Temporary() bool }
	if t.server.closing.Load() || !errors.As(err, &temporary) || !temporary.Temporary() {
		return false
	}
	t.pause = min(max(2*t.pause, firstPause), longestPause)
	closed := 0
	if outOfDescriptors(err) {
		closed = t.server.shed()
	}
	if now := time.Now(); now.Sub(t.told) > complainEvery {
		t.told = now
		t.server.logf("http: connections cannot be accepted for the moment: %v (%d idle ones were closed)", err, closed)
	}
	wait := time.NewTimer(t.pause)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-t.server.handedOver.closed:
	}
	return true
}
