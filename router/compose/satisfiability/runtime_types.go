package satisfiability

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
)

// compareRuntimeTypes looks at a field that several subgraphs resolve and that returns an interface or union: all of
// them should return the same types, as any of them may be asked. Types in common are a hint, none an error.
func (s *search) compareRuntimeTypes(st *state, f *field, targets []int32) {
	if s.spread[f] {
		return
	}
	types := map[int][]string{}
	var graphs []int
	abstract := 0
	for _, id := range targets {
		n := s.nodes[id]
		if types[n.graph] == nil {
			graphs = append(graphs, n.graph)
			if n.typ.abstract() {
				abstract++
			}
		}
		types[n.graph] = s.runtimeTypes(n)
	}
	slices.Sort(graphs)
	if abstract < 2 { // returning a narrower type on purpose is no difference
		return
	}
	common, same := types[graphs[0]], true
	for _, g := range graphs[1:] {
		same = same && slices.Equal(types[g], types[graphs[0]])
		common = slices.DeleteFunc(slices.Clone(common), func(name string) bool { return !slices.Contains(types[g], name) })
	}
	if same {
		return
	}
	if s.differ = true; !s.typesOnly {
		return
	}
	s.spread[f] = true
	coordinate := st.typ.name + "." + f.name
	var lines []string
	for _, g := range graphs {
		lines = append(lines, fmt.Sprintf("%s can return %s", s.quoted(g), strings.Join(types[g], ", ")))
	}
	detail := strings.Join(lines, "\n- ")
	if len(common) == 0 {
		s.errors = append(s.errors, &problem.Error{
			Code: problem.ShareableHasMismatchedRuntimeTypes,
			Message: fmt.Sprintf(
				"Field %q returns %q and is shared by %s, but there is no type that all of them can return:\n\n- %s",
				coordinate,
				f.returns.name,
				s.list(graphs),
				detail,
			),
			Subgraphs: s.names(graphs),
			Positions: s.positions(graphs, coordinate),
			Suggestion: fmt.Sprintf(
				"Let %s have the same types in all of these subgraphs, or resolve %s in one only.",
				f.returns.name,
				coordinate,
			),
		})
		return
	}
	s.hints = append(s.hints, problem.Hint{
		Code:     problem.HintInconsistentRuntimeTypesForShareableReturn,
		Severity: problem.Warning,
		Message: fmt.Sprintf("Field %q returns %q and is shared by subgraphs that can return different types; "+
			"a value may be missing depending on which subgraph is asked:\n\n- %s", coordinate, f.returns.name, detail),
		Coordinate: coordinate,
		Subgraphs:  s.names(graphs),
		Positions:  s.positions(graphs, coordinate),
	})
}

// runtimeTypes returns the object types a subgraph can return at n, sorted by name.
func (s *search) runtimeTypes(n *node) []string {
	if !n.typ.abstract() {
		return []string{n.typ.name}
	}
	names := []string{}
	for _, x := range n.typ.possible {
		if in := n.typ.memberIn[x]; x.kind == ast.Object && (n.object || in[n.graph]) {
			names = append(names, x.name)
		}
	}
	slices.Sort(names)
	return names
}
