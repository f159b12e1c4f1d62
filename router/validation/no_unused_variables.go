package validation

import "github.com/vektah/gqlparser/v2/ast"

// noUnusedVariables: every variable an operation declares is used in it or in a fragment it spreads.
// https://spec.graphql.org/September2025/#sec-All-Variables-Used
func (c *checker) noUnusedVariables(op *ast.OperationDefinition, find func(string) *ast.VariableDefinition) {
	in := ""
	if op.Name != "" {
		in = " in operation \"" + op.Name + "\""
	}
	for _, v := range op.VariableDefinitions {
		if !find(v.Variable).Used {
			c.report("NoUnusedVariables", v.Position, "Variable \"$%s\" is never used%s.", v.Variable, in)
		}
	}
}
