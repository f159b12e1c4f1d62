// Package subgraphs opens the domain services by name. Each owns a part of the graph; see the packages below.
package subgraphs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus"
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
	// configured is build for a service that has settings of its own.
	configured func(kit.Config, *bun.DB, *events.Outbox) (parts, error)
}

// parts is what a service has to offer.
type parts struct {
	schema graphql.ExecutableSchema
	// take takes in the events of the sources; nil when the service takes none in.
	take    func(context.Context, wire.EntityChanged) error
	sources []events.Source
	// work runs in the background until its context ends; nil when there is nothing to do.
	work func(context.Context, *slog.Logger)
	// heard is told of all events on the bus, as soon as they are published, and missed when some may have been lost. They
	// are for those who wait for something; what must not be lost is taken in. Both may be nil.
	heard  func(wire.EntityChanged)
	missed func()
	// uploads are the files that come along with operations.
	uploads kit.Uploads
	// metrics are the service's own; nil for none.
	metrics prometheus.Collector
	// routes are what the service answers beside /graphql, by patterns of http.ServeMux.
	routes map[string]http.Handler
}

// recipes knows how to make each service.
var recipes = map[string]recipe{
	"accounts":  accountsRecipe,
	"catalog":   catalogRecipe,
	"insights":  insightsRecipe,
	"inventory": inventoryRecipe,
	"orders":    ordersRecipe,
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

// prepare brings the database to its present form.
func (r recipe) prepare(ctx context.Context, config kit.Config) error {
	db, err := kit.OpenForSetup(ctx, r.blueprint.Name, config)
	if err != nil {
		return err
	}
	return errors.Join(kit.Prepare(ctx, db, r.blueprint, config.Empty), db.Close())
}

func (r recipe) open(ctx context.Context, config kit.Config) (Service, error) {
	config = config.WithDefaults()
	if err := r.prepare(ctx, config); err != nil {
		return nil, err
	}
	db, err := kit.OpenDatabase(r.blueprint.Name, config)
	if err != nil {
		return nil, err
	}
	checks, err := kit.OpenForChecks(r.blueprint.Name, config)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	background, err := kit.OpenForEvents(r.blueprint.Name, config)
	if err != nil {
		return nil, errors.Join(err, checks.Close(), db.Close())
	}
	outbox := events.NewOutbox(kit.Transactions(db), background, kit.Transactions(background))
	var made parts
	if r.configured != nil {
		if made, err = r.configured(config, db, outbox); err != nil {
			return nil, errors.Join(err, background.Close(), checks.Close(), db.Close())
		}
	} else {
		made = r.build(db, outbox)
	}
	assembly := kit.Assembly{
		Name:         r.blueprint.Name,
		Schema:       made.schema,
		MaxAge:       r.maxAge,
		Routes:       made.routes,
		Uploads:      made.uploads,
		Dependencies: []kit.Dependency{{Name: "database", Check: checks.PingContext}},
	}
	var follower *events.Follower
	if config.Events != nil {
		assembly.Dependencies = append(assembly.Dependencies,
			kit.Dependency{Name: "events", Check: config.Events.Check, Optional: true})
		if made.take != nil {
			take := config.Telemetry.Taking(made.take)
			follower = events.NewFollower(r.blueprint.Name, made.sources, take, outbox, config.Events, config.Logger)
		}
	}
	assembly.Events = func(ctx context.Context) (events.Report, error) { return follower.Report(ctx, outbox) }
	config.Telemetry.Observe(eventMetrics(assembly.Events))
	if made.metrics != nil {
		config.Telemetry.Observe(made.metrics)
	}
	rest, stop := func() {}, func() {}
	if !config.RequestsOnly {
		lock := kit.LockOf(background, r.blueprint.Name)
		stop = events.Start(r.blueprint.Name, outbox, follower, config.Events, lock, config.Logger)
		rest = startWork(made, config)
	}
	assembly.Closers = []func() error{
		func() error { rest(); stop(); return nil }, background.Close, checks.Close, db.Close,
	}
	return kit.NewServer(assembly, config), nil
}
