// Package subgraphlog writes into the log which queries subgraphs could not answer, and what they said.
package subgraphlog

import (
	"context"
	_ "embed" // the settings' descriptions are their doc comments
	"log/slog"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

//go:embed subgraphlog.go
var source string

// Info describes the module.
var Info = module.Info{Name: "subgraph_log", New: func() module.Module { return defaults() }, Source: source}

// SubgraphLog tells of requests to subgraphs that failed or whose answers have errors, with the query that was sent.
type SubgraphLog struct {
	// Write a line for each such request, at the level warn. Literals in queries can be personal data. Beyond
	// log.sampling lines are left out.
	On bool `yaml:"enabled"`
	// Write the variables, too: they have the keys of entities and what clients sent, which is often personal or secret.
	Variables bool `yaml:"variables"`
	// The most bytes of a query, of variables, and of what the subgraph said.
	MaxBytes int `yaml:"max_bytes"`

	logger *slog.Logger
}

// longest bounds MaxBytes: a line of the log has 64 KB at most.
const longest = 16 << 10

func defaults() *SubgraphLog { return &SubgraphLog{MaxBytes: 4 << 10} }

// Check implements module.Checker.
func (l *SubgraphLog) Check(report func(key, format string, args ...any)) {
	if l.MaxBytes < 1 || l.MaxBytes > longest {
		report("max_bytes", "%d is not possible; it must be between 1 and %d", l.MaxBytes, longest)
	}
}

// Enabled implements module.Module.
func (l *SubgraphLog) Enabled() bool { return l.On }

// Provision implements module.Module.
func (l *SubgraphLog) Provision(host module.Host) error {
	host.VariesBy().Nothing()
	l.logger = host.Logger()
	return nil
}

// request is what a line tells of the client's request.
type request struct{ id, operation string }

type contextKey struct{}

// OperationBegan implements module.OperationObserver.
func (l *SubgraphLog) OperationBegan(ctx context.Context, op *module.Operation) context.Context {
	return context.WithValue(
		ctx,
		contextKey{},
		request{op.Request.Header.Get("X-Request-Id"), string(op.Request.OperationName)},
	)
}

// OperationEnded implements module.OperationObserver.
func (l *SubgraphLog) OperationEnded(context.Context, *module.Operation, *server.Response) {}

// WrapSubgraph implements module.SubgraphClient.
func (l *SubgraphLog) WrapSubgraph(s *supergraph.Subgraph, next upstream.Subgraph) upstream.Subgraph {
	return &client{log: l, name: s.Name, next: next}
}
