//go:build !unix

package upstream

import (
	"errors"
	"net"
	"syscall"
)

// alive cannot look into a connection here: a request that cannot be repeated gets a new one.
func alive(net.Conn) bool { return false }

// isReset tells whether the other side has closed the connection abruptly.
func isReset(err error) bool { return errors.Is(err, syscall.ECONNRESET) }
