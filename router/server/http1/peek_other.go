//go:build !unix

package http1

import "net"

// canLook tells that there is no way to look at a socket without reading from it here.
const canLook = false

type peeker struct{}

func (*peeker) open(*net.TCPConn) error { return nil }

func (*peeker) isClosed() bool { return false }
