package engine

import (
	"context"
	"errors"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
)

// keptVariables is how many variables of @skip and @include a document may have to be planned for all their values
// before it is asked for: each doubles the plans.
const keptVariables = 3

// Prepare prepares and plans a document before anybody asks for it. The error says why it cannot be answered.
func (e *Engine) Prepare(ctx context.Context, document, operationName string) error {
	entry, errs, err := e.operations.Get(ctx, []byte(document), []byte(operationName), new(operation.Form))
	if err != nil {
		return err
	}
	if len(errs) > 0 {
		return errors.New(errs[0].Message)
	}
	defer entry.Done()
	if entry.Prepared.Kind == ast.Subscription {
		return nil
	}
	for _, set := range e.likelySets(entry.Prepared) {
		if _, err := entry.Plan(ctx, set); err != nil {
			return err
		}
	}
	return nil
}

// likelySets are the condition sets that requests with a document will have: all of them when few variables decide, and
// the one of which all are off otherwise.
func (e *Engine) likelySets(p *operation.Prepared) []operation.ConditionSet {
	sets := []operation.ConditionSet{{}}
	var deciding []int
	for i, c := range p.Conditions() {
		switch {
		case c.Incremental || c.Deferring:
		case c.Variable >= 0:
			deciding = append(deciding, i)
		case c.Access != nil && e.hooks.Authorizer != nil:
		case c.Access != nil, e.labelOn(c.Label):
			sets[0] = sets[0].With(i)
		}
	}
	if len(deciding) > keptVariables {
		return sets
	}
	for _, i := range deciding {
		for _, set := range sets {
			sets = append(sets, set.With(i))
		}
	}
	return sets
}
