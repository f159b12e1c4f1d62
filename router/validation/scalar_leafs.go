package validation

import "github.com/vektah/gqlparser/v2/ast"

// scalarLeafs: fields that are scalars and enums have no selection, all others have one.
// https://spec.graphql.org/September2025/#sec-Leaf-Field-Selections
func (c *checker) scalarLeafs(f *ast.Field, def *ast.FieldDefinition, named *ast.Definition) {
	switch {
	case named == nil:
	case named.IsLeafType():
		if len(f.SelectionSet) > 0 {
			c.report("ScalarLeafs", f.Position,
				"Field %q must not have a selection since type %q has no subfields.", f.Name, def.Type)
		}
	case len(f.SelectionSet) == 0:
		c.report("ScalarLeafs", f.Position,
			"Field %q of type %q must have a selection of subfields. Did you mean \"%[1]s { ... }\"?", f.Name, def.Type)
	}
}
