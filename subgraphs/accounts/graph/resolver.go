// Package graph answers the accounts subgraph's GraphQL. Its resolvers only translate: what may be done, and how, is
// decided in package accounts.
package graph

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/weft-graphql/weft/subgraphs/accounts"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// Resolver is the root of all resolvers.
type Resolver struct {
	core   *accounts.Core
	logins *accounts.Logins
	book   *accounts.AddressBook
}

// New makes the executable schema.
func New(core *accounts.Core, logins *accounts.Logins, book *accounts.AddressBook) graphql.ExecutableSchema {
	config := Config{Resolvers: &Resolver{core, logins, book}}
	config.Complexity.Query.Users = func(child int, first *int, _ *string, last *int, _ *string) int {
		return 1 + page.Size(first, last, accounts.UsualPage)*child
	}
	config.Complexity.Query.Mails = func(child int, first *int, _ *string, last *int, _ *string) int {
		return 1 + page.Size(first, last, accounts.UsualPage)*child
	}
	config.Complexity.Query.__resolve_entities = func(child int, reps []map[string]any) int { return 1 + len(reps)*child }
	return NewExecutableSchema(config)
}
