package tracing

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"time"
	"unsafe"

	"go.opentelemetry.io/otel/trace"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// tracedContext is the context of an operation about which a record is kept. What began within it may outlast the
// operation, and look at the record when that is another operation's.
type tracedContext struct {
	context.Context
	// parent is the span that the request comes from, if it is valid; span is the operation's.
	parent, span trace.SpanContext
	started      time.Time
	// told are the headers that subgraphs get of an operation that is not sampled, the same for all calls: none of them
	// records a span that another could belong to. Nearly all operations are such ones.
	told []upstream.Header

	record *record
	// serial is the record's as long as it is this operation's.
	serial uint64

	// text and header are what told has when the W3C's is the only format: one piece of memory for all of it, which no
	// other operation uses, because calls may go on when theirs has ended.
	text   traceparent
	header [1]upstream.Header
}

// tell sets what subgraphs are told of an operation that is not sampled.
func (c *tracedContext) tell(t *Tracing) {
	if !t.onlyTraceparent(c.span) {
		c.told = t.inject(c.span, nil)
		return
	}
	c.text.write(c.span)
	c.header[0] = upstream.Header{Name: "Traceparent", Value: unsafe.String(&c.text[0], len(c.text))}
	c.told = c.header[:]
}

type contextKey struct{}

// Value implements context.Context.
func (c *tracedContext) Value(key any) any {
	if _, ours := key.(contextKey); ours {
		return c
	}
	return c.Context.Value(key)
}

// record is what is written down about an operation while it runs. Spans are made of it at the end: whether an
// operation has errors, or is slow, is not known before. Nearly all operations are not worth any, so records are used
// again.
type record struct {
	mu      sync.Mutex
	serial  uint64
	fetches []fetch
	calls   []call
}

var records = sync.Pool{New: func() any { return &record{} }}

// open begins the record of another operation.
func (r *record) open() (serial uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.serial
}

// close ends the record of an operation: nothing is added to it any more.
func (r *record) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.serial++
}

// release gives the record, which is closed, to other operations.
func (r *record) release() {
	if cap(r.fetches)+cap(r.calls) > 2*keptRecorded {
		return
	}
	clear(r.fetches)
	clear(r.calls)
	r.fetches, r.calls = r.fetches[:0], r.calls[:0]
	records.Put(r)
}

// fetch is a request of the plan that has ended.
type fetch struct {
	subgraph string
	// at is when it began, from the operation's beginning on.
	at, took            time.Duration
	entities, cacheHits int
	failed              string
}

// call is a call to a subgraph that has ended.
type call struct {
	subgraph string
	// span is what the subgraph was told; none when the operation was not sampled.
	span trace.SpanID
	// at is when it began, from the operation's beginning on.
	at, took time.Duration
	// attempts is 0 when the answer was another request's, too.
	status, attempts, sent, received int
	failed                           string
}

// maxRecorded bounds the fetches and calls that are written down for one operation.
const maxRecorded = 512

// keptRecorded is how large records are that are used again.
const keptRecorded = 64

// OperationBegan implements module.OperationObserver.
func (t *Tracing) OperationBegan(ctx context.Context, op *module.Operation) context.Context {
	parent := t.parent(op.Request.Header)
	flags, mayTurnOut := t.decide(parent)
	if flags == 0 && !mayTurnOut && !parent.IsValid() {
		return ctx
	}
	r := records.Get().(*record)
	c := &tracedContext{Context: ctx, parent: parent, started: time.Now(), record: r, serial: r.open()}
	id := parent.TraceID()
	if !id.IsValid() {
		binary.NativeEndian.PutUint64(id[:8], rand.Uint64())
		binary.NativeEndian.PutUint64(id[8:], rand.Uint64()|1)
	}
	c.span = trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: id, SpanID: newSpanID(), TraceFlags: flags, TraceState: parent.TraceState(),
	})
	if flags == 0 {
		c.tell(t)
	}
	*op.Slot(t.slot) = c
	return c
}

