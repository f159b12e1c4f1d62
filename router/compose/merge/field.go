package merge

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// mergeField merges a field of an object type or interface.
func (m *merger) mergeField(t *schema.Type, f *schema.Field, sources []*schema.Field) {
	m.checkSubscriptionSharing(f, sources)
	overrides := m.checkOverrides(f, sources)
	resolving := make([]*schema.Field, len(sources))
	found := false
	for i, s := range sources {
		if s != nil && !m.subgraphs[i].IsExternal(s) {
			resolving[i] = s
			found = true
		}
	}
	shape := resolving
	if !found && m.isAbstracted(f, sources) {
		found, shape = true, sources
	}
	if !found {
		var all []elementPosition
		for i, s := range sources {
			if s != nil {
				all = append(all, elementPosition{i, s.Pos})
			}
		}
		m.fail(problem.ExternalMissingOnBase, all, "Field %q is marked @external in every subgraph that has it: %s.", f.Coordinate(), subgraphList(m.names(all))).Suggestion =
			"Remove @external in the subgraph that resolves the field."
		return
	}
	for i, s := range sources {
		if s != nil && resolving[i] == nil {
			m.checkMergedOnExternal(i, s)
		}
	}
	annotations := fieldAnnotations(resolving)
	m.describe(f.Coordinate(), annotations, &f.Description)
	m.mergeArguments(f, shape)
	equal := m.mergeType(f, shape, asOutput)
	m.checkExternals(f, sources, resolving, equal)
	m.mergeWithDemands(f.Coordinate(), annotations, &f.Directives, m.demandsOf(t, f.Name))
	m.addJoinFields(t, f, sources, resolving, equal, overrides)
	m.checkSharing(f, sources, overrides)
}

// checkMergedOnExternal: MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL, what a directive says about a field belongs where
// the field is resolved.
func (m *merger) checkMergedOnExternal(i int, f *schema.Field) {
	for _, d := range f.Directives {
		name := m.mergedName(i, d)
		if name == "" {
			continue
		}
		m.fail(problem.MergedDirectiveApplicationOnExternal, []elementPosition{{i, d.Pos}},
			"Field %q is @external in subgraph %q, so it cannot have @%s there.", f.Coordinate(), m.subgraphs[i].Name, d.Name).Suggestion =
			"Put @" + d.Name + " on the field in the subgraph that resolves it."
	}
}

// mergeType merges the types a field has; it reports whether they are all equal. Output types are merged to the most
// general one. FIELD_TYPE_MISMATCH: none is a supertype of all others.
func (m *merger) mergeType(f *schema.Field, sources []*schema.Field, usage enumUsage) bool {
	types := make([]*ast.Type, len(sources))
	positions := make([]schema.Pos, len(sources))
	for i, s := range sources {
		if s != nil {
			types[i], positions[i] = s.Type, s.Pos
		}
	}
	merged, equal := m.mergeTypeReferences(typeReference{
		coordinate: f.Coordinate(), subject: "field", types: types, positions: positions, contravariant: usage == asInput,
		mismatch: problem.FieldTypeMismatch, hint: problem.HintInconsistentButCompatibleFieldType,
	})
	f.Type = merged
	m.usage[merged.Name()] |= usage
	return equal
}

// addJoinFields records which subgraphs resolve a field and how, unless all that have its type do so in the plainest
// way.
// https://specs.apollo.dev/join/v0.3/#@join__field
func (m *merger) addJoinFields(
	t *schema.Type,
	f *schema.Field,
	sources, resolving []*schema.Field,
	equal bool,
	overrides []override,
) {
	if !m.needsJoinFields(t, sources, equal, overrides) {
		return
	}
	for i, s := range sources {
		if s == nil || overrides[i].unused {
			continue
		}
		external := resolving[i] == nil
		join := apply("join__field", m.graphArg(i))
		add := func(name string, value *ast.Value) { join.Arguments = append(join.Arguments, arg(name, value)) }
		if d := schema.First(s.Directives, federation.Requires); d != nil {
			fields, _ := d.StringArg("fields")
			add("requires", schema.String(fields))
		}
		if d := schema.First(s.Directives, federation.Provides); d != nil {
			fields, _ := d.StringArg("fields")
			add("provides", schema.String(fields))
		}
		if !equal {
			add("type", schema.String(s.Type.String()))
		}
		if external {
			add("external", schema.Bool(true))
		}
		if d := schema.First(s.Directives, federation.Override); d != nil {
			from, _ := d.StringArg("from")
			add("override", schema.String(from))
		}
		if overrides[i].used {
			add("usedOverridden", schema.Bool(true))
		}
		if overrides[i].label != "" {
			add("overrideLabel", schema.String(overrides[i].label))
		}
		if contexts := m.contextArguments(i, s); contexts != nil {
			add("contextArguments", contexts)
		}
		f.Directives = append(f.Directives, join)
	}
}

func (m *merger) needsJoinFields(t *schema.Type, sources []*schema.Field, equal bool, overrides []override) bool {
	if !equal {
		return true
	}
	for i, s := range sources {
		if overrides[i].used || overrides[i].label != "" {
			return true
		}
		if s == nil || overrides[i].unused {
			if m.subgraphs[i].Schema.Type(t.Name) != nil {
				return true
			}
			continue
		}
		if m.subgraphs[i].IsExternal(s) {
			return true
		}
		for _, d := range s.Directives {
			switch d.Federation {
			case federation.Requires, federation.Provides:
				return true
			}
		}
		for _, a := range s.Arguments {
			if schema.Has(a.Directives, federation.FromContext) {
				return true
			}
		}
	}
	return false
}
