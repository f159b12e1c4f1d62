package tracing

import (
	"context"
	"encoding/hex"
	"maps"
	"net/http"
	"net/textproto"
	"slices"

	"go.opentelemetry.io/contrib/propagators/b3"
	"go.opentelemetry.io/contrib/propagators/jaeger"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/weft-graphql/weft/router/upstream"
)

// formats are the trace headers there are.
var formats = map[string]propagation.TextMapPropagator{
	"w3c":     propagation.TraceContext{},
	"b3":      b3.New(b3.WithInjectEncoding(b3.B3SingleHeader)),
	"b3multi": b3.New(b3.WithInjectEncoding(b3.B3MultipleHeader)),
	"jaeger":  jaeger.Jaeger{},
	"datadog": datadog{},
}

func formatNames() []string { return slices.Sorted(maps.Keys(formats)) }

// propagatorOf returns what reads and writes the formats, and the names of the headers that it reads, as net/http
// writes them.
func propagatorOf(names []string) (propagation.TextMapPropagator, []string) {
	var all []propagation.TextMapPropagator
	// Of those that read, the last one to find something wins.
	for _, name := range slices.Backward(names) {
		all = append(all, formats[name])
	}
	p := propagation.NewCompositeTextMapPropagator(all...)
	var headers []string
	for _, name := range p.Fields() {
		headers = append(headers, textproto.CanonicalMIMEHeaderKey(name))
	}
	if slices.Contains(names, "b3") {
		headers = append(headers, "B3")
	}
	return p, headers
}

// parent returns the span that a request says it comes from; an invalid one when it says nothing.
func (t *Tracing) parent(header http.Header) trace.SpanContext {
	for _, name := range t.incoming {
		if len(header[name]) > 0 {
			return trace.SpanContextFromContext(t.propagator.Extract(context.Background(), propagation.HeaderCarrier(header)))
		}
	}
	return trace.SpanContext{}
}

// inject appends the headers that tell a subgraph which span it is called from.
func (t *Tracing) inject(from trace.SpanContext, headers []upstream.Header) []upstream.Header {
	if t.onlyTraceparent(from) {
		var text traceparent
		text.write(from)
		return append(headers, upstream.Header{Name: "Traceparent", Value: string(text[:])})
	}
	c := carrier{headers: headers}
	t.propagator.Inject(trace.ContextWithSpanContext(context.Background(), from), &c)
	return c.headers
}

// onlyTraceparent tells that a traceparent is all that there is to tell.
func (t *Tracing) onlyTraceparent(from trace.SpanContext) bool {
	return t.plain && from.TraceState().Len() == 0
}

// traceparent is the header of the W3C, which is written for nearly every operation.
type traceparent [55]byte

func (text *traceparent) write(of trace.SpanContext) {
	*text = traceparent{0: '0', 1: '0', 2: '-', 35: '-', 52: '-', 53: '0', 54: '0'}
	traceID, spanID := of.TraceID(), of.SpanID()
	hex.Encode(text[3:35], traceID[:])
	hex.Encode(text[36:52], spanID[:])
	if of.IsSampled() {
		text[54] = '1'
	}
}

// carrier is a list of headers that a propagator writes to.
type carrier struct{ headers []upstream.Header }

func (c *carrier) Get(string) string { return "" }
func (c *carrier) Keys() []string    { return nil }
func (c *carrier) Set(name, value string) {
	c.headers = append(c.headers, upstream.Header{Name: textproto.CanonicalMIMEHeaderKey(name), Value: value})
}
