package subgraphs

import (
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/catalog"
	"github.com/weft-graphql/weft/subgraphs/catalog/graph"
	"github.com/weft-graphql/weft/subgraphs/catalog/store"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
)

// catalogRecipe: goods change seldom, and everybody sees the same.
var catalogRecipe = recipe{
	blueprint: kit.Blueprint{
		Name: "catalog", Migrations: store.Migrations(), Steps: store.Steps(), Seed: store.Seed, Grow: store.Grow,
	},
	maxAge: 5 * time.Minute,
	build: func(db *bun.DB, outbox *events.Outbox) parts {
		core := catalog.New(store.New(db, outbox))
		return parts{schema: graph.New(core), take: core.Take, sources: []events.Source{
			{Subgraph: "orders", Types: []string{"Order"}},
		}}
	},
}
