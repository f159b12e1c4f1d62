package upstream

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

// accept is what answers may be.
const accept = "application/graphql-response+json, application/json"

// http1 sends requests over pooled HTTP/1.1 connections.
type http1 struct {
	client  *fasthttp.HostClient
	timeout time.Duration
	limit   int
	// base is a request with the headers of the configuration.
	base fasthttp.Request
	pool sync.Pool
}

// exchange is a request and its answer.
type exchange struct {
	owner    *http1
	request  *fasthttp.Request
	response *fasthttp.Response
	// changed tells that the request has headers that base has not.
	changed bool
}

func newHTTP1(config Config, a address) *http1 {
	t := &http1{timeout: config.Timeout, limit: config.MaxResponse}
	var tlsConfig *tls.Config
	if a.tls {
		tlsConfig = config.TLS
	}
	t.client = &fasthttp.HostClient{
		Addr: a.host, IsTLS: a.tls, TLSConfig: tlsConfig,
		MaxConns: config.MaxConnections, MaxConnWaitTimeout: config.Timeout,
		MaxIdleConnDuration: config.IdleTimeout, MaxResponseBodySize: config.MaxResponse,
		ReadBufferSize: 16 << 10, WriteBufferSize: 16 << 10,
		NoDefaultUserAgentHeader: true, DisableHeaderNamesNormalizing: true, DisablePathNormalizing: true,
		// Only queries may be sent again when a connection breaks; which request is one, is not known here.
		MaxIdemponentCallAttempts: 1,
		Dial: func(string) (net.Conn, error) {
			return net.DialTimeout(a.network, a.host, min(config.Timeout, 10*time.Second))
		},
	}
	scheme := "http://"
	if a.tls {
		scheme = "https://"
	}
	t.base.Header.DisableNormalizing()
	t.base.Header.SetMethod(fasthttp.MethodPost)
	t.base.SetRequestURI(scheme + a.name + a.path)
	t.base.Header.SetContentType("application/json")
	t.base.Header.Set("Accept", accept)
	if len(config.AcceptEncoding) > 0 {
		t.base.Header.Set("Accept-Encoding", strings.Join(config.AcceptEncoding, ", "))
	}
	for _, h := range config.Header {
		t.base.Header.Set(h.Name, h.Value)
	}
	return t
}

func (t *http1) Do(ctx context.Context, req *Request, resp *Response) error {
	e := t.acquire()
	for _, h := range req.Header {
		e.request.Header.Set(h.Name, h.Value)
		e.changed = true
	}
	e.request.SetBodyRaw(req.Body)
	err := t.send(ctx, req, e)
	e.request.SetBodyRaw(nil)
	if err != nil {
		e.Release()
		return err
	}
	resp.Status, resp.Attempts, resp.Source = e.response.StatusCode(), 1, e
	resp.Body = e.response.Body()
	if encoding := e.response.Header.ContentEncoding(); len(encoding) > 0 {
		if resp.Body, err = e.response.BodyUncompressedWithLimit(t.limit); err != nil {
			resp.Release()
			if errors.Is(err, fasthttp.ErrBodyTooLarge) {
				return ErrTooLarge
			}
			return fmt.Errorf("%w: it cannot be decompressed as %s", ErrBroken, encoding)
		}
	}
	return nil
}

// send sends the request, a query once more if a kept connection turned out to be closed.
func (t *http1) send(ctx context.Context, req *Request, e *exchange) error {
	deadline := time.Now().Add(t.timeout)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	err := t.client.DoDeadline(e.request, e.response, deadline)
	if errors.Is(err, fasthttp.ErrConnectionClosed) && req.Query && ctx.Err() == nil {
		err = t.client.DoDeadline(e.request, e.response, deadline)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fasthttp.ErrTimeout), errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return ErrTimeout
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		return ErrTooLarge
	case errors.Is(err, fasthttp.ErrNoFreeConns):
		return fmt.Errorf("%w: all connections are in use", ErrRejected)
	case errors.Is(err, fasthttp.ErrConnectionClosed):
		return fmt.Errorf("%w: it closed the connection without an answer", ErrUnreachable)
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return fmt.Errorf("%w: it cannot be reached at %s", ErrUnreachable, t.client.Addr)
	}
	return fmt.Errorf("%w: %w", ErrBroken, err)
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

func (t *http1) acquire() *exchange {
	if e, ok := t.pool.Get().(*exchange); ok {
		return e
	}
	e := &exchange{owner: t, request: &fasthttp.Request{}, response: &fasthttp.Response{}}
	e.response.Header.DisableNormalizing()
	t.base.CopyTo(e.request)
	return e
}

// maxKeptBody is the largest body buffer that goes back into a pool.
const maxKeptBody = 1 << 20

func (e *exchange) Release() {
	if cap(e.response.Body()) > maxKeptBody {
		e.response = &fasthttp.Response{}
		e.response.Header.DisableNormalizing()
	}
	if e.changed {
		e.owner.base.CopyTo(e.request)
		e.changed = false
	}
	e.owner.pool.Put(e)
}

func (e *exchange) Header(name string) []byte {
	for key, value := range e.response.Header.All() {
		if strings.EqualFold(string(key), name) {
			return value
		}
	}
	return nil
}
