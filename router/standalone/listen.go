package standalone

import (
	"errors"
	"fmt"
	"net"
	"syscall"

	"github.com/weft-graphql/weft/router/config"
)

// ListenAt opens the address that the flag names.
func ListenAt(address, flag string) (net.Listener, error) {
	if wrong := config.ExplainAddress(address); wrong != "" {
		return nil, fmt.Errorf("%s %s", flag, wrong)
	}
	socket, err := net.Listen("tcp", address)
	if err != nil {
		return nil, explainListen(address, flag, err)
	}
	return socket, nil
}

// explainListen says why nothing can listen at the address that the flag names.
func explainListen(address, flag string, err error) error {
	var unknown *net.DNSError
	host, port, _ := net.SplitHostPort(address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf(
			"something listens at %s already: another weft? Stop it, or choose another address with %s",
			address,
			flag,
		)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("this user may not listen at %s; choose a port above 1023 with %s", address, flag)
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.As(err, &unknown):
		return fmt.Errorf(
			"%s is not an address of this machine; choose another with %s, for example :%s for all it has",
			host,
			flag,
			port,
		)
	default:
		return fmt.Errorf("listen at %s: %w; choose another address with %s", address, err, flag)
	}
}
