package validation

import "github.com/vektah/gqlparser/v2/ast"

// nonEmptyTypes: composite types and input objects have fields, enums have values, unions have members. The query root
// is exempt: federation adds fields to it.
// https://spec.graphql.org/October2021/#sec-Objects.Type-Validation
func nonEmptyTypes(c *checker) {
	for _, t := range c.schema.Types() {
		switch t.Kind {
		case ast.Object, ast.Interface, ast.InputObject:
			if len(t.Fields()) == 0 && t.Name != c.schema.Roots[0].Name {
				c.report(t.Pos, "Type %s has no fields.", t.Name)
			}
		case ast.Enum:
			if len(t.Values) == 0 {
				c.report(t.Pos, "Enum %s has no values.", t.Name)
			}
		case ast.Union:
			if len(t.Members) == 0 {
				c.report(t.Pos, "Union %s has no members.", t.Name)
			}
		}
	}
}
