//go:build unix

package http1

import (
	"errors"
	"net"
	"syscall"
)

// canLook tells that peeker works on this system.
const canLook = true

// peeker looks whether the other side has closed a connection. It is made once per connection, so that looking
// allocates nothing.
type peeker struct {
	raw    syscall.RawConn
	look   func(fd uintptr)
	one    [1]byte
	closed bool
}

func (p *peeker) open(c *net.TCPConn) (err error) {
	p.raw, err = c.SyscallConn()
	p.look = func(fd uintptr) {
		n, _, err := syscall.Recvfrom(int(fd), p.one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		// Bytes that wait are more of this request, or the next one, and somebody sent them.
		p.closed = n == 0 || n < 0 && !errors.Is(err, syscall.EAGAIN) && !errors.Is(err, syscall.EINTR)
	}
	return err
}

// isClosed looks without waiting and without taking anything. The runtime keeps the descriptor from being closed, and
// used for another connection, meanwhile.
func (p *peeker) isClosed() bool {
	p.closed = true
	_ = p.raw.Control(p.look) // fails when we have closed the connection ourselves
	return p.closed
}
