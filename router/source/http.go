package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/weft-graphql/weft/router/config"
)

// overHTTP is a supergraph at an address.
type overHTTP struct{ settings config.SupergraphHTTP }

// client asks. Headers may be secrets, which are not for wherever an answer sends us.
var client = http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Get implements Source.
func (o *overHTTP) Get(ctx context.Context, seen Seen, signed bool) (*Document, error) {
	ctx, cancel := context.WithTimeout(ctx, o.settings.Timeout)
	defer cancel()
	req, err := o.request(ctx, "")
	if err != nil {
		return nil, err
	}
	document, err := ask(req, seen)
	if err != nil || document == nil || !signed {
		return document, err
	}
	if req, err = o.request(ctx, signatureSuffix); err != nil {
		return nil, err
	}
	return document, document.getSignature(req)
}

// request asks for the path with a suffix.
func (o *overHTTP) request(ctx context.Context, suffix string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, o.settings.URL, nil)
	if err != nil {
		return nil, err
	}
	if suffix != "" {
		req.URL.Path += suffix
		if req.URL.RawPath != "" {
			req.URL.RawPath += suffix
		}
	}
	for name, value := range o.settings.Headers {
		req.Header.Set(name, value)
	}
	return req, nil
}

// ask sends a request for a supergraph.
func ask(req *http.Request, seen Seen) (*Document, error) {
	address := req.URL.String()
	for name, value := range map[string]string{"If-None-Match": seen.Tag, "If-Modified-Since": seen.Modified} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the supergraph cannot be had: %w", withoutSecrets(err, address))
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotModified && seen != Seen{}:
		return nil, nil
	case resp.StatusCode/100 == 3:
		return nil, fmt.Errorf(
			"the supergraph cannot be had: %s answers with the status %d; name the address where it is",
			shown(address),
			resp.StatusCode,
		)
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf(
			"the supergraph cannot be had: %s answers with the status %d%s",
			shown(address),
			resp.StatusCode,
			storageCode(resp),
		)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxSupergraph+1))
	if err != nil {
		return nil, fmt.Errorf("the supergraph cannot be had: the answer broke off: %w", err)
	}
	if len(body) > maxSupergraph {
		return nil, fmt.Errorf("the supergraph at %s has more than %d bytes", shown(address), maxSupergraph)
	}
	return &Document{
		SDL: string(body), Seen: Seen{Tag: resp.Header.Get("ETag"), Modified: resp.Header.Get("Last-Modified")},
	}, nil
}

// shown is an address without what may be secret in it.
func shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "the address"
	}
	u.RawQuery, u.User = "", nil
	return u.String()
}

// withoutSecrets leaves out of an error the address as it was written.
func withoutSecrets(err error, address string) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return fmt.Errorf("%s: %w", shown(address), failed.Err)
	}
	return err
}
