//go:build !unix

package socket

import "net"

// Guard would read from a connection in a way that shows what is in its socket.
type Guard struct{ net.Conn }

// NewGuard returns nil.
func NewGuard(net.Conn, func([]byte)) *Guard { return nil }

// Locked is never asked.
func (*Guard) Locked(func()) {}
