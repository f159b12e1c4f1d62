package subgraph

import (
	"strings"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/federation"
)

// IsFederationType reports whether a type has a name that belongs to the federation or the link specification. Such
// types are not part of the graph, whether the specification has them or not.
func (s *Subgraph) IsFederationType(name string) bool {
	feature, _, found := strings.Cut(name, "__")
	if !found {
		return false
	}
	own := func(identity, otherwise string) string {
		if link := s.LinkIndex.ByIdentity(identity); link != nil {
			return link.Name
		}
		return otherwise
	}
	return feature == own(federation.FederationIdentity, "federation") || feature == own(federation.LinkIdentity, "link")
}

// federationTypesInUse: INVALID_GRAPHQL, fields and arguments have no types that belong to federation.
func federationTypesInUse(s *Subgraph) []*problem.Error {
	var out []*problem.Error
	check := func(name, coordinate string, of func() *problem.Error) {
		if s.IsFederationType(name) && !s.specification[name] {
			e := of()
			e.Message = "Type " + quote(name) + " of " + quote(coordinate) + " has a name that belongs to a specification of federation, which has no such type."
			e.Suggestion = "Give the type a name without __."
			out = append(out, e)
		}
	}
	for _, t := range s.Schema.Types() {
		if s.IsFederationType(t.Name) {
			continue
		}
		for _, f := range t.Fields() {
			check(f.Type.Name(), f.Coordinate(), func() *problem.Error { return s.Errorf(problem.InvalidGraphQL, f.Pos, "") })
			for _, a := range f.Arguments {
				check(
					a.Type.Name(),
					f.Coordinate()+"("+a.Name+":)",
					func() *problem.Error { return s.Errorf(problem.InvalidGraphQL, a.Pos, "") },
				)
			}
		}
		for _, ref := range append(t.Interfaces[:len(t.Interfaces):len(t.Interfaces)], t.Members...) {
			check(ref.Name, t.Name, func() *problem.Error { return s.Errorf(problem.InvalidGraphQL, ref.Pos, "") })
		}
	}
	return out
}
