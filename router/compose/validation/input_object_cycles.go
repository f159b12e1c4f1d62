package validation

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
)

// inputObjectCycles: an input object does not require itself, directly or through others.
// https://spec.graphql.org/October2021/#sec-Input-Objects.Circular-References
func inputObjectCycles(c *checker) {
	done := map[*schema.Type]bool{}
	onPath := map[*schema.Type]int{} // where the types of the path are in it
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
			onPath[t] = len(path)
			path = append(path, f)
			if i, cycle := onPath[next]; cycle {
				c.reportCycle(path[i:])
			}
			visit(next)
			path = path[:len(path)-1]
			delete(onPath, t)
		}
	}
	for _, t := range c.schema.Types() {
		if t.Kind == ast.InputObject {
			visit(t)
		}
	}
}

// maxCycleNames bounds how many fields of a cycle its error names: each of thousands of cycles can have thousands.
const maxCycleNames = 50

func (c *checker) reportCycle(cycle []*schema.Field) {
	names := make([]string, 0, min(len(cycle), maxCycleNames))
	for _, f := range cycle[:min(len(cycle), maxCycleNames)] {
		names = append(names, f.Name)
	}
	if more := len(cycle) - maxCycleNames; more > 0 {
		names = append(names, fmt.Sprintf(" (and %d more)", more))
	}
	c.report(
		cycle[0].Pos,
		"Input type %s requires itself through %s: no value can ever be given.",
		cycle[0].Parent.Name,
		strings.Join(names, "."),
	)
}
