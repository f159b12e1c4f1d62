//go:build unix

// Package socket looks at a connection without reading from it.
package socket

import (
	"errors"
	"net"
	"syscall"
)

// Peeker looks into a connection's socket. It is made once per connection, so that looking allocates nothing.
type Peeker struct {
	// Unasked tells that what IsQuiet saw last is an answer to no request. Under TLS nobody knows what it is.
	Unasked bool

	raw        syscall.RawConn
	look       func(fd uintptr)
	begin      [12]byte
	quiet, tls bool
}

// NewPeeker returns nil when the connection does not show its socket.
func NewPeeker(c net.Conn) *Peeker {
	p := &Peeker{}
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
		p.Unasked = n > 0 && !p.tls && !IsFarewell(p.begin[:n])
		p.quiet = n < 0 && (errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EWOULDBLOCK))
	}
	return p
}

// IsQuiet tells whether the connection is open and nothing has come on it. It looks without waiting.
func (p *Peeker) IsQuiet() bool {
	p.quiet = false
	// Control, unlike Read, does not mind a read deadline that has passed since.
	return p.raw.Control(p.look) == nil && p.quiet
}
