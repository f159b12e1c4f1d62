package merge

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
)

// Access to an element is never easier in the supergraph than in any subgraph. What one subgraph requires can be met at
// several elements, each of which gets it:
//
//   - an interface, and a field of one, shows its implementations: it requires what they do;
//   - an interface object resolves a field of all implementations, and so of all their interfaces: they require what its
//     field does. (An interface object itself can require nothing.)

// demand is an application of an access directive in a subgraph.
type demand struct {
	subgraph  int
	directive *schema.Directive
	// by is the type that it is written on, or on a field of.
	by *schema.Type
}

// demands appends what directives of subgraph i require.
func demands(to []demand, i int, by *schema.Type, directives []*schema.Directive) []demand {
	for _, d := range directives {
		if slices.Contains(authDirectives, d.Federation) {
			to = append(to, demand{i, d, by})
		}
	}
	return to
}

// findAccessControlled notes whether anything is required of callers, and which subgraphs have interface objects.
func (m *merger) findAccessControlled() {
	m.controlled = map[string][]int{}
	m.demandedOf = map[*schema.Type]map[string][]demand{}
	for i, s := range m.subgraphs {
		m.anyAccess = m.anyAccess || slices.ContainsFunc(authDirectives, s.Uses)
		for _, t := range s.Schema.Types() {
			if isInterfaceObject(t) {
				m.controlled[t.Name] = append(m.controlled[t.Name], i)
			}
		}
	}
}

// byInterfaceObjects returns, by field, what interface objects require of an implementation.
func (m *merger) byInterfaceObjects(implementation *schema.Type) map[string][]demand {
	if found, ok := m.demandedOf[implementation]; ok {
		return found
	}
	out := map[string][]demand{}
	for _, ref := range implementation.Interfaces {
		for _, i := range m.controlled[ref.Name] {
			s := m.subgraphs[i]
			t := s.Schema.Type(ref.Name)
			for _, f := range t.Fields() {
				if s.IsExternal(f) {
					continue
				}
				if list := demands(out[f.Name], i, t, f.Directives); len(list) > 0 {
					out[f.Name] = list
				}
			}
		}
	}
	m.demandedOf[implementation] = out
	return out
}

// demandsOf returns what others require of a type or, if field is not empty, of a field of it, beside what subgraphs
// write on the element itself.
func (m *merger) demandsOf(t *schema.Type, field string) []demand {
	switch {
	case !m.anyAccess:
		return nil
	case t.Kind == ast.Object && field != "":
		return m.byInterfaceObjects(t)[field]
	case t.Kind != ast.Interface:
		return nil
	}
	var out []demand
	known := map[*schema.Directive]bool{}
	for _, implementation := range m.implementers[t.Name] {
		for i, s := range m.subgraphs {
			own := s.Schema.Type(implementation.Name)
			if own == nil {
				continue
			}
			if field == "" {
				out = demands(out, i, own, own.Directives)
			} else if f := own.Field(field); f != nil && !s.IsExternal(f) {
				out = demands(out, i, own, f.Directives)
			}
		}
		if field == "" {
			continue
		}
		for _, d := range m.byInterfaceObjects(implementation)[field] {
			if d.by.Name != t.Name && !known[d.directive] {
				known[d.directive] = true
				out = append(out, d)
			}
		}
	}
	return out
}
