package subgraph

import (
	"strings"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/federation"
)

// contextNames: CONTEXT_NAME_INVALID, the name of a context is of letters and digits and begins with a letter.
func contextNames(s *Subgraph) []*problem.Error {
	var out []*problem.Error
	for _, t := range s.Schema.Types() {
		for _, d := range t.Directives {
			if d.Federation != federation.Context {
				continue
			}
			name, _ := d.StringArg("name")
			if validContextName(name) {
				continue
			}
			e := s.Errorf(problem.ContextNameInvalid, d.Pos, "Context %q on type %q is not a valid name.", name, t.Name)
			e.Suggestion = "Use letters and digits only, beginning with a letter."
			if strings.Contains(name, "_") {
				e.Suggestion = "Use no underscores: they separate the name from that of the subgraph in the supergraph."
			}
			out = append(out, e)
		}
	}
	return out
}

func validContextName(name string) bool {
	for i := range len(name) {
		if name[i] == '_' || !isNameByte(name[i], i) {
			return false
		}
	}
	return name != ""
}
