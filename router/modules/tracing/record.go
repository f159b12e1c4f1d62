package tracing

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// record is what is written down about an operation while it runs. Spans are made of it at the end: whether an operation
// has errors, or is slow, is not known before.
type record struct {
	// parent is the span that the request comes from, if it is valid; span is the operation's.
	parent, span trace.SpanContext
	started      time.Time

	mu      sync.Mutex
	ended   bool
	fetches []fetch
	calls   []call
}

// fetch is a request of the plan that has ended.
type fetch struct {
	subgraph            string
	started             time.Time
	took                time.Duration
	entities, cacheHits int
	failed              string
}

// call is a call to a subgraph that has ended.
type call struct {
	subgraph string
	span     trace.SpanID
	started  time.Time
	took     time.Duration
	// attempts is 0 when the answer was another request's, too.
	status, attempts, sent, received int
	failed                           string
}

// maxRecorded bounds the fetches and calls that are written down for one operation.
const maxRecorded = 512

type recordKey struct{}

// OperationBegan implements module.OperationObserver.
func (t *Tracing) OperationBegan(ctx context.Context, op *module.Operation) context.Context {
	parent := t.parent(op.Request.Header)
	flags, mayTurnOut := t.decide(parent)
	if flags == 0 && !mayTurnOut && !parent.IsValid() {
		return ctx
	}
	r := &record{parent: parent, started: time.Now()}
	id := parent.TraceID()
	if !id.IsValid() {
		binary.NativeEndian.PutUint64(id[:8], rand.Uint64())
		binary.NativeEndian.PutUint64(id[8:], rand.Uint64()|1)
	}
	r.span = trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: id, SpanID: newSpanID(), TraceFlags: flags, TraceState: parent.TraceState(),
	})
	*op.Slot(t.slot) = r
	return context.WithValue(ctx, recordKey{}, r)
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
func (t *Tracing) FetchEnded(op *module.Operation, f *module.Fetch) {
	r, ok := (*op.Slot(t.slot)).(*record)
	if !ok || f.Trace.Skipped {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended || len(r.fetches) >= maxRecorded {
		return
	}
	r.fetches = append(r.fetches, fetch{
		subgraph: f.Request.Subgraph.Name, started: time.Now().Add(-f.Trace.Duration), took: f.Trace.Duration,
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
	r, ok := ctx.Value(recordKey{}).(*record)
	if !ok {
		return c.next.Do(ctx, req, resp)
	}
	made := call{subgraph: c.name, span: newSpanID(), started: time.Now(), sent: len(req.Body)}
	header := req.Header
	req.Header = c.t.inject(r.span.WithSpanID(made.span), header[:len(header):len(header)])
	err := c.next.Do(ctx, req, resp)
	req.Header = header
	made.took = time.Since(made.started)
	if err != nil {
		made.failed = err.Error()
	} else {
		made.status, made.attempts, made.received = resp.Status, resp.Attempts, len(resp.Body)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ended && len(r.calls) < maxRecorded {
		r.calls = append(r.calls, made)
	}
	return err
}

// OperationEnded implements module.OperationObserver.
func (t *Tracing) OperationEnded(_ context.Context, op *module.Operation, response *server.Response) {
	r, ok := (*op.Slot(t.slot)).(*record)
	if !ok {
		return
	}
	took := time.Since(r.started)
	r.mu.Lock()
	r.ended = true
	r.mu.Unlock()
	if !r.span.IsSampled() && !t.turnedOut(r, response, took) {
		return
	}
	response.Operation.TraceID = r.span.TraceID().String()
	t.emit(r, op, response, took)
}

// turnedOut tells that an operation which was not sampled is worth a trace.
func (t *Tracing) turnedOut(r *record, response *server.Response, took time.Duration) bool {
	if t.Sampling.Parent && r.parent.IsValid() {
		return false
	}
	failed := response.Operation.Errors > 0 || response.Outcome == server.Unavailable
	return t.Sampling.Errors && failed || t.Sampling.SlowerThan > 0 && took > t.Sampling.SlowerThan
}
