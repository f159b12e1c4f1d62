package config

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// ExplainAddress says what is wrong with an address to listen at and what was probably meant. It returns an empty text
// when the address has the form HOST:PORT.
func ExplainAddress(address string) string {
	const defaultPort = "4000"
	_, port, err := net.SplitHostPort(address)
	switch {
	case err == nil && isPort(port):
		return ""
	case err == nil:
		return fmt.Sprintf("%q is not an address: %q is not a port, which is a number up to 65535", address, port)
	case isPort(address):
		return fmt.Sprintf(
			"%q is not an address; did you mean :%s, or 127.0.0.1:%s for this machine only?",
			address,
			address,
			address,
		)
	case net.ParseIP(address) != nil:
		return fmt.Sprintf("%q is not an address; did you mean %s?", address, net.JoinHostPort(address, defaultPort))
	case address != "" && !strings.ContainsAny(address, "/:[] "):
		return fmt.Sprintf("%q is not an address; did you mean %s:%s?", address, address, defaultPort)
	default:
		return fmt.Sprintf("%q is not an address; write one like 127.0.0.1:4000 or :4000", address)
	}
}

func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 32)
	return err == nil && n <= 65535
}
