// Package graph answers the catalog subgraph's GraphQL. Its resolvers only translate: what may be done, and how, is
// decided in package catalog.
package graph

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/weft-graphql/weft/subgraphs/catalog"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// Resolver is the root of all resolvers.
type Resolver struct{ core *catalog.Core }

// New makes the executable schema.
func New(core *catalog.Core) graphql.ExecutableSchema {
	config := Config{Resolvers: &Resolver{core}}
	list := func(child, first int) int { return 1 + first*child }
	config.Complexity.Query.TopProducts = list
	config.Complexity.Query.Featured = list
	config.Complexity.Query.Products = func(
		child int, first *int, _ *string, last *int, _ *string, _ *catalog.ProductFilter, _ catalog.ProductSort,
	) int {
		return 1 + page.Size(first, last, catalog.UsualPage)*child
	}
	config.Complexity.Query.Search = func(
		child int, _ string, first *int, _ *string, last *int, _ *string, _ []catalog.SearchKind,
	) int {
		return 1 + page.Size(first, last, catalog.UsualSearch)*child
	}
	config.Complexity.Query.__resolve_entities = func(child int, reps []map[string]any) int { return 1 + len(reps)*child }
	config.Complexity.Product.Related = list
	config.Complexity.Category.Products = list
	config.Complexity.Brand.Products = list
	return NewExecutableSchema(config)
}
