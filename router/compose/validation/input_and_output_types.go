package validation

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
)

// inputAndOutputTypes: fields have output types; arguments and input fields have input types.
// https://spec.graphql.org/October2021/#sec-Input-and-Output-Types
func inputAndOutputTypes(c *checker) {
	arguments := func(args []*schema.Argument, owner string) {
		for _, a := range args {
			if !isInput(c.schema, a.Type.Name()) {
				c.report(a.Pos, "Argument %s(%s:) must have an input type, but %s is none.", owner, a.Name, a.Type)
			}
		}
	}
	for _, d := range c.schema.DirectiveDefinitions() {
		arguments(d.Arguments, "@"+d.Name)
	}
	for _, t := range c.schema.Types() {
		for _, f := range t.Fields() {
			switch {
			case t.Kind == ast.InputObject && !isInput(c.schema, f.Type.Name()):
				c.report(f.Pos, "Input field %s must have an input type, but %s is none.", f.Coordinate(), f.Type)
			case t.Kind != ast.InputObject && !isOutput(c.schema, f.Type.Name()):
				c.report(f.Pos, "Field %s must have an output type, but %s is an input type.", f.Coordinate(), f.Type)
			}
			arguments(f.Arguments, f.Coordinate())
		}
	}
}
