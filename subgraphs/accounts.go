package subgraphs

import (
	"net/http"
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
	configured: func(config kit.Config, db *bun.DB, outbox *events.Outbox) parts {
		people := store.New(db, outbox)
		issuer := accounts.NewIssuer(config.Issuer, people)
		logins := accounts.NewLogins(people, people, issuer, people, config.OperatorSecret)
		return parts{
			schema: graph.New(accounts.New(people), logins, accounts.NewAddressBook(people, people)),
			routes: map[string]http.Handler{
				"GET " + accounts.KeysPath:      http.HandlerFunc(issuer.ServeKeys),
				"GET " + accounts.DiscoveryPath: http.HandlerFunc(issuer.ServeDiscovery),
			},
		}
	},
}
