package validation

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
)

// rootTypes: root operation types are object types.
// https://spec.graphql.org/October2021/#sec-Root-Operation-Types
func rootTypes(c *checker) {
	for _, op := range schema.Operations {
		if t := c.schema.Root(op); t != nil && t.Kind != ast.Object {
			pos := c.schema.Roots[op].Pos
			if !pos.Known() {
				pos = t.Pos
			}
			c.report(pos, "The %s root type %s must be an object type.", op, t.Name)
		}
	}
}
