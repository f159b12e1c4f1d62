package subgraph

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
)

// joinTypes: INVALID_GRAPHQL, no type has a name of the join specification, which describes supergraphs. In one, a type
// of a subgraph called join__Graph could not be told from the list of subgraphs. Scalars that nothing has for its type
// do no harm.
func joinTypes(s *Subgraph) []*problem.Error {
	used := map[string]bool{}
	for _, t := range s.Schema.Types() {
		for _, f := range t.Fields() {
			used[f.Type.Name()] = true
			for _, a := range f.Arguments {
				used[a.Type.Name()] = true
			}
		}
	}
	var out []*problem.Error
	for _, t := range s.Schema.Types() {
		if !strings.HasPrefix(t.Name, "join__") || t.Kind == ast.Scalar && !used[t.Name] {
			continue
		}
		e := s.Errorf(problem.InvalidGraphQL, t.Pos, "Type %q has a name that belongs to the join specification.", t.Name)
		e.Suggestion = "Give the type a name without __."
		out = append(out, e)
	}
	return out
}
