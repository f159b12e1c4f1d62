package tracing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
)

// Attributes, named by the OpenTelemetry conventions for GraphQL servers and HTTP where these have a name.
const (
	operationName   = attribute.Key("graphql.operation.name")
	operationType   = attribute.Key("graphql.operation.type")
	documentHash    = attribute.Key("graphql.document.hash")
	documentText    = attribute.Key("graphql.document")
	variables       = attribute.Key("weft.variables")
	errorCount      = attribute.Key("weft.errors")
	fetchCount      = attribute.Key("weft.fetches")
	requestID       = attribute.Key("weft.request_id")
	subgraphName    = attribute.Key("weft.subgraph.name")
	entityCount     = attribute.Key("weft.entities")
	entityCacheHits = attribute.Key("weft.entity_cache.hits")
	sharedCall      = attribute.Key("weft.subgraph.shared")
	httpMethod      = attribute.Key("http.request.method")
	httpStatus      = attribute.Key("http.response.status_code")
	httpSent        = attribute.Key("http.request.body.size")
	httpReceived    = attribute.Key("http.response.body.size")
	httpResent      = attribute.Key("http.request.resend_count")
	errorType       = attribute.Key("error.type")
)

// emit makes the spans of an operation and hands them to the exporter, which waits for nobody.
func (t *Tracing) emit(c *tracedContext, op *module.Operation, response *server.Response, took time.Duration) {
	info := &response.Operation
	name := "GraphQL operation"
	attributes := []attribute.KeyValue{errorCount.Int(info.Errors), fetchCount.Int(info.Fetches)}
	if info.Kind != "" {
		name = info.Kind
		attributes = append(attributes, operationType.String(info.Kind))
	}
	if info.Name != "" {
		name += " " + info.Name
		attributes = append(attributes, operationName.String(info.Name))
	}
	if id := op.Request.Header.Get("X-Request-Id"); id != "" {
		attributes = append(attributes, requestID.String(id))
	}
	if len(op.Request.Query) > 0 {
		sum := sha256.Sum256(op.Request.Query)
		attributes = append(attributes, documentHash.String("sha256:"+hex.EncodeToString(sum[:])))
		if t.Documents {
			attributes = append(attributes, documentText.String(bounded(op.Request.Query)))
		}
	}
	if t.Variables && len(op.Request.Variables) > 0 {
		attributes = append(attributes, variables.String(bounded(op.Request.Variables)))
	}
	ctx := withIDs(context.Background(), c.span.TraceID(), c.span.SpanID())
	if c.parent.IsValid() {
		ctx = trace.ContextWithRemoteSpanContext(ctx, c.parent)
	}
	ctx, root := t.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer), trace.WithTimestamp(c.started),
		trace.WithAttributes(attributes...))
	t.emitFetches(ctx, c)
	if info.Errors > 0 || response.Outcome != server.Executed {
		root.SetStatus(codes.Error, fmt.Sprintf("%d errors", max(1, info.Errors)))
	}
	root.End(trace.WithTimestamp(c.started.Add(took)))
}

// emitFetches makes the spans of fetches, and of the calls that were made for them.
func (t *Tracing) emitFetches(ctx context.Context, traced *tracedContext) {
	r := traced.record
	parents := make([]context.Context, len(r.fetches))
	for i := range r.fetches {
		f := &r.fetches[i]
		attributes := []attribute.KeyValue{subgraphName.String(f.subgraph)}
		if f.entities > 0 {
			attributes = append(attributes, entityCount.Int(f.entities), entityCacheHits.Int(f.cacheHits))
		}
		var span trace.Span
		parents[i], span = t.tracer.Start(withIDs(ctx, trace.TraceID{}, newSpanID()), "fetch "+f.subgraph,
			trace.WithTimestamp(traced.started.Add(f.at)), trace.WithAttributes(attributes...))
		if f.failed != "" {
			span.SetStatus(codes.Error, f.failed)
		}
		span.End(trace.WithTimestamp(traced.started.Add(f.at + f.took)))
	}
	for i := range r.calls {
		c := &r.calls[i]
		parent := ctx
		if of := r.fetchOf(c); of >= 0 {
			parent = parents[of]
		}
		t.emitCall(parent, traced.started.Add(c.at), c)
	}
}

func (t *Tracing) emitCall(ctx context.Context, started time.Time, c *call) {
	span := c.span
	if !span.IsValid() {
		span = newSpanID()
	}
	attributes := []attribute.KeyValue{
		subgraphName.String(c.subgraph), httpMethod.String("POST"), httpSent.Int(c.sent), httpReceived.Int(c.received),
	}
	if c.status != 0 {
		attributes = append(attributes, httpStatus.Int(c.status))
	}
	switch {
	case c.failed != "":
		attributes = append(attributes, errorType.String("call_failed"))
	case c.attempts == 0:
		attributes = append(attributes, sharedCall.Bool(true))
	case c.attempts > 1:
		attributes = append(attributes, httpResent.Int(c.attempts-1))
	}
	_, s := t.tracer.Start(
		withIDs(ctx, trace.TraceID{}, span),
		"POST "+c.subgraph,
		trace.WithSpanKind(trace.SpanKindClient),
		trace.WithTimestamp(started),
		trace.WithAttributes(attributes...),
	)
	if c.failed != "" || c.status/100 > 3 {
		s.SetStatus(codes.Error, c.failed)
	}
	s.End(trace.WithTimestamp(started.Add(c.took)))
}

// fetchOf finds the fetch that a call was made for: the shortest one of its subgraph that was in progress all the
// while. It returns -1 when there is none, as for calls that make stale values fresh.
func (r *record) fetchOf(c *call) int {
	found := -1
	for i := range r.fetches {
		f := &r.fetches[i]
		if f.subgraph == c.subgraph && f.at <= c.at && f.at+f.took >= c.at+c.took &&
			(found < 0 || f.took < r.fetches[found].took) {
			found = i
		}
	}
	return found
}

// maxText bounds documents and variables in traces, in bytes.
const maxText = 16 << 10

func bounded(text []byte) string { return string(text[:min(len(text), maxText)]) }

type idsKey struct{}

type ids struct {
	trace trace.TraceID
	span  trace.SpanID
}

func withIDs(ctx context.Context, traceID trace.TraceID, span trace.SpanID) context.Context {
	return context.WithValue(ctx, idsKey{}, ids{traceID, span})
}

// chosenIDs gives spans the ids that subgraphs were told before there were spans.
type chosenIDs struct{}

// NewIDs implements sdktrace.IDGenerator.
func (chosenIDs) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	chosen := ctx.Value(idsKey{}).(ids)
	return chosen.trace, chosen.span
}

// NewSpanID implements sdktrace.IDGenerator.
func (chosenIDs) NewSpanID(ctx context.Context, _ trace.TraceID) trace.SpanID {
	return ctx.Value(idsKey{}).(ids).span
}
