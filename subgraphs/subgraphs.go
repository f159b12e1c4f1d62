// Package subgraphs opens the domain services by name. Each owns a part of the graph; see the packages below.
package subgraphs

import (
	"context"
	"fmt"
	"net/http"

	"github.com/weft-graphql/weft/schema"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

// Service is a running domain service.
type Service interface {
	// Name is the subgraph's name, for example "catalog".
	Name() string
	// Handler answers /graphql, /status, /healthz and /readyz.
	Handler() http.Handler
	// Ready returns nil when the service can answer, or what it is waiting for.
	Ready(ctx context.Context) error
	// Close stops background work and closes the database. Requests must have ended before.
	Close() error
}

// openers knows how to open each service.
var openers = map[string]func(context.Context, kit.Config) (Service, error){}

// Names lists the services by name.
func Names() []string { return schema.Names() }

// SDL returns the service's schema document; the error says which names exist.
func SDL(name string) (string, error) { return schema.SDL(name) }

// Open starts the service: it opens and migrates its database, fills a new one with sample data (unless the
// configuration says Empty) and returns once it can answer.
func Open(ctx context.Context, name string, config kit.Config) (Service, error) {
	open, ok := openers[name]
	if !ok {
		return nil, fmt.Errorf("there is no subgraph %q; the subgraphs are %v", name, Names())
	}
	service, err := open(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open subgraph %s: %w", name, err)
	}
	return service, nil
}
