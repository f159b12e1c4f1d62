package validation

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
)

// inputObjectCycles: an input object does not require itself, directly or through others.
// https://spec.graphql.org/October2021/#sec-Input-Objects.Circular-References
func inputObjectCycles(c *checker) {
	done := map[*schema.Type]bool{}
	var path []*schema.Field
	var visit func(t *schema.Type)
	visit = func(t *schema.Type) {
		if done[t] {
			return
		}
		done[t] = true
		for _, f := range t.Fields() {
			if !f.Type.NonNull || f.Type.Elem != nil {
				continue
			}
			next := c.schema.Type(f.Type.NamedType)
			if next == nil || next.Kind != ast.InputObject {
				continue
			}
			path = append(path, f)
			for i, step := range path {
				if step.Parent == next {
					c.reportCycle(path[i:])
					break
				}
			}
			visit(next)
			path = path[:len(path)-1]
		}
	}
	for _, t := range c.schema.Types() {
		if t.Kind == ast.InputObject {
			visit(t)
		}
	}
}

func (c *checker) reportCycle(cycle []*schema.Field) {
	names := make([]string, 0, len(cycle))
	for _, f := range cycle {
		names = append(names, f.Name)
	}
	c.report(cycle[0].Pos, "Input type %s requires itself through %s: no value can ever be given.", cycle[0].Parent.Name, strings.Join(names, "."))
}
