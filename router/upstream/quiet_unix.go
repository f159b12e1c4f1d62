//go:build unix

package upstream

import (
	"errors"
	"net"
	"syscall"
)

// peeker looks into a connection's socket. It is made once per connection, so that looking allocates nothing.
type peeker struct {
	raw   syscall.RawConn
	look  func(fd uintptr)
	one   [1]byte
	quiet bool
}

// newPeeker returns nil when the connection does not show its socket.
func newPeeker(c net.Conn) *peeker {
	if t, ok := c.(interface{ NetConn() net.Conn }); ok {
		// TLS: what comes on the socket is not for us to read, but nothing should come at all.
		c = t.NetConn()
	}
	s, ok := c.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return nil
	}
	p := &peeker{raw: raw}
	p.look = func(fd uintptr) {
		n, _, err := syscall.Recvfrom(int(fd), p.one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		p.quiet = n < 0 && (errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EWOULDBLOCK))
	}
	return p
}

// isQuiet tells whether the connection is open and nothing has come on it. It looks without waiting.
func (p *peeker) isQuiet() bool {
	p.quiet = false
	// Control, unlike Read, does not mind a read deadline that has passed since.
	return p.raw.Control(p.look) == nil && p.quiet
}

// isReset tells whether the other side has closed the connection abruptly.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
