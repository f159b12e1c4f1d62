package subgraphs

import (
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/accounts"
	"github.com/weft-graphql/weft/subgraphs/accounts/graph"
	"github.com/weft-graphql/weft/subgraphs/accounts/openid"
	"github.com/weft-graphql/weft/subgraphs/accounts/store"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
)

// accountsRecipe: people change rarely, but a changed name should show soon.
var accountsRecipe = recipe{
	blueprint: kit.Blueprint{Name: "accounts", Migrations: store.Migrations(), Seed: store.Seed, Grow: store.Grow},
	maxAge:    time.Minute,
	configured: func(config kit.Config, db *bun.DB, outbox *events.Outbox) (parts, error) {
		people := store.New(db, outbox)
		issuer := accounts.NewIssuer(config.Issuer, people)
		logins := accounts.NewLogins(people, people, issuer, people, config.OperatorSecret)
		provider, err := openid.New(openid.Settings{
			Issuer: issuer, Logins: logins, Clients: config.SignInClients, TrustedProxies: config.TrustedProxies,
			Logger: config.Logger,
		})
		if err != nil {
			return parts{}, err
		}
		return parts{
			schema: graph.New(accounts.New(people), logins, accounts.NewAddressBook(people, people)),
			routes: provider.Routes(),
		}, nil
	},
}
