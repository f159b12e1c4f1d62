// Package sse asks subgraphs for events over Server-Sent Events, as graphql-sse speaks them: one HTTP request for each
// subscription (distinct connections mode).
//
// Specification: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md; HTML, section 9.2 "Server-sent
// events".
package sse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/weft-graphql/weft/router/subscription"
	"github.com/weft-graphql/weft/router/upstream"
)

// Config says how a subgraph is asked.
type Config struct {
	// URL is where requests are sent.
	URL string
	// Transport sends them. It has no bound on the time of an answer.
	Transport http.RoundTripper
	// Header are headers of every request.
	Header []upstream.Header
	// MaxEventBytes is the most one event may have.
	MaxEventBytes int
}

// Client asks one subgraph. It is a subscription.Upstream.
type Client struct{ config Config }

// New makes a client.
func New(config Config) *Client { return &Client{config} }

// Resumes implements subscription.Upstream: the ids of a subgraph's events are not known to last.
func (c *Client) Resumes() bool { return false }

// Subscribe implements subscription.Upstream.
func (c *Client) Subscribe(
	ctx context.Context,
	req *subscription.Request,
	opened func(),
	emit func(subscription.Event),
) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.config.URL, bytes.NewReader(req.Body))
	if err != nil {
		return subscription.Final(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream, application/graphql-response+json;q=0.9, application/json;q=0.8")
	for _, list := range [][]upstream.Header{c.config.Header, req.Header} {
		for _, h := range list {
			r.Header.Add(h.Name, h.Value)
		}
	}
	resp, err := c.config.Transport.RoundTrip(r)
	if err != nil {
		return ended(ctx, upstream.Unreachable("it cannot be reached, or the connection broke", err))
	}
	defer func() { _ = resp.Body.Close() }() // what is left of it is of no use
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "text/event-stream" {
		return c.refused(ctx, resp, kind, emit)
	}
	if resp.StatusCode != http.StatusOK {
		return status(resp.StatusCode)
	}
	opened()
	err = Read(resp.Body, c.config.MaxEventBytes, func(name string, data []byte) bool {
		switch name {
		case "next", "message":
			emit(subscription.Event{Payload: bytes.Clone(data)})
		case "error":
			emit(subscription.Event{Payload: bytes.Clone(data), Last: true})
			return false
		case "complete":
			return false
		}
		return true
	})
	return ended(ctx, err)
}

// refused is what an answer means that is no stream of events: a GraphQL response is the only one there is.
func (c *Client) refused(ctx context.Context, resp *http.Response, kind string, emit func(subscription.Event)) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, int64(c.config.MaxEventBytes)+1))
	switch {
	case err != nil:
		return ended(ctx, upstream.Unreachable("the connection broke", err))
	case len(body) > c.config.MaxEventBytes:
		return subscription.Final(upstream.ErrTooLarge)
	case (kind == "application/json" || kind == "application/graphql-response+json") && bytes.Contains(body, []byte(`"errors"`)):
		emit(subscription.Event{Payload: body, Last: true})
		return nil
	case resp.StatusCode/100 == 2:
		return subscription.Final(upstream.Broken("it is no stream of events (text/event-stream)"))
	}
	return status(resp.StatusCode)
}

// status is the error of an answer with a status that is not 200. What the request is to blame for, it will be the next
// time, too.
func status(code int) error {
	err := upstream.Broken(fmt.Sprintf("its HTTP status is %d", code))
	switch {
	case code/100 == 4 && code != http.StatusRequestTimeout && code != http.StatusTooManyRequests:
		return subscription.Final(err)
	}
	return err
}

// ended is nil when the router itself ended the subscription, or the subgraph did.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, ErrStop) {
		return nil
	}
	return err
}
