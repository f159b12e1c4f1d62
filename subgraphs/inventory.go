package subgraphs

import (
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/inventory"
	"github.com/weft-graphql/weft/subgraphs/inventory/graph"
	"github.com/weft-graphql/weft/subgraphs/inventory/store"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
)

// inventoryRecipe: stock is what people decide by, and it changes with every order.
var inventoryRecipe = recipe{
	blueprint: kit.Blueprint{Name: "inventory", Migrations: store.Migrations(), Seed: store.Seed},
	maxAge:    10 * time.Second,
	schema: func(db *bun.DB, outbox *events.Outbox) graphql.ExecutableSchema {
		return graph.New(inventory.New(store.New(db, outbox)))
	},
}
