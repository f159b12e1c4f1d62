package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/weft-graphql/weft/schema/wire"
)

// Mark notes in an event the trace in which it came about.
func Mark(ctx context.Context, event *wire.EntityChanged) {
	if trace.SpanContextFromContext(ctx).IsSampled() {
		carrier := propagation.MapCarrier{}
		traceparent.Inject(ctx, carrier)
		event.Trace = carrier.Get("traceparent")
	}
}

// Taking continues the trace of an event where it is taken in, and counts it.
func (t *Telemetry) Taking(
	take func(context.Context, wire.EntityChanged) error,
) func(context.Context, wire.EntityChanged) error {
	if t == nil || take == nil {
		return take
	}
	return func(ctx context.Context, event wire.EntityChanged) error {
		ctx = traceparent.Extract(ctx, propagation.MapCarrier{"traceparent": event.Trace})
		ctx, span := t.tracer.Start(
			ctx,
			"take "+event.Subgraph+" "+event.Type,
			trace.WithSpanKind(trace.SpanKindConsumer),
			trace.WithAttributes(
				attribute.String("messaging.message.id", event.ID),
				attribute.String("weft.change", string(event.Change)),
			),
		)
		defer span.End()
		err, outcome := take(ctx, event), "taken"
		if err != nil {
			outcome = "failed"
			span.SetStatus(codes.Error, "the event was not taken in")
		}
		t.taken.WithLabelValues(event.Subgraph, outcome).Inc()
		return err
	}
}
