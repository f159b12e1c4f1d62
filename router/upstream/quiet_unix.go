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
	begin [12]byte
	quiet bool
	// unasked tells that what has come is an answer to no request. Under TLS nobody knows what it is.
	unasked, tls bool
}

// newPeeker returns nil when the connection does not show its socket.
func newPeeker(c net.Conn) *peeker {
	p := &peeker{}
	if t, ok := c.(interface{ NetConn() net.Conn }); ok {
		p.tls = true
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
	p.raw = raw
	p.look = func(fd uintptr) {
		n, _, err := syscall.Recvfrom(int(fd), p.begin[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		// A server that is tired of waiting may say so (RFC 9110, section 15.5.9).
		p.unasked = n > 0 && !p.tls && (n < len(p.begin) || string(p.begin[8:]) != " 408")
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
