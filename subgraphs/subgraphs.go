// Package subgraphs opens the domain services by name. Each owns a part of the graph; see the packages below.
package subgraphs

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema"
	"github.com/weft-graphql/weft/schema/wire"
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
	// Serve answers requests on the listener until ctx ends, then lets running requests finish and closes the service.
	Serve(ctx context.Context, listener net.Listener) error
	// Close stops background work and closes the database. Requests must have ended before. Serve does it by itself.
	Close() error
}

// recipe says how to make one service.
type recipe struct {
	blueprint kit.Blueprint
	// maxAge is how long answers may be kept, unless a resolver says that they are private or must not be kept.
	maxAge time.Duration
	// build connects the service's parts: store, domain, resolvers.
	build func(*bun.DB, *events.Outbox) parts
}

// parts is what a service has to offer.
type parts struct {
	schema graphql.ExecutableSchema
	// take takes in the news of other services; nil when the service does not listen.
	take func(context.Context, wire.EntityChanged) error
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
	config = config.WithDefaults()
	db, err := kit.OpenDatabase(ctx, r.blueprint.Name, config)
	if err != nil {
		return nil, err
	}
	if err := kit.Prepare(ctx, db, r.blueprint, config.Empty); err != nil {
		_ = db.Close()
		return nil, err
	}
	outbox := events.NewOutbox(db, config.Events != nil)
	made := r.build(db, outbox)
	assembly := kit.Assembly{
		Name:         r.blueprint.Name,
		Schema:       made.schema,
		MaxAge:       r.maxAge,
		Dependencies: []kit.Dependency{{Name: "database", Check: db.PingContext}},
	}
	if config.Events != nil {
		assembly.Dependencies = append(assembly.Dependencies,
			kit.Dependency{Name: "events", Check: config.Events.Check, Optional: true})
		assembly.Closers = connect(r.blueprint.Name, config, outbox, made)
	}
	assembly.Closers = append(assembly.Closers, db.Close)
	return kit.NewServer(assembly, config), nil
}

// connect starts what listens to the bus and what publishes on it, and returns how to stop them: first no more news
// comes in, then the last goes out.
func connect(name string, config kit.Config, outbox *events.Outbox, made parts) []func() error {
	var stops []func() error
	if made.take != nil {
		stop := config.Events.Consume(name, made.take)
		stops = append(stops, func() error { stop(); return nil })
	}
	stop := events.StartRelay(outbox, config.Events, config.Logger)
	return append(stops, func() error { stop(); return nil })
}
