package validation

import "github.com/vektah/gqlparser/v2/ast"

// uniqueDirectivesPerLocation: only repeatable directives are used more than once in a place.
// https://spec.graphql.org/September2025/#sec-Directives-Are-Unique-per-Location
func (c *checker) uniqueDirectivesPerLocation(list ast.DirectiveList) {
	if len(list) < 2 {
		return
	}
	duplicates(list, func(d *ast.Directive) string { return d.Name }, func(d *ast.Directive) {
		if d.Definition != nil && !d.Definition.IsRepeatable {
			c.report("UniqueDirectivesPerLocation", d.Position,
				"The directive \"@%s\" can only be used once at this location.", d.Name)
		}
	})
}
