package subgraph

import (
	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// interfaceObjectKeys: INTERFACE_OBJECT_USAGE_ERROR, an interface object is an entity.
func interfaceObjectKeys(s *Subgraph) []*problem.Error {
	var out []*problem.Error
	for _, t := range s.Schema.Types() {
		d := schema.First(t.Directives, federation.InterfaceObject)
		if d == nil || schema.Has(t.Directives, federation.Key) {
			continue
		}
		e := s.Errorf(
			problem.InterfaceObjectUsageError,
			d.Pos,
			"Type %q is marked @interfaceObject, but has no @key.",
			t.Name,
		)
		e.Suggestion = "Give it a key of the interface it stands for."
		out = append(out, e)
	}
	return out
}
