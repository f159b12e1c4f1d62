package telemetry

import (
	"context"
	"log/slog"
	"net/http"

	"go.opentelemetry.io/otel/trace"
)

// requestIDHeader is where routers tell the id of a request, if they give ids and pass them on.
const requestIDHeader = "X-Request-Id"

// maxRequestID bounds an id, in bytes.
const maxRequestID = 128

type requestIDKey struct{}

// RequestIDs keeps the id of each request for the log.
func RequestIDs(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if id := r.Header.Get(requestIDHeader); plain(id) {
			r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
		}
		next.ServeHTTP(w, r)
	})
}

// plain reports whether an id can stand in a log.
func plain(id string) bool {
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return id != "" && len(id) <= maxRequestID
}

// Log adds the ids of request and trace to what is logged while a request is answered.
func Log(logger *slog.Logger) *slog.Logger {
	if _, ok := logger.Handler().(withIDs); ok {
		return logger
	}
	return slog.New(withIDs{logger.Handler()})
}

type withIDs struct{ slog.Handler }

func (h withIDs) Handle(ctx context.Context, record slog.Record) error {
	if id, ok := ctx.Value(requestIDKey{}).(string); ok {
		record.AddAttrs(slog.String("request_id", id))
	}
	if span := trace.SpanContextFromContext(ctx); span.HasTraceID() {
		record.AddAttrs(slog.String("trace_id", span.TraceID().String()))
	}
	return h.Handler.Handle(ctx, record)
}

func (h withIDs) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withIDs{h.Handler.WithAttrs(attrs)}
}
func (h withIDs) WithGroup(name string) slog.Handler { return withIDs{h.Handler.WithGroup(name)} }
