package validation

import "github.com/vektah/gqlparser/v2/ast"

// noUndefinedVariables: an operation declares every variable that is used in it or in a fragment it spreads.
// https://spec.graphql.org/September2025/#sec-All-Variable-Uses-Defined
func (c *checker) noUndefinedVariables(op *ast.OperationDefinition, u *usage) {
	by := ""
	if op.Name != "" {
		by = " by operation \"" + op.Name + "\""
	}
	c.report("NoUndefinedVariables", u.variable.Position, "Variable \"$%s\" is not defined%s.", u.variable.Raw, by)
}