// decide tells whether an operation is sampled, and whether it still may turn out to be worth a trace.
func (t *Tracing) decide(parent trace.SpanContext) (flags trace.TraceFlags, mayTurnOut bool) {
	switch s := &t.Sampling; {
	case s.Parent && parent.IsValid():
		return parent.TraceFlags() & trace.FlagsSampled, false
	case s.Ratio >= 1 || s.Ratio > 0 && rand.Float64() < s.Ratio:
		return trace.FlagsSampled, false
	default:
		return 0, s.Errors || s.SlowerThan > 0
	}
}

func newSpanID() (id trace.SpanID) {
	binary.NativeEndian.PutUint64(id[:], rand.Uint64()|1)
	return id
}

// FetchEnded implements module.FetchObserver.
func (t *Tracing) FetchEnded(op *module.Operation, f module.Fetch) {
	c, ok := (*op.Slot(t.slot)).(*tracedContext)
	if !ok || f.Trace.Skipped {
		return
	}
	r := c.record
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.serial != c.serial || len(r.fetches) >= maxRecorded {
		return
	}
	r.fetches = append(r.fetches, fetch{
		subgraph: f.Request.Subgraph.Name, at: time.Since(c.started) - f.Trace.Duration, took: f.Trace.Duration,
		entities: f.Trace.Entities, cacheHits: f.Trace.CacheHits, failed: f.Trace.Error,
	})
}

// WrapSubgraph implements module.SubgraphClient.
func (t *Tracing) WrapSubgraph(s *supergraph.Subgraph, next upstream.Subgraph) upstream.Subgraph {
	return &client{t: t, name: s.Name, next: next}
}

// client writes down the calls to a subgraph, and tells it which span it is called from.
type client struct {
	t    *Tracing
	name string
	next upstream.Subgraph
}

// Do implements upstream.Subgraph.
func (c *client) Do(ctx context.Context, req *upstream.Request, resp *upstream.Response) error {
	traced, ok := ctx.Value(contextKey{}).(*tracedContext)
	if !ok {
		return c.next.Do(ctx, req, resp)
	}
	made := call{subgraph: c.name, at: time.Since(traced.started), sent: len(req.Body)}
	header := req.Header
	req.Header = c.headers(traced, &made, header)
	err := c.next.Do(ctx, req, resp)
	req.Header = header
	made.took = time.Since(traced.started) - made.at
	if err != nil {
		made.failed = err.Error()
	} else {
		made.status, made.attempts, made.received = resp.Status, resp.Attempts, len(resp.Body)
	}
	r := traced.record
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.serial == traced.serial && len(r.calls) < maxRecorded {
		r.calls = append(r.calls, made)
	}
	return err
}

// headers are those of a call with what tells the subgraph from where it is called.
func (c *client) headers(traced *tracedContext, made *call, header []upstream.Header) []upstream.Header {
	switch {
	case traced.span.IsSampled():
		made.span = newSpanID()
		return c.t.inject(traced.span.WithSpanID(made.span), header[:len(header):len(header)])
	case len(header) == 0:
		return traced.told[:len(traced.told):len(traced.told)]
	default:
		return append(header[:len(header):len(header)], traced.told...)
	}
}

// OperationEnded implements module.OperationObserver.
func (t *Tracing) OperationEnded(_ context.Context, op *module.Operation, response *server.Response) {
	c, ok := (*op.Slot(t.slot)).(*tracedContext)
	if !ok {
		return
	}
	took := time.Since(c.started)
	c.record.close()
	if c.span.IsSampled() || t.turnedOut(c, response, took) {
		response.Operation.TraceID = c.span.TraceID().String()
		t.emit(c, op, response, took)
	}
	c.record.release()
}

// turnedOut tells that an operation which was not sampled is worth a trace.
func (t *Tracing) turnedOut(c *tracedContext, response *server.Response, took time.Duration) bool {
	if t.Sampling.Parent && c.parent.IsValid() {
		return false
	}
	failed := response.Operation.Errors > 0 || response.Outcome == server.Unavailable
	return t.Sampling.Errors && failed || t.Sampling.SlowerThan > 0 && took > t.Sampling.SlowerThan
}
