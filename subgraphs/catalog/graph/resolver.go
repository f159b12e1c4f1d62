// Package graph answers the catalog subgraph's GraphQL. Its resolvers only translate: what may be done, and how, is
// decided in package catalog.
package graph

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/weft-graphql/weft/subgraphs/catalog"
	"github.com/weft-graphql/weft/subgraphs/catalog/graph/model"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// Resolver is the root of all resolvers.
type Resolver struct{ core *catalog.Core }

// New makes the executable schema.
func New(core *catalog.Core) graphql.ExecutableSchema {
	config := Config{Resolvers: &Resolver{core}}
	list := func(child, first int) int { return 1 + first*child }
	connection := func(child int, first *int, _ *string, last *int, _ *string, _ catalog.ProductSort) int {
		return 1 + page.Size(first, last, catalog.UsualPage)*child
	}
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
	config.Complexity.Product.Attributes = func(child int) int { return 1 + 3*child }
	config.Complexity.Product.Variants = func(child int) int { return 1 + 5*child }
	config.Complexity.Category.ProductsConnection = connection
	config.Complexity.Brand.ProductsConnection = connection
	facet := func(child int) int { return 1 + 20*child }
	config.Complexity.ProductFacets.Attributes = facet
	config.Complexity.ProductFacets.Brands = facet
	config.Complexity.ProductFacets.Categories = facet
	config.Complexity.AttributeFacet.Values = facet
	config.Complexity.ProductConnection.Facets = func(child int) int { return 20 * child } // they count
	config.Complexity.Category.Products = list
	config.Complexity.Brand.Products = list
	return NewExecutableSchema(config)
}

// productPayload is the answer of a mutation of a product.
func productPayload(product *catalog.Product, err error) (*model.ProductPayload, error) {
	list, err := fault.ForUser(err)
	if err != nil || len(list) > 0 {
		return &model.ProductPayload{UserErrors: list}, err
	}
	return &model.ProductPayload{Product: product, UserErrors: list}, nil
}

// removePayload is the answer of a mutation that removes what has the id.
func removePayload(id string, err error) (*model.RemovePayload, error) {
	list, err := fault.ForUser(err)
	if err != nil || len(list) > 0 {
		return &model.RemovePayload{UserErrors: list}, err
	}
	return &model.RemovePayload{RemovedID: &id, UserErrors: list}, nil
}
