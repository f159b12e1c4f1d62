package kit

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
)

// collectChanges tells the router in a mutation's answer, under extensions.invalidation, which entities the mutation
// changed, so that it forgets them before it answers its client. The events on the bus say the same to everybody else,
// a moment later.
func collectChanges(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx).Operation
	if op == nil || op.Operation != ast.Mutation {
		return next(ctx)
	}
	ctx, collected := events.Collect(ctx)
	respond := next(ctx)
	return func(ctx context.Context) *graphql.Response {
		response := respond(ctx)
		if response == nil {
			return nil
		}
		if changed := collected.Events(); len(changed) > 0 {
			if response.Extensions == nil {
				response.Extensions = map[string]any{}
			}
			response.Extensions[wire.InvalidationExtension] = invalidations(changed)
		}
		return response
	}
}

func invalidations(changed []wire.EntityChanged) []wire.Invalidation {
	list := make([]wire.Invalidation, len(changed))
	for i, e := range changed {
		list[i] = wire.Invalidation{Kind: wire.InvalidateEntity, Subgraph: e.Subgraph, Type: e.Type, Key: e.Key}
	}
	return list
}
