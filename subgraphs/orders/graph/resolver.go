// Package graph answers the orders subgraph's GraphQL. Its resolvers only translate: what may be done, and how, is
// decided in package orders.
package graph

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
	"github.com/weft-graphql/weft/subgraphs/orders"
	"github.com/weft-graphql/weft/subgraphs/orders/graph/model"
)

// Resolver is the root of all resolvers.
type Resolver struct{ core *orders.Core }

// New makes the executable schema.
func New(core *orders.Core) graphql.ExecutableSchema {
	config := Config{Resolvers: &Resolver{core}}
	connection := func(child int, first *int, _ *string, last *int, _ *string) int {
		return 1 + page.Size(first, last, orders.UsualPage)*child
	}
	config.Complexity.User.Orders = connection
	config.Complexity.Query.Orders = func(
		child int, first *int, after *string, last *int, before *string, _ *orders.OrderState,
	) int {
		return connection(child, first, after, last, before)
	}
	config.Complexity.Query.Sagas = func(child int, first *int, _ *string, last *int, _ *string, _ int) int {
		return 1 + page.Size(first, last, orders.UsualPage)*child
	}
	config.Complexity.Query.__resolve_entities = func(child int, reps []map[string]any) int { return 1 + len(reps)*child }
	return NewExecutableSchema(config)
}

// cartPayload is the answer of a mutation of a cart.
func cartPayload(cart *orders.Cart, err error) (*model.CartPayload, error) {
	list, err := fault.ForUser(err)
	if err != nil {
		return nil, err
	}
	return &model.CartPayload{Cart: cart, UserErrors: list}, nil
}

// orderPayload is the answer of a mutation of an order.
func orderPayload(order *orders.Order, err error) (*model.OrderPayload, error) {
	list, err := fault.ForUser(err)
	if err != nil {
		return nil, err
	}
	return &model.OrderPayload{Order: order, UserErrors: list}, nil
}
