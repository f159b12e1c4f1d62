// Package subgraphs opens the domain services by name. Each owns a part of the graph; see the packages below.
package subgraphs

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
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

// recipe says how to make one service.
type recipe struct {
	blueprint kit.Blueprint
	// maxAge is how long answers may be kept when no resolver says less.
	maxAge time.Duration
	// schema connects the service's parts: store, domain, resolvers.
	schema func(*bun.DB, *events.Outbox) graphql.ExecutableSchema
}

// recipes knows how to make each service.
var recipes = map[string]recipe{
	"accounts":  accountsRecipe,
	"catalog":   catalogRecipe,
	"inventory": inventoryRecipe,
	"reviews":   reviewsRecipe,
}

// Names lists the services by name.
func Names() []string { return schema.Names() }

// SDL returns the service's schema document; the error says which names exist.
func SDL(name string) (string, error) { return schema.SDL(name) }

// Open starts the service: it opens and migrates its database, fills a new one with sample data (unless the
// configuration says Empty) and returns once it can answer.
func Open(ctx context.Context, name string, config kit.Config) (Service, error) {
	r, ok := recipes[name]
	if !ok {
		return nil, fmt.Errorf("there is no subgraph %q; the subgraphs are %v", name, Names())
	}
	service, err := r.open(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open subgraph %s: %w", name, err)
	}
	return service, nil
}

func (r recipe) open(ctx context.Context, config kit.Config) (Service, error) {
	db, err := kit.OpenDatabase(ctx, r.blueprint.Name, config)
	if err != nil {
		return nil, err
	}
	if err := kit.Prepare(ctx, db, r.blueprint, config.Empty); err != nil {
		_ = db.Close()
		return nil, err
	}
	outbox := events.NewOutbox(db, false)
	return kit.NewServer(kit.Assembly{
		Name:         r.blueprint.Name,
		Schema:       r.schema(db, outbox),
		MaxAge:       r.maxAge,
		Dependencies: []kit.Dependency{{Name: "database", Check: db.PingContext}},
		Closers:      []func() error{db.Close},
	}, config), nil
}
