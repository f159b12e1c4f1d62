// Package graph answers the reviews subgraph's GraphQL. Its resolvers only translate: what may be done, and how, is
// decided in package reviews.
package graph

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/weft-graphql/weft/subgraphs/reviews"
)

// Resolver is the root of all resolvers.
type Resolver struct{ core *reviews.Core }

// New makes the executable schema.
func New(core *reviews.Core) graphql.ExecutableSchema {
	config := Config{Resolvers: &Resolver{core}}
	list := func(child, first int) int { return 1 + first*child }
	config.Complexity.Query.RecentReviews = list
	config.Complexity.User.Reviews = list
	config.Complexity.Product.Reviews = func(child, first, _ int) int { return 1 + first*child }
	config.Complexity.Query.__resolve_entities = func(child int, reps []map[string]any) int { return 1 + len(reps)*child }
	return NewExecutableSchema(config)
}
