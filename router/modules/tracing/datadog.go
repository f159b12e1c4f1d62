package tracing

import (
	"context"
	"encoding/binary"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// datadog reads and writes Datadog's headers: the lower half of the trace's id and the span's id as decimal numbers,
// the upper half in hexadecimal among the tags.
type datadog struct{}

const (
	datadogTrace    = "x-datadog-trace-id"
	datadogParent   = "x-datadog-parent-id"
	datadogPriority = "x-datadog-sampling-priority"
	datadogTags     = "x-datadog-tags"
	datadogUpper    = "_dd.p.tid="
)

// Fields implements propagation.TextMapPropagator.
func (datadog) Fields() []string {
	return []string{datadogTrace, datadogParent, datadogPriority, datadogTags}
}

// Inject implements propagation.TextMapPropagator.
func (datadog) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	from := trace.SpanContextFromContext(ctx)
	if !from.IsValid() {
		return
	}
	id, span := from.TraceID(), from.SpanID()
	carrier.Set(datadogTrace, strconv.FormatUint(binary.BigEndian.Uint64(id[8:]), 10))
	carrier.Set(datadogParent, strconv.FormatUint(binary.BigEndian.Uint64(span[:]), 10))
	priority := "0"
	if from.IsSampled() {
		priority = "1"
	}
	carrier.Set(datadogPriority, priority)
	if upper := id.String()[:16]; upper != "0000000000000000" {
		carrier.Set(datadogTags, datadogUpper+upper)
	}
}

// Extract implements propagation.TextMapPropagator.
func (datadog) Extract(ctx context.Context, carrier propagation.TextMapCarrier) context.Context {
	lower, err := strconv.ParseUint(carrier.Get(datadogTrace), 10, 64)
	parent, err2 := strconv.ParseUint(carrier.Get(datadogParent), 10, 64)
	if err != nil || err2 != nil {
		return ctx
	}
	var c trace.SpanContextConfig
	binary.BigEndian.PutUint64(c.TraceID[8:], lower)
	binary.BigEndian.PutUint64(c.SpanID[:], parent)
	for tag := range strings.SplitSeq(carrier.Get(datadogTags), ",") {
		if text, ok := strings.CutPrefix(strings.TrimSpace(tag), datadogUpper); ok {
			if upper, err := strconv.ParseUint(text, 16, 64); err == nil {
				binary.BigEndian.PutUint64(c.TraceID[:8], upper)
			}
		}
	}
	if priority, err := strconv.Atoi(carrier.Get(datadogPriority)); err == nil && priority > 0 {
		c.TraceFlags = trace.FlagsSampled
	}
	c.Remote = true
	if from := trace.NewSpanContext(c); from.IsValid() {
		return trace.ContextWithRemoteSpanContext(ctx, from)
	}
	return ctx
}
