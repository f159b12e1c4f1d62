//go:build !unix

package upstream

import (
	"errors"
	"net"
	"syscall"
)

// peeker looks into a connection's socket, which is not possible here.
type peeker struct{ unasked bool }

func newPeeker(net.Conn) *peeker { return nil }

func (*peeker) isQuiet() bool { return false }

// isReset tells whether the other side has closed the connection abruptly.
func isReset(err error) bool { return errors.Is(err, syscall.ECONNRESET) }
