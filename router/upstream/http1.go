package upstream

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// accept is what answers may be.
const accept = "application/graphql-response+json, application/json"

// http1 sends requests over pooled HTTP/1.1 connections.
//
// It is written for this one use, a JSON body there and a JSON body back, because calls to subgraphs are what a router
// spends most of its time on: the request's head is printed once, head and body leave with one write, an answer is read
// into its buffer without a copy in between, and deadlines are only set when the connection's is not good enough.
type http1 struct {
	pool    *pool
	timeout time.Duration
	limit   int
	// head is the request's head up to the headers that differ.
	head      []byte
	exchanges sync.Pool
}

// exchange is a request and its answer.
type exchange struct {
	owner *http1
	// sent is the request, if head and body are sent together.
	sent []byte
	// header and body are the answer's; inflated is the body when it was compressed.
	header   []byte
	body     []byte
	inflated *buffered
	status   int
	// encoding is the compression of the body; empty when there is none.
	encoding string
}

func newHTTP1(config Config, a address) *http1 {
	t := &http1{timeout: config.Timeout, limit: config.MaxResponse}
	var b bytes.Buffer
	b.WriteString("POST " + a.path + " HTTP/1.1\r\nHost: " + a.name + "\r\nContent-Type: application/json\r\nAccept: " + accept + "\r\n")
	if len(config.AcceptEncoding) > 0 {
		b.WriteString("Accept-Encoding: " + strings.Join(config.AcceptEncoding, ", ") + "\r\n")
	}
	t.head = b.Bytes()
	for _, h := range config.Header {
		t.head = appendHeader(t.head, h)
	}
	dialer := net.Dialer{Timeout: min(config.Timeout, 10*time.Second), KeepAlive: 30 * time.Second}
	dial := func(ctx context.Context) (net.Conn, error) { return dialer.DialContext(ctx, a.network, a.host) }
	if a.tls {
		tlsConfig := &tls.Config{}
		if config.TLS != nil {
			tlsConfig = config.TLS.Clone()
		}
		tlsConfig.NextProtos = []string{"http/1.1"}
		secure := tls.Dialer{NetDialer: &dialer, Config: tlsConfig}
		dial = func(ctx context.Context) (net.Conn, error) { return secure.DialContext(ctx, a.network, a.host) }
	}
	t.pool = &pool{dial: dial, most: config.MaxConnections, idleTimeout: config.IdleTimeout, host: a.host}
	return t
}

// appendHeader appends a header; line ends in it, with which further headers could be smuggled in, become spaces.
func appendHeader(head []byte, h Header) []byte {
	for i, text := range []string{h.Name, ": ", h.Value, "\r\n"} {
		if i == 3 || strings.IndexByte(text, '\r') < 0 && strings.IndexByte(text, '\n') < 0 {
			head = append(head, text...)
			continue
		}
		for _, c := range []byte(text) {
			if c == '\r' || c == '\n' {
				c = ' '
			}
			head = append(head, c)
		}
	}
	return head
}

func (t *http1) Do(ctx context.Context, req *Request, resp *Response) error {
	now := time.Now()
	deadline := now.Add(t.timeout)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	e, _ := t.exchanges.Get().(*exchange)
	if e == nil {
		e = &exchange{owner: t}
	}
	err := t.try(ctx, req, e, now, deadline, false)
	if errors.Is(err, errStale) {
		// The subgraph has closed a kept connection. That tells nothing about the subgraph: ask again on a new one.
		err = t.try(ctx, req, e, now, deadline, true)
	}
	if err == nil {
		resp.Status, resp.Attempts, resp.Source = e.status, 1, e
		if resp.Body, err = e.plain(t.limit); err == nil {
			return nil
		}
		*resp = Response{}
	}
	e.Release()
	return t.explain(err)
}

// explain words what went wrong.
func (t *http1) explain(err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return ErrTimeout
	case errors.Is(err, errStale), errors.Is(err, errSilent):
		return fmt.Errorf("%w: it closed the connection without an answer", ErrUnreachable)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("%w: it ends too early", ErrBroken)
	}
	for _, known := range []error{ErrBroken, ErrTooLarge, ErrRejected, ErrUnreachable} {
		if errors.Is(err, known) {
			return err
		}
	}
	return fmt.Errorf("%w: the connection broke", ErrBroken)
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

