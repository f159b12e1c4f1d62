package upstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// http2Client sends requests as streams of HTTP/2 connections.
type http2Client struct {
	transport *http.Transport
	url       string
	header    http.Header
	timeout   time.Duration
	limit     int
}

func newHTTP2(config Config, a address) *http2Client {
	dialer := net.Dialer{Timeout: min(config.Timeout, 10*time.Second)}
	t := &http2Client{timeout: config.Timeout, limit: config.MaxResponse, header: http.Header{}}
	t.transport = &http.Transport{
		DisableCompression: true, IdleConnTimeout: config.IdleTimeout, Protocols: new(http.Protocols),
		MaxResponseHeaderBytes: maxHeader, MaxConnsPerHost: config.MaxConnections,
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, a.network, a.host)
		},
	}
	scheme := "http://"
	if a.tls {
		scheme = "https://"
		t.transport.Protocols.SetHTTP2(true)
		if config.TLS != nil {
			t.transport.TLSClientConfig = config.TLS.Clone()
		}
	} else {
		t.transport.Protocols.SetUnencryptedHTTP2(true)
	}
	t.url = scheme + a.name + a.path
	t.header.Set("Content-Type", "application/json")
	t.header.Set("Accept", accept)
	if len(config.AcceptEncoding) > 0 {
		t.header.Set("Accept-Encoding", strings.Join(config.AcceptEncoding, ", "))
	}
	addHeaders(t.header, config.Header)
	return t
}

func (t *http2Client) Do(ctx context.Context, req *Request, resp *Response) error {
	ctx, cancel := within(ctx, t.timeout, req)
	defer cancel()
	// The transport may still read the body when it has returned, after a cancellation for instance.
	body := bytes.Clone(req.Body)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header = t.header
	if len(req.Header) > 0 {
		r.Header = t.header.Clone()
		addHeaders(r.Header, req.Header)
	}
	answer, err := t.transport.RoundTrip(r)
	if err == nil {
		defer answer.Body.Close()
		err = fill(resp, answer.StatusCode, answer.Header, answer.Body, t.limit)
	} else if isTimeout(err) {
		err = ErrTimeout
	} else {
		err = &private{fmt.Errorf("%w: it cannot be reached, or the connection broke", ErrUnreachable), err}
	}
	if err != nil {
		return gaveUp(ctx, err)
	}
	return nil
}

// within returns the context of a call: it ends after the subgraph's time, at the deadline of ctx, and, for a query,
// with ctx. A mutation that was sent is waited for: its answer says what has changed.
func within(ctx context.Context, timeout time.Duration, req *Request) (context.Context, context.CancelFunc) {
	deadline := time.Now().Add(timeout)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	if !req.Query {
		ctx = context.WithoutCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline)
}

// gaveUp returns why a call failed: because its context ended, or for its own reason.
func gaveUp(ctx context.Context, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return ErrTimeout
	}
	return err
}

// addHeaders adds a request's headers, each in place of a configured one of the same name.
func addHeaders(to http.Header, headers []Header) {
	for _, h := range headers {
		to.Del(h.Name)
	}
	for _, h := range headers {
		to.Add(h.Name, h.Value)
	}
}

// fill reads an answer into a response.
func fill(resp *Response, status int, header http.Header, body io.Reader, limit int) error {
	b := acquireBuffer()
	b.header = header
	if err := b.read(body, header.Get("Content-Encoding"), limit); err != nil {
		b.Release()
		return err
	}
	resp.Status, resp.Body, resp.Attempts, resp.Source = status, b.body.Bytes(), 1, b
	return nil
}
