//go:build unix

package socket

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
)

// Guard reads from a connection so that bytes are at any moment either still in the socket, where a Peeker sees them,
// or known to arrived.
type Guard struct {
	net.Conn
	mu      sync.Mutex
	arrived func([]byte)
	raw     syscall.RawConn
	take    func(fd uintptr) bool
	// into, n and err are those of the Read in progress.
	into []byte
	n    int
	err  error
}

// NewGuard returns nil when the connection does not show its socket. arrived is told of all bytes that are read, while
// the guard is locked.
func NewGuard(c net.Conn, arrived func([]byte)) *Guard {
	s, ok := c.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return nil
	}
	g := &Guard{Conn: c, arrived: arrived, raw: raw}
	g.take = func(fd uintptr) bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		for {
			g.n, g.err = syscall.Read(int(fd), g.into)
			switch {
			case g.err == syscall.EINTR:
			case g.err == syscall.EAGAIN:
				return false
			default:
				if g.n > 0 {
					g.arrived(g.into[:g.n])
				}
				return true
			}
		}
	}
	return g
}

// Read implements net.Conn. One goroutine may read at a time.
func (g *Guard) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	g.into = p
	err := g.raw.Read(g.take)
	g.into = nil
	switch {
	case err != nil:
		return 0, err
	case g.err != nil:
		return 0, os.NewSyscallError("read", g.err)
	case g.n == 0:
		return 0, io.EOF
	}
	return g.n, nil
}

// Locked does something while nothing is read.
func (g *Guard) Locked(do func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	do()
}