var (
	// errStale means that a kept connection was closed before the request could matter.
	errStale = errors.New("the kept connection was closed")
	// errSilent means that a connection was closed without a byte of an answer.
	errSilent = errors.New("no answer")
)

// try sends the request over one connection.
func (t *http1) try(ctx context.Context, req *Request, e *exchange, now, deadline time.Time, fresh bool) error {
	c, err := t.pool.get(ctx, deadline, fresh, !req.Query)
	if err != nil {
		return err
	}
	wanted := ctx
	if !req.Query {
		// A mutation that was sent is waited for: its answer says what has changed.
		wanted = nil
	}
	if err = c.begin(wanted, now, deadline); err == nil {
		err = t.converse(c, req, e)
	}
	if err == nil && c.used && e.status == http.StatusRequestTimeout && req.Query {
		// That was said of the time in which nothing was asked, when the request was on its way already.
		t.pool.drop(c)
		return errStale
	}
	if err == nil {
		t.pool.put(c)
		return nil
	}
	t.pool.drop(c)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return err
	}
	if c.used && !c.answered && req.Query && !isTimeout(err) {
		return errStale
	}
	if !c.answered && (errors.Is(err, io.EOF) || isReset(err)) {
		return errSilent
	}
	return err
}

// togetherLimit is the body size up to which head and body are copied into one write.
const togetherLimit = 64 << 10

// converse sends the request and reads the answer. A subgraph may answer before it has the whole request, to refuse it
// (413, for instance), and need not read the rest: what it says counts, but the connection is not used again.
func (t *http1) converse(c *conn, req *Request, e *exchange) error {
	out := append(e.sent[:0], t.head...)
	for _, h := range req.Header {
		out = appendHeader(out, h)
	}
	out = append(out, "Content-Length: "...)
	out = strconv.AppendInt(out, int64(len(req.Body)), 10)
	out = append(out, "\r\n\r\n"...)
	if len(req.Body) > togetherLimit {
		e.sent = out
		return t.converseAtLength(c, req, e)
	}
	out = append(out, req.Body...)
	e.sent = out
	_, err := c.net.Write(out)
	if err != nil && isTimeout(err) {
		return err
	}
	unread := c.readAnswer(e, t.limit)
	if err == nil {
		return unread
	}
	c.last = true
	if unread != nil {
		return err
	}
	return nil
}

// converseAtLength is converse for a body that does not fit into the socket's buffers: it reads while it writes.
func (t *http1) converseAtLength(c *conn, req *Request, e *exchange) error {
	written := make(chan error, 1)
	go func() {
		buffers := net.Buffers{e.sent, req.Body}
		_, err := buffers.WriteTo(c.net)
		written <- err
	}()
	err := c.readAnswer(e, t.limit)
	var unwritten error
	select {
	case unwritten = <-written:
	default:
		// There is an answer, or there will be none: the rest of the request matters to nobody. Its bytes are the
		// caller's again when this returns.
		c.writeBy = time.Unix(1, 0)
		_ = c.net.SetWriteDeadline(c.writeBy) // fails for a broken connection, on which nobody writes any more
		unwritten = <-written
	}
	c.last = c.last || unwritten != nil
	return err
}

// maxKeptBody is the largest buffer that goes back into a pool.
const maxKeptBody = 1 << 20

// plain returns the body without compression.
func (e *exchange) plain(limit int) ([]byte, error) {
	if e.encoding == "" {
		return e.body, nil
	}
	e.inflated = acquireBuffer()
	if err := e.inflated.read(bytes.NewReader(e.body), e.encoding, limit); err != nil {
		if errors.Is(err, ErrTooLarge) || errors.Is(err, ErrBroken) {
			return nil, err
		}
		return nil, fmt.Errorf("%w: it cannot be decompressed as %s", ErrBroken, e.encoding)
	}
	return e.inflated.body.Bytes(), nil
}

// Release implements Source.
func (e *exchange) Release() {
	if e.inflated != nil {
		e.inflated.Release()
		e.inflated = nil
	}
	if cap(e.body) > maxKeptBody {
		e.body = nil
	}
	e.owner.exchanges.Put(e)
}

// Header implements Source.
func (e *exchange) Header(name string) []byte {
	for rest := e.header; len(rest) > 0; {
		var key, value []byte
		if key, value, rest = cutHeader(rest); equalFold(key, name) {
			return value
		}
	}
	return nil
}
