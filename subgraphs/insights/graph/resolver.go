// Package graph answers the insights subgraph's GraphQL. Its resolvers only translate: what may be asked, and how, is
// decided in package insights.
package graph

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/weft-graphql/weft/subgraphs/insights"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// Resolver is the root of all resolvers.
type Resolver struct{ core *insights.Core }

// New makes the executable schema.
func New(core *insights.Core) graphql.ExecutableSchema {
	config := Config{Resolvers: &Resolver{core}}
	config.Complexity.Product.AlsoBought = func(child int, first *int, _ *string, last *int, _ *string) int {
		return 1 + page.Size(first, last, insights.UsualPage)*child
	}
	config.Complexity.Query.Anomalies = func(
		child int, first *int, _ *string, last *int, _ *string, _ *insights.AnomalyFilter,
	) int {
		return 1 + page.Size(first, last, insights.UsualAnomalies)*child
	}
	config.Complexity.Query.__resolve_entities = func(child int, reps []map[string]any) int { return 1 + len(reps)*child }
	return NewExecutableSchema(config)
}
