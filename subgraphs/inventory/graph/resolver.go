// Package graph answers the inventory subgraph's GraphQL. Its resolvers only translate: what may be done, and how, is
// decided in package inventory.
package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/weft-graphql/weft/subgraphs/inventory"
	"github.com/weft-graphql/weft/subgraphs/inventory/graph/model"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// Resolver is the root of all resolvers.
type Resolver struct{ core *inventory.Core }

// New makes the executable schema.
func New(core *inventory.Core) graphql.ExecutableSchema {
	config := Config{Resolvers: &Resolver{core}}
	// A product lies in few warehouses.
	config.Complexity.Product.Stock = func(child int) int { return 1 + 5*child }
	config.Complexity.Warehouse.Stock = func(child int, first *int, _ *string, last *int, _ *string) int {
		return 1 + page.Size(first, last, inventory.UsualPage)*child
	}
	config.Complexity.Query.LowStock = func(child, _ int, first *int, _ *string, last *int, _ *string) int {
		return 1 + page.Size(first, last, inventory.UsualPage)*child
	}
	config.Complexity.Query.__resolve_entities = func(child int, reps []map[string]any) int { return 1 + len(reps)*child }
	return NewExecutableSchema(config)
}

// inStock answers two names of one field.
func (r *Resolver) inStock(ctx context.Context, product *inventory.Product) (*bool, error) {
	total, err := r.core.TotalStock(ctx, product)
	some := total > 0
	return &some, err
}

// stockPayload is the answer of a mutation of the stock.
func stockPayload(level *inventory.StockLevel, err error) (*model.StockPayload, error) {
	list, err := fault.ForUser(err)
	if err != nil || len(list) > 0 {
		return &model.StockPayload{UserErrors: list}, err
	}
	return &model.StockPayload{Stock: level, UserErrors: list}, nil
}
