package validation

import "github.com/vektah/gqlparser/v2/ast"

// deferStreamDirectiveOnRootField: the fields of a mutation itself, or of a subscription, are not deferred.
// https://github.com/graphql/graphql-spec/pull/1110, "Defer And Stream Directives Are Used On Valid Root Field"
func (c *checker) deferStreamDirectiveOnRootField(parent *ast.Definition, d *ast.Directive) {
	switch parent {
	case nil:
	case c.schema.Mutation:
		c.report("DeferStreamDirectiveOnRootField", d.Position, "Defer directive cannot be used on root mutation type %q.",
			parent.Name)
	case c.schema.Subscription:
		c.report("DeferStreamDirectiveOnRootField", d.Position,
			"Defer directive cannot be used on root subscription type %q.", parent.Name)
	}
}
