package subgraphs

import (
	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
	"github.com/weft-graphql/weft/subgraphs/orders"
	"github.com/weft-graphql/weft/subgraphs/orders/graph"
	"github.com/weft-graphql/weft/subgraphs/orders/payment"
	"github.com/weft-graphql/weft/subgraphs/orders/store"
)

// ordersRecipe: what people buy is private, and changes by itself.
var ordersRecipe = ordersPaidBy(payment.Fake{}, orders.DefaultTiming())

func ordersPaidBy(provider payment.Provider, timing orders.Timing) recipe {
	return recipe{
		blueprint: kit.Blueprint{Name: "orders", Migrations: store.Migrations(), Seed: store.Seed, Grow: store.Grow},
		build: func(db *bun.DB, outbox *events.Outbox) parts {
			core := orders.New(store.New(db, outbox), provider, timing)
			return parts{
				schema: graph.New(core), metrics: sagaMetrics(core.SagaReport), take: core.Take, work: core.Manage, heard: core.Heard, missed: core.MayHaveChanged,
				sources: []events.Source{
					{Subgraph: "catalog", Types: []string{"Product"}}, {Subgraph: "inventory", Types: []string{"Reservation"}},
				},
			}
		},
	}
}
