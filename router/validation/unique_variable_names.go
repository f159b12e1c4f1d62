package validation

import "github.com/vektah/gqlparser/v2/ast"

// uniqueVariableNames: an operation declares each variable once.
// https://spec.graphql.org/September2025/#sec-Variable-Uniqueness
func (c *checker) uniqueVariableNames(op *ast.OperationDefinition) {
	name := func(v *ast.VariableDefinition) string { return v.Variable }
	duplicates(op.VariableDefinitions, name, func(v *ast.VariableDefinition) {
		c.report("UniqueVariableNames", v.Position, "There can be only one variable named \"$%s\".", v.Variable)
	})
}

// fewItems is up to how many items are compared with each other rather than collected.
const fewItems = 8

// duplicates calls report for every item with the name of one before it.
func duplicates[T any](items []T, name func(T) string, report func(T)) {
	if len(items) <= fewItems {
		for i := range items {
			for j := range i {
				if name(items[j]) == name(items[i]) {
					report(items[i])
					break
				}
			}
		}
		return
	}
	seen := make(map[string]bool, len(items))
	for _, item := range items {
		if seen[name(item)] {
			report(item)
		}
		seen[name(item)] = true
	}
}
