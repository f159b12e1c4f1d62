package standalone

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/weft-graphql/weft/router/excerpt"
)

// bounded is a log handler that shortens what is too long for a line: what a line quotes can be as large as a graph.
type bounded struct{ slog.Handler }

// Handle implements slog.Handler.
func (b bounded) Handle(ctx context.Context, r slog.Record) error {
	changed := excerpt.Of(r.Message) != r.Message
	r.Attrs(func(a slog.Attr) bool {
		if !changed {
			_, changed = short(a)
		}
		return !changed
	})
	if !changed {
		return b.Handler.Handle(ctx, r)
	}
	shorter := slog.NewRecord(r.Time, r.Level, excerpt.Of(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		a, _ = short(a)
		shorter.AddAttrs(a)
		return true
	})
	return b.Handler.Handle(ctx, shorter)
}

// short is an attribute with its text shortened, and whether that changes it.
func short(a slog.Attr) (shorter slog.Attr, changed bool) {
	text := ""
	switch a.Value.Kind() {
	case slog.KindString:
		text = a.Value.String()
	case slog.KindAny:
		switch v := a.Value.Any().(type) {
		case error:
			text = v.Error()
		case fmt.Stringer:
			text = v.String()
		case []string:
			text = strings.Join(v, ", ")
		}
	}
	if less := excerpt.Of(text); less != text {
		return slog.String(a.Key, less), true
	}
	return a, false
}

// WithAttrs implements slog.Handler.
func (b bounded) WithAttrs(attrs []slog.Attr) slog.Handler {
	shorter := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		shorter[i], _ = short(a)
	}
	return bounded{b.Handler.WithAttrs(shorter)}
}

// WithGroup implements slog.Handler.
func (b bounded) WithGroup(name string) slog.Handler { return bounded{b.Handler.WithGroup(name)} }
