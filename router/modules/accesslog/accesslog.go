// Package accesslog writes a line of the log for every GraphQL request.
package accesslog

import (
	"context"
	_ "embed" // the settings' descriptions are their doc comments
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
)

//go:embed accesslog.go
var source string

// Info describes the module.
var Info = module.Info{Name: "access_log", New: func() module.Module { return defaults() }, Source: source}

// AccessLog is a line of the log for every GraphQL request.
type AccessLog struct {
	// Write a line per request: at the level error for answers with a status from 500 on, warn from 400 on or when the
	// answer has errors, info otherwise.
	On bool `yaml:"enabled"`
	// What a line has, in this order: method, path, remote, kind, operation, status, took, bytes, fetches, errors, code,
	// exceeded, request_id and trace_id. What is empty is left out.
	Fields []string `yaml:"fields"`
	// Further fields by name, each an expression, such as tenant: 'header("X-Tenant")' or who: 'claim("sub")'. Answers do
	// not depend on what is only written here: it keeps no requests apart.
	Values map[string]string `yaml:"values"`
	// Which requests have a line.
	Sampling LineSampling `yaml:"sampling"`

	logger *slog.Logger
	fields []func(*server.Observation) slog.Attr
	values []value
}

// LineSampling says which requests have a line.
type LineSampling struct {
	// The share of the requests that went well, from 0 to 1. All others have a line.
	Ratio float64 `yaml:"ratio"`
	// All that took longer have one, too; 0 for none.
	SlowerThan time.Duration `yaml:"slower_than"`
}

func defaults() *AccessLog {
	return &AccessLog{
		Fields:   []string{"status", "took", "bytes", "fetches", "errors", "code", "request_id", "trace_id"},
		Sampling: LineSampling{Ratio: 1, SlowerThan: time.Second},
	}
}

// Check implements module.Checker.
func (a *AccessLog) Check(report func(key, format string, args ...any)) {
	for _, name := range a.Fields {
		if known[name] == nil {
			report("fields", "there is no field %q; there are %s", name, strings.Join(names(), ", "))
		}
	}
	if !(a.Sampling.Ratio >= 0 && a.Sampling.Ratio <= 1) {
		report("sampling.ratio", "%v is no share; it must be from 0 to 1", a.Sampling.Ratio)
	}
	if a.Sampling.SlowerThan < 0 {
		report("sampling.slower_than", "%s is not possible; it must not be negative", a.Sampling.SlowerThan)
	}
	for name, text := range a.Values {
		if slices.Contains(names(), name) {
			report("values."+name, "is a field already; give it another name")
		}
		if _, err := compile(name, text); err != nil {
			report("values."+name, "%v", err)
		}
	}
}

// Enabled implements module.Module.
func (a *AccessLog) Enabled() bool { return a.On }

// Provision implements module.Module.
func (a *AccessLog) Provision(host module.Host) error {
	a.logger = host.Logger()
	if h, ok := a.logger.Handler().(interface{ Unsampled() slog.Handler }); ok {
		// Which requests have a line is decided here, not by what lines have in common.
		a.logger = slog.New(h.Unsampled())
	}
	for _, name := range a.Fields {
		a.fields = append(a.fields, known[name])
	}
	return a.compile()
}

// RequestEnded implements module.RequestObserver.
func (a *AccessLog) RequestEnded(o *server.Observation) {
	level := slog.LevelInfo
	switch {
	case o.Status >= 500:
		level = slog.LevelError
	case o.Status >= 400 || o.Operation.Errors > 0:
		level = slog.LevelWarn
	case a.Sampling.SlowerThan > 0 && o.Duration > a.Sampling.SlowerThan:
	case a.Sampling.Ratio < 1 && rand.Float64() >= a.Sampling.Ratio:
		return
	}
	if !a.logger.Enabled(context.Background(), level) {
		return
	}
	name := o.Operation.Kind
	if o.Operation.Name != "" {
		name += " " + o.Operation.Name
	}
	if name == "" {
		name = "rejected"
	}
	attrs := make([]slog.Attr, 0, len(a.fields)+len(o.Operation.Noted))
	for _, field := range a.fields {
		if attr := field(o); attr.Key != "" {
			attrs = append(attrs, attr)
		}
	}
	a.logger.LogAttrs(context.Background(), level, o.Method+" "+name, append(attrs, o.Operation.Noted...)...)
}
