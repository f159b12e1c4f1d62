package telemetry

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// request is what becomes known of a request while it is answered.
type request struct{ operation, outcome string }

type requestKey struct{}

// Requests continues the router's trace in a span for each request, and counts it.
func (t *Telemetry) Requests(next http.Handler) http.Handler {
	if t == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin, known := time.Now(), &request{operation: "none", outcome: "refused"}
		ctx := traceparent.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		ctx, span := t.tracer.Start(ctx, "POST /graphql", trace.WithSpanKind(trace.SpanKindServer))
		defer func() {
			span.SetAttributes(attribute.String("graphql.operation.type", known.operation))
			if known.outcome != "ok" {
				span.SetStatus(codes.Error, known.outcome)
			}
			span.End()
			t.requests.WithLabelValues(known.operation, known.outcome).Inc()
			t.durations.WithLabelValues(known.operation).Observe(time.Since(begin).Seconds())
		}()
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, requestKey{}, known)))
	})
}

// Operations learns what a request asks for, and whether it was answered without errors.
func (t *Telemetry) Operations(server *handler.Server) {
	if t == nil {
		return
	}
	server.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		op := graphql.GetOperationContext(ctx).Operation
		if known, ok := ctx.Value(requestKey{}).(*request); ok && op != nil {
			known.operation, known.outcome = string(op.Operation), "ok"
			if op.Name != "" {
				trace.SpanFromContext(ctx).SetName(string(op.Operation) + " " + op.Name)
			}
		}
		return next(ctx)
	})
	server.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		response := next(ctx)
		if known, ok := ctx.Value(requestKey{}).(*request); ok && response != nil && len(response.Errors) > 0 &&
			known.outcome == "ok" {
			known.outcome = "errors"
		}
		return response
	})
}
