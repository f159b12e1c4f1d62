package socket

import (
	"errors"
	"syscall"
)

// IsReset tells whether the other side has closed the connection abruptly.
func IsReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// IsFarewell tells whether bytes that came unasked are the status line with which a server says that it is tired of
// waiting, 408 (RFC 9110, section 15.5.9).
func IsFarewell(begin []byte) bool { return len(begin) >= 12 && string(begin[8:12]) == " 408" }
