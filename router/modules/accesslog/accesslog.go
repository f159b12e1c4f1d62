// Package accesslog writes a line of the log for every GraphQL request.
package accesslog

import (
	"context"
	_ "embed" // the settings' descriptions are their doc comments
	"log/slog"
	"time"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
)

//go:embed accesslog.go
var source string

// Info describes the module.
var Info = module.Info{Name: "access_log", New: func() module.Module { return &AccessLog{} }, Source: source}

// AccessLog is a line of the log for every GraphQL request.
type AccessLog struct {
	// Write a line per request: at the level error for answers with a status from 500 on, warn from 400 on or when the
	// answer has errors, info otherwise.
	On bool `yaml:"enabled"`

	logger *slog.Logger
}

// Enabled implements module.Module.
func (a *AccessLog) Enabled() bool { return a.On }

// Provision implements module.Module.
func (a *AccessLog) Provision(host module.Host) error {
	a.logger = host.Logger()
	return nil
}

// RequestEnded implements module.RequestObserver.
func (a *AccessLog) RequestEnded(o *server.Observation) {
	level := slog.LevelInfo
	switch {
	case o.Status >= 500:
		level = slog.LevelError
	case o.Status >= 400 || o.Operation.Errors > 0:
		level = slog.LevelWarn
	}
	name := o.Operation.Kind
	if o.Operation.Name != "" {
		name += " " + o.Operation.Name
	}
	if name == "" {
		name = "rejected"
	}
	attrs := make([]slog.Attr, 0, 8)
	attrs = append(attrs, slog.Int("status", o.Status), slog.Duration("took", o.Duration.Round(time.Microsecond)),
		slog.Int("bytes", o.Bytes), slog.Int("fetches", o.Operation.Fetches))
	if o.Operation.Errors > 0 {
		attrs = append(attrs, slog.Int("errors", o.Operation.Errors))
	}
	if o.Operation.Code != "" {
		attrs = append(attrs, slog.String("code", o.Operation.Code))
	}
	if o.RequestID != "" {
		attrs = append(attrs, slog.String("request_id", o.RequestID))
	}
	a.logger.LogAttrs(context.Background(), level, o.Method+" "+name, attrs...)
}
