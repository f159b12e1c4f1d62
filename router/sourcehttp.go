package router

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/reload"
)

// maxSupergraph bounds a supergraph that comes over HTTP, in bytes.
const maxSupergraph = 64 << 20

// remoteGraph is a supergraph at an address. It remembers which one it has seen there, so that the same is not sent
// again.
type remoteGraph struct {
	client http.Client
	// url is where the validators are from: what the last answer said of its state.
	url, etag, modified string
}

// get asks for the supergraph. changed is false when it is the one that was seen last; always asks for it all the same.
func (g *remoteGraph) get(
	ctx context.Context,
	s *config.SupergraphHTTP,
	always bool,
) (sdl string, changed bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	if err != nil {
		return "", false, err
	}
	for name, value := range s.Headers {
		req.Header.Set(name, value)
	}
	if !always && g.url == s.URL {
		for name, value := range map[string]string{"If-None-Match": g.etag, "If-Modified-Since": g.modified} {
			if value != "" {
				req.Header.Set(name, value)
			}
		}
	}
	// Headers may be secrets, which are not for wherever an answer sends us.
	g.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := g.client.Do(req)
	if err != nil {
		return "", false, fmt.Errorf("the supergraph cannot be had: %w", withoutSecrets(err, s.URL))
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotModified && !always:
		return "", false, nil
	case resp.StatusCode/100 == 3:
		return "", false, fmt.Errorf(
			"the supergraph cannot be had: %s answers with the status %d; name the address where it is",
			shown(s.URL),
			resp.StatusCode,
		)
	case resp.StatusCode != http.StatusOK:
		return "", false, fmt.Errorf(
			"the supergraph cannot be had: %s answers with the status %d",
			shown(s.URL),
			resp.StatusCode,
		)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxSupergraph+1))
	if err != nil {
		return "", false, fmt.Errorf("the supergraph cannot be had: the answer broke off: %w", err)
	}
	if len(body) > maxSupergraph {
		return "", false, fmt.Errorf("the supergraph at %s has more than %d bytes", shown(s.URL), maxSupergraph)
	}
	g.url, g.etag, g.modified = s.URL, resp.Header.Get("ETag"), resp.Header.Get("Last-Modified")
	return string(body), true, nil
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

// pollGraph looks for another supergraph at its address, until ctx ends. What cannot be used is reported in the log,
// once, and the old one stays.
func (r *Router) pollGraph(ctx context.Context) {
	remote, reported := &r.remote, ""
	// unreachable tells that the last attempt did not even bring a supergraph.
	unreachable := false
	for wait(ctx, r.graphSettings().HTTP.PollInterval) {
		s := r.graphSettings().HTTP
		if s.URL == "" || r.given {
			continue
		}
		began := time.Now()
		sdl, changed, err := remote.get(ctx, &s, false)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && !changed && !unreachable:
			continue
		}
		unreachable = err != nil
		if err == nil && changed {
			err = r.Swap(sdl)
		}
		r.reloads.Count(reload.Supergraph, err)
		switch {
		case err == nil:
			reported = ""
			if changed {
				r.options.Logger.Info("the changed supergraph is in use", "took", time.Since(began))
			}
		case err.Error() != reported:
			reported = err.Error()
			r.options.Logger.Error("the changed supergraph is not in use: the graph from before goes on", "err", err)
		}
	}
}

// wait waits for about an interval; false when ctx has ended. Routers that were started together do not ask together.
func wait(ctx context.Context, interval time.Duration) bool {
	timer := time.NewTimer(interval - time.Duration(rand.Int64N(int64(interval/10)+1)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// startWithFallback begins with the graph of the fallback because of what is wrong with the configured one.
func (r *Router) startWithFallback(cfg *config.Config, cause error) error {
	if cfg.Supergraph.Fallback == "" || r.given {
		return cause
	}
	text, err := config.ReadFile(cfg.Supergraph.Fallback)
	if err == nil {
		err = r.replace(cfg, string(text))
	}
	if err != nil {
		return fmt.Errorf("%w; nor can the fallback be used: %w", cause, err)
	}
	r.reloads.Count(reload.Supergraph, cause)
	r.options.Logger.Error("the supergraph cannot be used: the router begins with the fallback", "err", cause,
		"fallback", cfg.Supergraph.Fallback)
	return nil
}
