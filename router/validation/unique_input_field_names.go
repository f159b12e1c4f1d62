package validation

import "github.com/vektah/gqlparser/v2/ast"

// uniqueInputFieldNames: no field of an input object is given twice.
// https://spec.graphql.org/September2025/#sec-Input-Object-Field-Uniqueness
func (c *checker) uniqueInputFieldNames(v *ast.Value) {
	if len(v.Children) < 2 {
		return
	}
	duplicates(v.Children, func(f *ast.ChildValue) string { return f.Name }, func(f *ast.ChildValue) {
		c.report("UniqueInputFieldNames", f.Position, "There can be only one input field named %q.", f.Name)
	})
}
