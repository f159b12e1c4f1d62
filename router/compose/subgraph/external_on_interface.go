package subgraph

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// externalOnInterface: EXTERNAL_ON_INTERFACE, interface fields are not resolved, so they cannot be resolved elsewhere.
func externalOnInterface(s *Subgraph) []*problem.Error {
	var out []*problem.Error
	for _, t := range s.Schema.Types() {
		for _, f := range t.Fields() {
			d := schema.First(f.Directives, federation.External)
			if d == nil {
				continue
			}
			if t.Kind == ast.Interface {
				e := s.Errorf(problem.ExternalOnInterface, d.Pos, "Interface field %q cannot be @external.", f.Coordinate())
				e.Suggestion = "Mark the field of the implementing types instead."
				out = append(out, e)
			}
		}
	}
	return out
}
