package kit

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
)

// useDataloaders gives every operation dataloaders of its own, and every field of a mutation and every event of a
// subscription, since what was read before a change may be wrong after it.
func useDataloaders(server *handler.Server, wait time.Duration) {
	server.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		return next(dataloader.Begin(ctx, wait))
	})
	server.AroundRootFields(func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
		if graphql.GetOperationContext(ctx).Operation.Operation == ast.Mutation {
			ctx = dataloader.Begin(ctx, wait)
		}
		return next(ctx)
	})
	server.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		if graphql.HasOperationContext(ctx) {
			if op := graphql.GetOperationContext(ctx).Operation; op != nil && op.Operation == ast.Subscription {
				ctx = dataloader.Begin(ctx, wait)
			}
		}
		return next(ctx)
	})
}
