package upstream

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// standard is the Transport of net/http: HTTP/1.1, and all that is TLS or HTTP/2.
type standard struct {
	transport *http.Transport
	url       string
	header    http.Header
	timeout   time.Duration
	limit     int
	budget    *Budget
	// watches tells that connections carry one request at a time, so that what comes between two is seen.
	watches bool
	trust   trust
}

func newStandard(to Endpoint) *standard {
	dialer := net.Dialer{Timeout: to.DialTimeout(), KeepAlive: 30 * time.Second}
	t := &standard{
		timeout: to.Timeout, limit: to.MaxResponse, budget: to.Budget, header: http.Header{},
		watches: to.Protocol == HTTP1,
	}
	t.transport = &http.Transport{
		DisableCompression: true, IdleConnTimeout: to.IdleTimeout, Protocols: new(http.Protocols),
		MaxResponseHeaderBytes: MaxHeader, MaxConnsPerHost: to.MaxConnections, MaxIdleConnsPerHost: to.MaxConnections,
		HTTP2:           &http.HTTP2Config{SendPingTimeout: 15 * time.Second},
		TLSClientConfig: to.TLS, TLSHandshakeTimeout: to.DialTimeout(),
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, to.Network, to.Address)
			if err != nil || !t.watches {
				return c, err
			}
			return newSentry(c, &t.trust, to.TLS != nil), nil
		},
	}
	switch to.Protocol {
	case HTTP2:
		t.transport.Protocols.SetHTTP2(true)
	case H2C:
		t.transport.Protocols.SetUnencryptedHTTP2(true)
	default:
		t.transport.Protocols.SetHTTP1(true)
	}
	scheme := "http://"
	if to.TLS != nil {
		scheme = "https://"
	}
	t.url = scheme + to.Host + to.Path
	// Nothing but what was asked for is sent.
	t.header["User-Agent"] = nil
	addHeaders(t.header, to.Header)
	return t
}

// Close implements Transport.
func (t *standard) Close() { t.transport.CloseIdleConnections() }

// Do implements Subgraph.
func (t *standard) Do(ctx context.Context, req *Request, resp *Response) error {
	ctx, cancel := within(ctx, t.timeout, req)
	defer cancel()
	// The transport may still read the body when it has returned, after a cancellation for instance.
	body := bytes.Clone(req.Body)
	if req.Content != nil {
		content := &settled{next: req.Content.Reader}
		defer content.settle()
		once := *req
		once.Content = &Content{Type: req.Content.Type, Reader: content}
		req = &once
	}
	for again := true; ; {
		call := &call{}
		err := t.send(call.watch(ctx), req, body, resp)
		if err == nil && resp.Status == http.StatusRequestTimeout && call.reused && req.Query && again {
			// That was said of the time in which nothing was asked, when the request was on its way already.
			resp.Release()
			again = false
			continue
		}
		if err == nil {
			call.done()
			if req.Query && ctx.Err() != nil {
				// What a server says of a request that is being given up is no answer to it.
				resp.Release()
				return gaveUp(ctx, ctx.Err())
			}
			return nil
		}
		if !call.refused || ctx.Err() != nil || req.Content != nil {
			return call.explain(ctx, err, t.transport.MaxConnsPerHost)
		}
		// Nothing was written: a kept connection is of no use any more. There are others, or there will be a new one.
	}
}

// noKey makes the transport repeat a request that met a connection which was just being closed. Nothing is sent of it.
var noKey = []string{}

// send sends the request once, or again if a kept connection turns out to be closed.
func (t *standard) send(ctx context.Context, req *Request, body []byte, resp *Response) error {
	from := io.Reader(bytes.NewReader(body))
	if req.Content != nil {
		from = req.Content.Reader
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, from)
	if err != nil {
		return err
	}
	r.Header = t.header
	if req.Content != nil {
		r.Header = t.header.Clone()
		addHeaders(r.Header, append([]Header{{"Content-Type", req.Content.Type}}, req.Header...))
	} else if len(req.Header) > 0 || req.Query {
		r.Header = t.header.Clone()
		addHeaders(r.Header, req.Header)
	}
	if req.Query {
		r.Header["X-Idempotency-Key"] = noKey
	}
	answer, err := t.transport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusSwitchingProtocols {
		return Broken("it switches protocols")
	}
	return t.fill(resp, answer.StatusCode, answer.Header, answer.Body, answer.ContentLength)
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
