package accesslog

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/router/server"
)

// known are the fields that a line can have. One without a key is left out.
var known = map[string]func(*server.Observation) slog.Attr{
	"method":    func(o *server.Observation) slog.Attr { return slog.String("method", o.Method) },
	"path":      func(o *server.Observation) slog.Attr { return slog.String("path", o.Path) },
	"remote":    func(o *server.Observation) slog.Attr { return slog.String("remote", o.Remote) },
	"kind":      func(o *server.Observation) slog.Attr { return text("kind", o.Operation.Kind) },
	"operation": func(o *server.Observation) slog.Attr { return text("operation", o.Operation.Name) },
	"status":    func(o *server.Observation) slog.Attr { return slog.Int("status", o.Status) },
	"took": func(o *server.Observation) slog.Attr {
		return slog.Duration("took", o.Duration.Round(time.Microsecond))
	},
	"bytes":   func(o *server.Observation) slog.Attr { return slog.Int("bytes", o.Bytes) },
	"fetches": func(o *server.Observation) slog.Attr { return slog.Int("fetches", o.Operation.Fetches) },
	"errors": func(o *server.Observation) slog.Attr {
		if o.Operation.Errors == 0 {
			return slog.Attr{}
		}
		return slog.Int("errors", o.Operation.Errors)
	},
	"code": func(o *server.Observation) slog.Attr { return text("code", o.Operation.Code) },
	"exceeded": func(o *server.Observation) slog.Attr {
		return text("exceeded", strings.Join(o.Operation.Exceeded, ","))
	},
	"request_id": func(o *server.Observation) slog.Attr { return text("request_id", o.RequestID) },
	"trace_id":   func(o *server.Observation) slog.Attr { return text("trace_id", o.Operation.TraceID) },
}

func names() []string { return slices.Sorted(maps.Keys(known)) }

func text(key, value string) slog.Attr {
	if value == "" {
		return slog.Attr{}
	}
	return slog.String(key, value)
}
