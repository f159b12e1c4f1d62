package merge

import (
	"fmt"
	"strings"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
)

// elementPosition is an element in one subgraph.
type elementPosition struct {
	subgraph int
	pos      schema.Pos
}

func (m *merger) positions(places []elementPosition) []problem.Position {
	var out []problem.Position
	for _, p := range places {
		out = append(out, m.subgraphs[p.subgraph].At(p.pos)...)
	}
	return out
}

func (m *merger) names(places []elementPosition) []string {
	seen := make([]bool, len(m.subgraphs))
	for _, p := range places {
		seen[p.subgraph] = true
	}
	var out []string
	for i, s := range m.subgraphs {
		if seen[i] {
			out = append(out, s.Name)
		}
	}
	return out
}

func (m *merger) fail(code problem.Code, places []elementPosition, format string, args ...any) *problem.Error {
	e := &problem.Error{
		Code:      code,
		Message:   fmt.Sprintf(format, args...),
		Subgraphs: m.names(places),
		Positions: m.positions(places),
	}
	m.errors = append(m.errors, e)
	return e
}

func (m *merger) hint(code problem.HintCode, coordinate string, places []elementPosition, format string, args ...any) {
	m.hints = append(m.hints, problem.Hint{
		Code: code, Severity: code.Severity(), Message: fmt.Sprintf(format, args...), Coordinate: coordinate,
		Subgraphs: m.names(places), Positions: m.positions(places),
	})
}

// subgraphList names subgraphs in a sentence.
func subgraphList(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = `"` + n + `"`
	}
	switch len(quoted) {
	case 0:
		return "no subgraph"
	case 1:
		return "subgraph " + quoted[0]
	default:
		return "subgraphs " + strings.Join(quoted[:len(quoted)-1], ", ") + " and " + quoted[len(quoted)-1]
	}
}

func (m *merger) list(indexes []int) string {
	names := make([]string, len(indexes))
	for i, index := range indexes {
		names[i] = m.subgraphs[index].Name
	}
	return subgraphList(names)
}

// variants says which subgraphs have which variant of something: `X in subgraph "a" but Y in subgraph "b"`. Variants
// come in the order they first appear; an empty variant is left out.
func (m *merger) variants(of func(i int) string) string {
	var order []string
	by := map[string][]int{}
	for i := range m.subgraphs {
		v := of(i)
		if v == "" {
			continue
		}
		if by[v] == nil {
			order = append(order, v)
		}
		by[v] = append(by[v], i)
	}
	parts := make([]string, len(order))
	for i, v := range order {
		parts[i] = v + " in " + m.list(by[v])
	}
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " but " + parts[len(parts)-1]
}

// presence says which subgraphs define something and which do not.
func (m *merger) presence(present, defining func(i int) bool) string {
	var in, out []int
	for i := range m.subgraphs {
		switch {
		case present(i):
			in = append(in, i)
		case defining(i):
			out = append(out, i)
		}
	}
	return "it is defined in " + m.list(in) + " but not in " + m.list(out)
}
