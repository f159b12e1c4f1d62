package merge

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/validation"
)

// addInterfaceObjectFields adds to the implementations of an interface the fields that subgraphs resolve for all of
// them at once through an interface object. Their join__field names no subgraph: the router finds it by the interface.
// Fields that implementations have only as external ones get the directives of the interface's field.
func (m *merger) addInterfaceObjectFields() {
	provided := map[string][]*schema.Field{}
	for _, t := range m.typesOf(ast.Interface) {
		for _, f := range t.Fields() {
			if m.isProvided(f) {
				provided[t.Name] = append(provided[t.Name], f)
			}
		}
	}
	if len(provided) == 0 {
		return
	}
	for _, t := range m.typesOf(ast.Object) {
		for _, ref := range t.Interfaces {
			for _, f := range provided[ref.Name] {
				if own := t.Field(f.Name); own == nil {
					m.copyField(t, f)
				} else if isFullyExternal(own) {
					own.Directives = append(own.Directives, copied(f)...)
				}
			}
		}
	}
}

// isProvided reports whether a subgraph resolves a field of an interface by an interface object.
func (m *merger) isProvided(f *schema.Field) bool {
	for _, s := range m.subgraphs {
		if own := s.Schema.Type(f.Parent.Name); isInterfaceObject(own) && own.Field(f.Name) != nil &&
			!s.IsExternal(own.Field(f.Name)) {
			return true
		}
	}
	return false
}

// isFullyExternal reports whether no subgraph that has the field resolves it.
func isFullyExternal(f *schema.Field) bool {
	joined := false
	for _, d := range f.Directives {
		if d.Name != "join__field" {
			continue
		}
		joined = true
		if external := d.Arg("external"); external == nil || external.Raw != "true" {
			return false
		}
	}
	return joined
}

// copied are the directives of a field of an interface that its implementations get too. What access requires is
// merged for each of them.
func copied(f *schema.Field) []*schema.Directive {
	var out []*schema.Directive
	for _, d := range f.Directives {
		if d.Name != "join__field" && !slices.Contains(authDirectives, d.Federation) {
			out = append(out, d)
		}
	}
	return out
}

func (m *merger) copyField(to *schema.Type, f *schema.Field) {
	added := &schema.Field{
		Name: f.Name, Description: f.Description, Type: schema.CloneType(f.Type), Arguments: f.Arguments,
		Directives: append([]*schema.Directive{apply("join__field")}, copied(f)...),
	}
	to.AddField(added)
	none := make([]annotation, len(m.subgraphs))
	m.mergeAllApplications(pendingDirectives{added.Coordinate(), none, &added.Directives, m.demandsOf(to, f.Name)})
	m.checkSharing(added, make([]*schema.Field, len(m.subgraphs)), make([]override, len(m.subgraphs)))
}

// checkInterfaceObjects: INTERFACE_OBJECT_USAGE_ERROR, a subgraph with an interface object does not know the
// implementations of the interface.
func (m *merger) checkInterfaceObjects(t *schema.Type) {
	for i, s := range m.subgraphs {
		own := s.Schema.Type(t.Name)
		if t.Kind != ast.Interface || !isInterfaceObject(own) {
			continue
		}
		for _, implementation := range m.implementers[t.Name] {
			if local := s.Schema.Type(implementation.Name); local != nil {
				m.fail(problem.InterfaceObjectUsageError, []elementPosition{{i, own.Pos}, {i, local.Pos}}, "Subgraph %q has an @interfaceObject for interface %q and therefore cannot define %q, which implements it.",
					s.Name, t.Name, implementation.Name).Suggestion = "Use the interface object or the implementing types in one subgraph, not both."
			}
		}
	}
}

// checkInterfaceFields: INTERFACE_FIELD_NO_IMPLEM, every implementation has all fields of its interfaces, which may
// come from other subgraphs. Other ways in which merged types do not fit their interfaces are INVALID_GRAPHQL.
func (m *merger) checkInterfaceFields() {
	for _, t := range m.out.Types() {
		for _, ref := range t.Interfaces {
			i := m.out.Type(ref.Name)
			if i == nil {
				continue
			}
			for _, f := range i.Fields() {
				if t.Field(f.Name) == nil {
					m.failMissingImplementation(t, f)
				}
			}
		}
	}
	if len(m.errors) > 0 {
		return
	}
	for _, v := range validation.Merged(m.out) {
		m.errors = append(
			m.errors,
			&problem.Error{
				Code:       problem.InvalidGraphQL,
				Message:    "The supergraph is not valid: " + v.Message,
				Suggestion: v.Suggestion,
			},
		)
	}
}

func (m *merger) failMissingImplementation(t *schema.Type, f *schema.Field) {
	var with, without []elementPosition
	for i, s := range m.subgraphs {
		if own := s.Schema.Type(f.Parent.Name); own != nil && own.Field(f.Name) != nil {
			with = append(with, elementPosition{i, own.Field(f.Name).Pos})
		}
		if own := s.Schema.Type(t.Name); own != nil && own.Implements(f.Parent.Name) {
			without = append(without, elementPosition{i, own.Pos})
		}
	}
	e := m.fail(
		problem.InterfaceFieldNoImplem,
		append(without, with...),
		"Interface field %q, defined in %s, is not implemented by type %q, which %s define%s.",
		f.Coordinate(),
		subgraphList(m.names(with)),
		t.Name,
		subgraphList(m.names(without)),
		plural(len(m.names(without))),
	)
	e.Suggestion = "Add field " + f.Name + " to type " + t.Name + ", or remove it from interface " + f.Parent.Name + "."
}

func plural(n int) string {
	if n == 1 {
		return "s"
	}
	return ""
}
