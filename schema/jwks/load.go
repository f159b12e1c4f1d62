package jwks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// MaxBytes bounds the text of a set.
const MaxBytes = 512 << 10

// FromFile loads a set from a file.
func FromFile(path string) func(context.Context) ([]byte, error) {
	return func(context.Context) ([]byte, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return bounded(file)
	}
}

// FromURL loads a set from an address.
func FromURL(address string) func(context.Context) ([]byte, error) {
	return func(ctx context.Context) ([]byte, error) { return Fetch(ctx, address) }
}

// client asks for keys. What another place says is not what the operator trusts, so that it follows nobody there.
var client = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Fetch asks an address for a small document.
func Fetch(ctx context.Context, address string) ([]byte, error) {
	if err := CheckURL(address); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/jwk-set+json, application/json")
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", address, resp.Status)
	}
	return bounded(resp.Body)
}

func bounded(from io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(from, MaxBytes+1))
	if err == nil && len(text) > MaxBytes {
		err = fmt.Errorf("it has more than %d bytes", MaxBytes)
	}
	return text, err
}

// CheckURL tells whether keys, or answers about tokens, may be asked for at an address: over HTTPS, or on this machine.
// Whoever can change what comes from there can be anybody.
func CheckURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("%q is not an address; write one like https://id.example.com/keys", address)
	case u.User != nil:
		return errors.New("the address must not have a password in it")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return fmt.Errorf("%q must begin with https://: whoever is on the way could answer instead", address)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
