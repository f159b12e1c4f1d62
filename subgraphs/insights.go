package subgraphs

import (
	"context"
	"log/slog"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/insights"
	"github.com/weft-graphql/weft/subgraphs/insights/graph"
	"github.com/weft-graphql/weft/subgraphs/insights/scrape"
	"github.com/weft-graphql/weft/subgraphs/insights/store"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
)

// insightsRecipe: what is bought together changes slowly.
var insightsRecipe = recipe{
	blueprint: kit.Blueprint{Name: "insights", Migrations: store.Migrations(), Seed: store.Seed, Grow: store.Grow},
	maxAge:    5 * time.Minute,
	configured: func(config kit.Config, db *bun.DB, outbox *events.Outbox) (parts, error) {
		watch, err := monitoring(config)
		if err != nil {
			return parts{}, err
		}
		core := insights.New(store.New(db, outbox))
		made := parts{
			schema: graph.New(core),
			take:   core.Take,
			heard:  core.Heard,
			missed: func() {},
			sources: []events.Source{
				{Subgraph: "catalog", Types: []string{"Product"}}, {Subgraph: "orders", Types: []string{"Order"}},
			},
		}
		monitor := insights.NewMonitor(core, watch)
		config.Telemetry.Observe(monitor.Metrics())
		made.heard = monitor.Heard
		lock := kit.LockOf(db, "insights")
		made.work = func(ctx context.Context, logger *slog.Logger) {
			for ctx.Err() == nil {
				// One process watches; the others wait until it is gone.
				err := lock(ctx, "monitor", func() error { monitor.Run(ctx, logger); return nil })
				if err != nil && ctx.Err() == nil {
					logger.Warn("signals cannot be watched yet", "error", err)
					pause(ctx, watchAgain)
				}
			}
		}
		return made, nil
	},
}

// monitoring is what the configuration says of what is watched.
func monitoring(config kit.Config) (insights.Monitoring, error) {
	m := insights.Monitoring{Flow: config.Events != nil, Step: config.Watch.Step, Early: config.Watch.Early}
	for _, target := range config.Watch.Targets {
		t := scrape.Target{URL: target.URL, Token: config.Watch.Token, Handler: target.Handler}
		if err := t.Check(); err != nil {
			return m, err
		}
		m.Targets = append(m.Targets, t)
	}
	return m, nil
}
