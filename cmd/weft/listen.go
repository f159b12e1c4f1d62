package main

import (
	"errors"
	"fmt"
	"net"
	"syscall"
)

// listen opens the address of the flag --listen.
func listen(address string) (net.Listener, error) {
	socket, err := net.Listen("tcp", address)
	if err != nil {
		return nil, explainListen(address, "--listen", err)
	}
	return socket, nil
}

// explainListen says what is wrong with an address that the flag names.
func explainListen(address, flag string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("something listens at %s already: another weft? Stop it, or choose another address with %s", address, flag)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("this user may not listen at %s; choose a port above 1023 with %s", address, flag)
	default:
		return fmt.Errorf("listen at %s: %w; choose another address with %s", address, err, flag)
	}
}
