package merge

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// checkSharing: INVALID_FIELD_SHARING, a field that several subgraphs resolve is marked @shareable by all of them.
// A field of an interface object resolves that field of all implementations.
func (m *merger) checkSharing(f *schema.Field, sources []*schema.Field, overrides []override) {
	var resolving, strict []elementPosition
	categorize := func(i int, s *schema.Field) {
		if m.subgraphs[i].IsFullyExternal(s) {
			return
		}
		resolving = append(resolving, elementPosition{i, s.Pos})
		if !m.subgraphs[i].IsShareable(s) && !m.subgraphs[i].IsExternal(s) {
			strict = append(strict, elementPosition{i, s.Pos})
		}
	}
	for i, s := range sources {
		switch {
		case s == nil:
			for _, abstracted := range m.abstractedField(f, i) {
				categorize(i, abstracted)
			}
		case s.Parent.Kind == ast.Interface:
			// Nobody resolves the fields of an interface, but an interface object does.
		case overrides[i].unused || overrides[i].used || overrides[i].overriddenByLabel:
		default:
			categorize(i, s)
		}
	}
	if len(strict) == 0 || len(resolving) < 2 {
		return
	}
	where := "all of them"
	if len(strict) < len(resolving) {
		where = subgraphList(m.names(strict))
	}
	e := m.fail(
		problem.InvalidFieldSharing,
		resolving,
		"Field %q is resolved by %s, but it is not marked @shareable in %s.",
		f.Coordinate(),
		subgraphList(m.names(resolving)),
		where,
	)
	e.Positions = m.positions(append(strict, difference(resolving, strict)...))
	e.Suggestion = "Mark the field @shareable in " + subgraphList(m.names(strict)) +
		" if every subgraph gives the same answer, or let one subgraph take it over with @override(from: \"" + m.subgraphs[resolving[0].subgraph].Name + "\")."
}

func difference(all, without []elementPosition) []elementPosition {
	var out []elementPosition
	for _, p := range all {
		found := false
		for _, q := range without {
			found = found || p == q
		}
		if !found {
			out = append(out, p)
		}
	}
	return out
}

// checkSubscriptionSharing: INVALID_FIELD_SHARING, one subgraph alone is the source of a stream of events.
func (m *merger) checkSubscriptionSharing(f *schema.Field, sources []*schema.Field) {
	if m.out.Roots[schema.Subscription].Name != f.Parent.Name {
		return
	}
	for i, s := range sources {
		if s != nil && (schema.Has(s.Directives, federation.Shareable) || s.Parent.Has(federation.Shareable)) {
			m.fail(problem.InvalidFieldSharing, []elementPosition{{i, s.Pos}}, "Subscription field %q cannot be @shareable: its events come from one subgraph.", f.Coordinate()).Suggestion =
				"Remove @shareable from the field."
			return
		}
	}
}

// isAbstracted reports whether some subgraph resolves f by an interface object.
func (m *merger) isAbstracted(f *schema.Field, sources []*schema.Field) bool {
	for i, s := range sources {
		if s == nil && slices.ContainsFunc(m.abstractedField(f, i), func(own *schema.Field) bool { return !m.subgraphs[i].IsExternal(own) }) {
			return true
		}
	}
	return false
}

// abstractedField returns the fields by which subgraph i, which does not know the object type f belongs to, resolves f
// all the same: those of the interface objects it has for the type's interfaces.
func (m *merger) abstractedField(f *schema.Field, i int) []*schema.Field {
	s := m.subgraphs[i].Schema
	if s.Type(f.Parent.Name) != nil {
		return nil
	}
	var out []*schema.Field
	for _, ref := range f.Parent.Interfaces {
		if t := s.Type(ref.Name); isInterfaceObject(t) {
			if own := t.Field(f.Name); own != nil {
				out = append(out, own)
			}
		}
	}
	return out
}
