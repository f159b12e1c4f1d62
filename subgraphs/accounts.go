package subgraphs

import (
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/accounts"
	"github.com/weft-graphql/weft/subgraphs/accounts/graph"
	"github.com/weft-graphql/weft/subgraphs/accounts/store"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
)

// accountsRecipe: people change rarely, but a changed name should show soon.
var accountsRecipe = recipe{
	blueprint: kit.Blueprint{Name: "accounts", Migrations: store.Migrations(), Seed: store.Seed, Grow: store.Grow},
	maxAge:    time.Minute,
	build: func(db *bun.DB, outbox *events.Outbox) parts {
		return parts{schema: graph.New(accounts.New(store.New(db, outbox)))}
	},
}
