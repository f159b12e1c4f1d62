package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
)

// answerLimit bounds what is read from a server that was asked.
const answerLimit = 64 << 20

// reach sends a request and reads the whole answer. Errors say in one sentence what is wrong with the address or what
// is behind it.
func reach(req *http.Request) (status int, body []byte, err error) {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, explainUnreachable(req.URL.Host, err)
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	if err != nil {
		return 0, nil, fmt.Errorf("the answer of %s breaks off: %w", req.URL.Host, err)
	}
	return resp.StatusCode, body, nil
}

// newRequest is http.NewRequestWithContext with an error that shows what an address looks like.
func newRequest(ctx context.Context, method, address string, body io.Reader) (*http.Request, error) {
	if err := checkAddress(address); err != nil {
		return nil, err
	}
	return http.NewRequestWithContext(ctx, method, address, body)
}

func checkAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%q is not an address; write one like http://localhost:4001/graphql", address)
	}
	return nil
}

func explainUnreachable(host string, err error) error {
	var unknown *net.DNSError
	var failed net.Error
	var wrapped *url.Error
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nothing listens at %s; is it running?", host)
	case errors.As(err, &unknown) && unknown.IsNotFound:
		return fmt.Errorf("there is no host called %s", unknown.Name)
	case errors.As(err, &failed) && failed.Timeout():
		return fmt.Errorf("%s does not answer in time", host)
	case errors.As(err, &wrapped):
		return fmt.Errorf("%s cannot be reached: %w", host, wrapped.Err)
	default:
		return err
	}
}
