package subgraph

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// costs: COST_APPLIED_TO_INTERFACE_FIELD, a cost is that of resolving something. The fields of an interface object are
// fields of an interface in the supergraph, too.
func costs(s *Subgraph) []*problem.Error {
	var out []*problem.Error
	for _, t := range s.Schema.Types() {
		object := t.Kind == ast.Object && t.Has(federation.InterfaceObject)
		if t.Kind != ast.Interface && !object {
			continue
		}
		for _, f := range t.Fields() {
			if d := schema.First(f.Directives, federation.Cost); d != nil {
				e := s.Errorf(
					problem.CostAppliedToInterfaceField,
					d.Pos,
					"@%s cannot be used on interface field %q.",
					d.Name,
					f.Coordinate(),
				)
				e.Suggestion = "Put it on the field of the implementing types."
				out = append(out, e)
			}
		}
	}
	return out
}
