package validation

import "github.com/vektah/gqlparser/v2/ast"

// uniqueArgumentNames: no argument is given twice.
// https://spec.graphql.org/September2025/#sec-Argument-Uniqueness
func (c *checker) uniqueArgumentNames(list ast.ArgumentList) {
	if len(list) < 2 {
		return
	}
	duplicates(list, func(a *ast.Argument) string { return a.Name }, func(a *ast.Argument) {
		c.report("UniqueArgumentNames", a.Position, "There can be only one argument named %q.", a.Name)
	})
}
