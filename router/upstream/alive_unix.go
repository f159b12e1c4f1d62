//go:build unix

package upstream

import (
	"errors"
	"net"
	"syscall"
)

// alive tells whether a kept connection is still open and silent. It looks without waiting.
func alive(c net.Conn) bool {
	s, ok := c.(syscall.Conn)
	if !ok {
		// TLS hides the socket; there, a request that cannot be repeated gets a new connection.
		return false
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return false
	}
	open := false
	err = raw.Read(func(fd uintptr) bool {
		var b [1]byte
		n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK)
		open = n < 0 && (errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EWOULDBLOCK))
		return true
	})
	return err == nil && open
}

// isReset tells whether the other side has closed the connection abruptly.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
