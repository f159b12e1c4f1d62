package subgraphs

import (
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/inventory"
	"github.com/weft-graphql/weft/subgraphs/inventory/graph"
	"github.com/weft-graphql/weft/subgraphs/inventory/store"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
)

// inventoryRecipe: stock is what people decide by, and it changes with every order.
var inventoryRecipe = recipe{
	blueprint: kit.Blueprint{Name: "inventory", Migrations: store.Migrations(), Seed: store.Seed, Grow: store.Grow},
	maxAge:    10 * time.Second,
	build: func(db *bun.DB, outbox *events.Outbox) parts {
		core := inventory.New(store.New(db, outbox))
		return parts{
			schema: graph.New(core), take: core.Take, work: core.Expire, sources: []events.Source{
				{Subgraph: "catalog", Types: []string{"Product"}}, {Subgraph: "orders", Types: []string{"Order"}},
			},
		}
	},
}
