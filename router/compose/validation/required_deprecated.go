package validation

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
)

// requiredDeprecated: what must be given cannot be deprecated.
// https://spec.graphql.org/draft/#sec--deprecated
func requiredDeprecated(c *checker) {
	check := func(args []*schema.Argument, owner string) {
		for _, a := range args {
			if a.Required() && schema.Named(a.Directives, "deprecated") != nil {
				c.report(a.Pos, "Argument %s(%s:) is required and cannot be deprecated.", owner, a.Name)
			}
		}
	}
	for _, d := range c.schema.DirectiveDefinitions() {
		check(d.Arguments, "@"+d.Name)
	}
	for _, t := range c.schema.Types() {
		for _, f := range t.Fields() {
			check(f.Arguments, f.Coordinate())
			if t.Kind == ast.InputObject && f.Type.NonNull && f.Default == nil &&
				schema.Named(f.Directives, "deprecated") != nil {
				c.report(f.Pos, "Input field %s is required and cannot be deprecated.", f.Coordinate())
			}
		}
	}
}
