package validation

import "github.com/vektah/gqlparser/v2/ast"

// variablesAreInputTypes: variables are scalars, enums, input objects and lists of these.
// https://spec.graphql.org/September2025/#sec-Variables-Are-Input-Types
func (c *checker) variablesAreInputTypes(v *ast.VariableDefinition) {
	if v.Definition != nil && !v.Definition.IsInputType() {
		c.report("VariablesAreInputTypes", v.Type.Position,
			"Variable \"$%s\" cannot be non-input type %q.", v.Variable, v.Type)
	}
}
