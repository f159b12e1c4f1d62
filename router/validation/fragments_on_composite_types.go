package validation

import "github.com/vektah/gqlparser/v2/ast"

// fragmentsOnCompositeTypes: fragments are on object types, interfaces and unions.
// https://spec.graphql.org/September2025/#sec-Fragments-on-Object-Interface-or-Union-Types
func (c *checker) fragmentsOnCompositeTypes(t *ast.Definition, name string, at *ast.Position) {
	if t != nil && !t.IsCompositeType() {
		c.report("FragmentsOnCompositeTypes", at, "Fragment cannot condition on non composite type %q.", name)
	}
}
