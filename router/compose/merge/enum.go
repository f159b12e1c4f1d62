package merge

import (
	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
)

// mergeEnum merges an enum by its uses in the supergraph: results may be any value a subgraph has, arguments only
// values all of them have. ENUM_VALUE_MISMATCH: an enum used both ways must be the same everywhere.
// EMPTY_MERGED_ENUM_TYPE: no value is left. UNUSED_ENUM_TYPE: nothing uses it.
// https://specs.apollo.dev/join/v0.3/#@join__enumValue
func (m *merger) mergeEnum(t *schema.Type) {
	sources := m.sources(t.Name)
	m.describe(t.Name, typeAnnotations(sources), &t.Description)
	m.addJoinTypes(t)
	m.mergeDirectives(t.Name, typeAnnotations(sources), &t.Directives)
	usage := m.usage[t.Name]
	if usage == 0 {
		m.hint(
			problem.HintUnusedEnumType,
			t.Name,
			places(typeAnnotations(sources)),
			"Enum %q is not used by any field or argument. All its values are kept.",
			t.Name,
		)
	}
	had := false
	for _, s := range sources {
		if s == nil {
			continue
		}
		for _, v := range s.Values {
			had = true
			if t.Value(v.Name) == nil {
				t.Values = append(t.Values, &schema.EnumValue{Name: v.Name})
			}
		}
	}
	kept := t.Values[:0]
	for _, v := range t.Values {
		if m.mergeEnumValue(t, v, sources, usage) {
			kept = append(kept, v)
		}
	}
	t.Values = kept
	if had && len(kept) == 0 {
		m.fail(problem.EmptyMergedEnumType, places(typeAnnotations(sources)), "The subgraphs that define enum %q, used by arguments, have no value of it in common.", t.Name).Suggestion =
			"Give it the same values in all subgraphs."
	}
}

// mergeEnumValue merges one value and reports whether the supergraph has it.
func (m *merger) mergeEnumValue(t *schema.Type, v *schema.EnumValue, sources []*schema.Type, usage enumUsage) bool {
	values := make([]*schema.EnumValue, len(sources))
	var with, all []elementPosition
	missing := false
	for i, s := range sources {
		if s == nil {
			continue
		}
		values[i] = s.Value(v.Name)
		if values[i] == nil {
			missing = true
			all = append(all, elementPosition{i, s.Pos})
			continue
		}
		with = append(with, elementPosition{i, values[i].Pos})
		all = append(all, elementPosition{i, values[i].Pos})
	}
	coordinate := t.Name + "." + v.Name
	annotations := valueAnnotations(values)
	m.describe(coordinate, annotations, &v.Description)
	m.mergeDirectives(coordinate, annotations, &v.Directives)
	for i := range sources {
		if values[i] != nil {
			v.Directives = append(v.Directives, apply("join__enumValue", m.graphArg(i)))
		}
	}
	if !missing {
		return true
	}
	presence := m.presence(func(i int) bool { return values[i] != nil }, func(i int) bool { return sources[i] != nil })
	switch {
	case usage == asInput|asOutput:
		if !m.isHidden(annotations) {
			m.fail(problem.EnumValueMismatch, all, "Enum %q is used by both arguments and fields, so all subgraphs must have the same values, but %q is not in all: %s.", t.Name, v.Name, presence).Suggestion =
				"Add the value in all subgraphs, or mark it @inaccessible until all have it."
		}
	case usage == asInput:
		m.hint(
			problem.HintInconsistentEnumValueForInputEnum,
			coordinate,
			with,
			"Value %q of enum %q, used by arguments, is left out of the supergraph, because not all subgraphs have it: %s.",
			v.Name,
			t.Name,
			presence,
		)
		return m.isHidden(annotations)
	default:
		m.hint(
			problem.HintInconsistentEnumValueForOutputEnum,
			coordinate,
			with,
			"Value %q of enum %q is not known to all subgraphs: %s.",
			v.Name,
			t.Name,
			presence,
		)
	}
	return true
}
