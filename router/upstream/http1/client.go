// Package http1 sends requests to subgraphs over pooled HTTP/1.1 connections, without TLS.
//
// Nobody has to read it to understand the router: it does what net/http's client does behind the same interface
// (upstream.Transport), and upstream.all.client: standard leaves it out. It is here because calls to subgraphs are
// what a router spends most of its time on: with net/http's client a small request takes more than twice as much of a
// processor (docs/performance.md).
//
// How: it is written for one use, a JSON body there and a JSON body back. The request's head is printed once, head and
// body leave with one write, an answer is read into its buffer without a copy in between, deadlines are only set when
// the connection's is not good enough, and no goroutine reads ahead.
package http1

import (
	"context"
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

	"github.com/weft-graphql/weft/router/upstream"
	"github.com/weft-graphql/weft/router/upstream/internal/body"
	"github.com/weft-graphql/weft/router/upstream/internal/socket"
)

// client is the upstream.Transport.
type client struct {
	pool    *pool
	timeout time.Duration
	limit   int
	budget  *upstream.Budget
	// head is the request's head up to the headers that differ.
	head      []byte
	exchanges sync.Pool
}

// exchange is a request and its answer.
type exchange struct {
	owner *client
	// sent is the request, if head and body are sent together.
	sent []byte
	// header and body are the answer's; inflated is the body when it was compressed.
	header   []byte
	body     body.Buffer
	inflated *body.Buffer
	status   int
	// encoding is the compression of the body; empty when there is none.
	encoding string
}

// New returns a way to an endpoint that has no TLS.
func New(to upstream.Endpoint) upstream.Transport {
	t := &client{timeout: to.Timeout, limit: to.MaxResponse, budget: to.Budget}
	t.head = append(t.head, "POST "+to.Path+" HTTP/1.1\r\nHost: "+to.Host+"\r\n"...)
	for _, h := range to.Header {
		t.head = appendHeader(t.head, h)
	}
	dialer := net.Dialer{Timeout: to.DialTimeout(), KeepAlive: 30 * time.Second}
	t.pool = &pool{
		dial: func(ctx context.Context) (net.Conn, error) { return dialer.DialContext(ctx, to.Network, to.Address) },
		most: to.MaxConnections, idleTimeout: to.IdleTimeout, host: to.Address,
	}
	return t
}

// Close implements upstream.Transport.
func (t *client) Close() { t.pool.close() }

// appendHeader appends a header; line ends in it, with which further headers could be smuggled in, become spaces.
func appendHeader(head []byte, h upstream.Header) []byte {
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

// Do implements upstream.Subgraph.
func (t *client) Do(ctx context.Context, req *upstream.Request, resp *upstream.Response) error {
	now := time.Now()
	deadline := now.Add(t.timeout)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	e, _ := t.exchanges.Get().(*exchange)
	if e == nil {
		e = &exchange{owner: t}
	}
	e.body.Use(t.budget)
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
		*resp = upstream.Response{}
	}
	e.Release()
	return t.explain(err)
}

// explain words what went wrong.
func (t *client) explain(err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return upstream.ErrTimeout
	case errors.Is(err, errStale), errors.Is(err, errSilent):
		return fmt.Errorf("%w: it closed the connection without an answer", upstream.ErrUnreachable)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return upstream.Broken("it ends too early")
	}
	for _, known := range []error{
		upstream.ErrBroken, upstream.ErrTooLarge, upstream.ErrNoRoom, upstream.ErrRejected, upstream.ErrUnreachable,
	} {
		if errors.Is(err, known) {
			return err
		}
	}
	return upstream.Broken("the connection broke")
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
func (t *client) try(
	ctx context.Context, req *upstream.Request, e *exchange, now, deadline time.Time, fresh bool,
) error {
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
	if !c.answered && (errors.Is(err, io.EOF) || socket.IsReset(err)) {
		return errSilent
	}
	return err
}

// togetherLimit is the body size up to which head and body are copied into one write.
const togetherLimit = 64 << 10

// converse sends the request and reads the answer. A subgraph may answer before it has the whole request, to refuse it
// (413, for instance), and need not read the rest: what it says counts, but the connection is not used again.
func (t *client) converse(c *conn, req *upstream.Request, e *exchange) error {
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
func (t *client) converseAtLength(c *conn, req *upstream.Request, e *exchange) error {
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

var inflated = sync.Pool{New: func() any { return &body.Buffer{} }}

// plain returns the body without compression.
func (e *exchange) plain(limit int) ([]byte, error) {
	raw := e.body.Bytes()
	if e.encoding == "" || len(raw) == 0 {
		return raw, nil
	}
	e.inflated = inflated.Get().(*body.Buffer)
	e.inflated.Use(e.owner.budget)
	switch err := body.Inflate(e.inflated, raw, e.encoding, limit); {
	case errors.Is(err, body.ErrTooLarge):
		return nil, upstream.ErrTooLarge
	case errors.Is(err, body.ErrFull):
		return nil, upstream.ErrNoRoom
	case err != nil:
		return nil, upstream.Broken("%w", err)
	}
	return e.inflated.Bytes(), nil
}

// Release implements upstream.Source.
func (e *exchange) Release() {
	if e.inflated != nil {
		e.inflated.Reset()
		inflated.Put(e.inflated)
		e.inflated = nil
	}
	e.body.Reset()
	e.owner.exchanges.Put(e)
}

// Header implements upstream.Source.
func (e *exchange) Header(name string) []byte {
	var found []byte
	for rest := e.header; len(rest) > 0; {
		var key, value []byte
		if key, value, rest = cutHeader(rest); !equalFold(key, name) {
			continue
		}
		if found == nil {
			found = value
		} else {
			found = append(append(found[:len(found):len(found)], ", "...), value...)
		}
	}
	return found
}

// Lines are the lines of a header.
func (e *exchange) Lines(name string) []string {
	var lines []string
	for rest := e.header; len(rest) > 0; {
		var key, value []byte
		if key, value, rest = cutHeader(rest); equalFold(key, name) {
			lines = append(lines, string(value))
		}
	}
	return lines
}
