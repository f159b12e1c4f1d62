package config

import (
	"fmt"
	"strconv"
)

// portVariable is where platforms say at which port they send requests to a process. It counts more than the file, which
// is the same everywhere, and less than WEFT_LISTEN.
const portVariable = "PORT"

// AtPort is the address to listen at when a platform has said the port; empty when it has not.
func AtPort(port string) (address string, err error) {
	if port == "" {
		return "", nil
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", fmt.Errorf("%.40q is no port: write a number from 1 to 65535, or say with WEFT_LISTEN where to listen", port)
	}
	return ":" + port, nil
}
