package telemetry

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Statements is a hook that makes a span of each SQL statement within a trace, and times all of them. Texts of
// statements are not told: they have people's data in them.
func (t *Telemetry) Statements() bun.QueryHook { return statements{t} }

type statements struct{ t *Telemetry }

type sqlSpanKey struct{}

func (s statements) BeforeQuery(ctx context.Context, event *bun.QueryEvent) context.Context {
	if !trace.SpanContextFromContext(ctx).IsSampled() {
		return ctx
	}
	ctx, span := s.t.tracer.Start(ctx, "SQL "+event.Operation(), trace.WithSpanKind(trace.SpanKindClient))
	return context.WithValue(ctx, sqlSpanKey{}, span)
}

func (s statements) AfterQuery(ctx context.Context, event *bun.QueryEvent) {
	s.t.statements.WithLabelValues(kindOf(event.Operation())).Observe(time.Since(event.StartTime).Seconds())
	span, ok := ctx.Value(sqlSpanKey{}).(trace.Span)
	if !ok {
		return
	}
	span.SetAttributes(attribute.String("db.operation.name", event.Operation()))
	if name, ok := tableOf(event); ok {
		span.SetAttributes(attribute.String("db.collection.name", name))
	}
	if event.Err != nil && !errors.Is(event.Err, sql.ErrNoRows) {
		span.SetStatus(codes.Error, "the statement failed")
	}
	span.End()
}

// kindOf keeps the values of a label few.
func kindOf(operation string) string {
	switch operation {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "BEGIN", "COMMIT", "ROLLBACK":
		return operation
	default:
		return "OTHER"
	}
}

// tableOf is the table that a statement is about, when it is about one.
func tableOf(event *bun.QueryEvent) (string, bool) {
	query, ok := event.IQuery.(interface{ GetTableName() string })
	if !ok {
		return "", false
	}
	name := query.GetTableName()
	return name, name != ""
}
