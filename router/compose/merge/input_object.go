package merge

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
)

// mergeInputObject makes an input object with the fields all subgraphs have. EMPTY_MERGED_INPUT_TYPE: there are none.
func (m *merger) mergeInputObject(t *schema.Type) {
	sources := m.sources(t.Name)
	m.describe(t.Name, typeAnnotations(sources), &t.Description)
	m.addJoinTypes(t)
	m.mergeDirectives(t.Name, typeAnnotations(sources), &t.Directives)
	for _, s := range sources {
		if s == nil {
			continue
		}
		for _, f := range s.Fields() {
			if t.Field(f.Name) == nil {
				t.AddField(&schema.Field{Name: f.Name})
			}
		}
	}
	byName := m.fieldSources(sources)
	had := len(t.Fields()) > 0
	for _, f := range t.Fields() {
		if m.inputFieldInAll(t, f.Name, sources, byName[f.Name]) {
			m.mergeInputField(t, f, sources, byName[f.Name])
		}
	}
	t.RemoveFields(func(f *schema.Field) bool { return f.Type == nil })
	if had && len(t.Fields()) == 0 {
		m.fail(problem.EmptyMergedInputType, places(typeAnnotations(sources)), "The subgraphs that define input type %q have no field of it in common.", t.Name).Suggestion =
			"Give it the same fields in all subgraphs."
	}
}

// inputFieldInAll: REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH, a required field is not in all subgraphs.
// INCONSISTENT_INPUT_OBJECT_FIELD: an optional one is not, and left out.
func (m *merger) inputFieldInAll(t *schema.Type, name string, sources []*schema.Type, fields []*schema.Field) bool {
	var with, all, required []elementPosition
	missing := false
	for i, s := range sources {
		switch {
		case s == nil:
		case fields[i] == nil:
			missing = true
			all = append(all, elementPosition{i, s.Pos})
		default:
			with = append(with, elementPosition{i, fields[i].Pos})
			all = append(all, elementPosition{i, fields[i].Pos})
			if fields[i].Type.NonNull && fields[i].Default == nil {
				required = append(required, elementPosition{i, fields[i].Pos})
			}
		}
	}
	// What clients cannot see may differ between subgraphs, and stays for those that have it.
	if !missing || m.isHidden(fieldAnnotations(fields)) {
		return true
	}
	presence := m.presence(func(i int) bool { return fields[i] != nil }, func(i int) bool { return sources[i] != nil })
	if len(required) > 0 {
		m.fail(problem.RequiredInputFieldMissingInSomeSubgraph, all, "Input field \"%s.%s\" is required in %s, but not all subgraphs have it: %s.",
			t.Name, name, subgraphList(m.names(required)), presence).Suggestion = "Add the field in all subgraphs, or make it optional."
	} else {
		m.hint(problem.HintInconsistentInputObjectField, t.Name+"."+name, with, "Input field \"%s.%s\" is left out of the supergraph, because not all subgraphs have it: %s.", t.Name, name, presence)
	}
	return false
}

func (m *merger) mergeInputField(t *schema.Type, f *schema.Field, sources []*schema.Type, fields []*schema.Field) {
	annotations := fieldAnnotations(fields)
	m.describe(f.Coordinate(), annotations, &f.Description)
	equal := m.mergeType(f, fields, asInput)
	defaults := make([]*ast.Value, len(fields))
	present := make([]bool, len(fields))
	positions := make([]schema.Pos, len(fields))
	for i, s := range fields {
		if s != nil {
			defaults[i], present[i], positions[i] = s.Default, true, s.Pos
		}
	}
	f.Default = m.mergeDefaults(
		f.Coordinate(),
		"Input field",
		defaults,
		present,
		positions,
		problem.InputFieldDefaultMismatch,
	)
	m.mergeDirectives(f.Coordinate(), annotations, &f.Directives)
	if equal {
		complete := true
		for i, s := range sources {
			complete = complete && (s == nil) == (fields[i] == nil)
		}
		if complete {
			return
		}
	}
	for i, s := range fields {
		if s == nil {
			continue
		}
		join := apply("join__field", m.graphArg(i))
		if !equal {
			join.Arguments = append(join.Arguments, arg("type", schema.String(s.Type.String())))
		}
		f.Directives = append(f.Directives, join)
	}
}
