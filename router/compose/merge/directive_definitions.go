package merge

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/subgraph"
)

var executableLocations = map[ast.DirectiveLocation]bool{
	ast.LocationQuery: true, ast.LocationMutation: true, ast.LocationSubscription: true, ast.LocationField: true,
	ast.LocationFragmentDefinition: true, ast.LocationFragmentSpread: true, ast.LocationInlineFragment: true,
	ast.LocationVariableDefinition: true,
}

func executable(d *schema.DirectiveDefinition) []ast.DirectiveLocation {
	var out []ast.DirectiveLocation
	for _, l := range d.Locations {
		if executableLocations[l] {
			out = append(out, l)
		}
	}
	return out
}

// addDirectives defines the composed directives, before anything is merged that applies them.
func (m *merger) addDirectives() {
	for _, c := range m.composed {
		if m.out.DirectiveDefinition(c.name) == nil {
			d := *m.subgraphs[c.source].Schema.DirectiveDefinition(c.name)
			m.out.AddDirectiveDefinition(&d)
		}
	}
}

// mergeDirectiveDefinitions merges what clients can apply in operations: executable directives that all subgraphs have,
// on the locations all of them allow.
func (m *merger) mergeDirectiveDefinitions() {
	for _, c := range m.composed {
		m.checkComposedDefinition(c)
	}
	seen := map[string]bool{}
	for i, s := range m.subgraphs {
		for _, d := range s.Schema.DirectiveDefinitions() {
			if seen[d.Name] || subgraph.IsBuiltinDirective(d.Name) || len(executable(d)) == 0 || m.composedBy(i, d.Name) != nil {
				continue
			}
			seen[d.Name] = true
			m.mergeExecutableDirective(d.Name)
		}
	}
	for _, d := range m.out.DirectiveDefinitions() {
		for _, a := range d.Arguments {
			m.usage[a.Type.Name()] |= asInput
		}
	}
}

// mergeExecutableDirective merges one of them. INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE,
// NO_EXECUTABLE_DIRECTIVE_INTERSECTION, INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS and
// INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE tell what got lost.
func (m *merger) mergeExecutableDirective(name string) {
	sources := make([]*schema.DirectiveDefinition, len(m.subgraphs))
	locations := make([]string, len(m.subgraphs))
	var all []elementPosition
	missing := false
	var common []ast.DirectiveLocation
	for i, s := range m.subgraphs {
		d := s.Schema.DirectiveDefinition(name)
		if d == nil || len(executable(d)) == 0 {
			missing = true
			continue
		}
		sources[i] = d
		all = append(all, elementPosition{i, d.Pos})
		own := executable(d)
		slices.Sort(own)
		locations[i] = joinLocations(own)
		if common == nil {
			common = own
		} else {
			common = slices.DeleteFunc(slices.Clone(common), func(l ast.DirectiveLocation) bool { return !slices.Contains(own, l) })
			if common == nil {
				common = []ast.DirectiveLocation{}
			}
		}
	}
	present := func(i int) bool { return sources[i] != nil }
	if missing {
		m.hint(
			problem.HintInconsistentExecutableDirectivePresence,
			"@"+name,
			all,
			"Executable directive \"@%s\" is left out of the supergraph, because not all subgraphs define it: %s.",
			name,
			m.presence(present, func(int) bool { return true }),
		)
		return
	}
	if len(common) == 0 {
		m.hint(
			problem.HintNoExecutableDirectiveIntersection,
			"@"+name,
			all,
			"Executable directive \"@%s\" is left out of the supergraph, because no location is allowed in all subgraphs: it is %s.",
			name,
			m.variants(func(i int) string { return "on " + locations[i] }),
		)
		return
	}
	m.out.AddDirectiveDefinition(m.mergeExecutableDefinition(name, sources, common, locations, all))
}

func joinLocations(locations []ast.DirectiveLocation) string {
	parts := make([]string, len(locations))
	for i, l := range locations {
		parts[i] = string(l)
	}
	return strings.Join(parts, " | ")
}

func (m *merger) mergeExecutableDefinition(
	name string,
	sources []*schema.DirectiveDefinition,
	common []ast.DirectiveLocation,
	locations []string,
	all []elementPosition,
) *schema.DirectiveDefinition {
	out := &schema.DirectiveDefinition{Name: name, Locations: common, Repeatable: true}
	annotations := make([]annotation, len(sources))
	lists := argumentLists{
		owner:     "@" + name,
		lists:     make([][]*schema.Argument, len(sources)),
		positions: make([]schema.Pos, len(sources)),
		present:   make([]bool, len(sources)),
	}
	anyRepeatable, different := false, false
	for i, d := range sources {
		annotations[i] = annotation{true, d.Description, nil, d.Pos}
		lists.lists[i], lists.positions[i], lists.present[i] = d.Arguments, d.Pos, true
		out.Repeatable = out.Repeatable && d.Repeatable
		anyRepeatable = anyRepeatable || d.Repeatable
		different = different || locations[i] != locations[0]
	}
	m.describe("@"+name, annotations, &out.Description)
	if anyRepeatable && !out.Repeatable {
		m.hint(
			problem.HintInconsistentExecutableDirectiveRepeatable,
			"@"+name,
			all,
			"Executable directive \"@%s\" is not repeatable in the supergraph: it is %s.",
			name,
			m.repeatability(sources),
		)
	}
	if different {
		m.hint(
			problem.HintInconsistentExecutableDirectiveLocations,
			"@"+name,
			all,
			"Executable directive \"@%s\" is allowed on %s in the supergraph, what all subgraphs have in common: it is %s.",
			name,
			joinLocations(common),
			m.variants(func(i int) string { return "on " + locations[i] }),
		)
	}
	out.Arguments = m.mergeArgumentLists(lists)
	out.IndexArguments()
	return out
}

func (m *merger) repeatability(sources []*schema.DirectiveDefinition) string {
	return m.variants(func(i int) string {
		switch {
		case sources[i] == nil:
			return ""
		case sources[i].Repeatable:
			return "repeatable"
		default:
			return "not repeatable"
		}
	})
}

// checkComposedDefinition: INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE and
// INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS, the subgraphs that compose a directive define it differently.
func (m *merger) checkComposedDefinition(c *composedDirective) {
	definition := m.out.DirectiveDefinition(c.name)
	sources := make([]*schema.DirectiveDefinition, len(m.subgraphs))
	var all []elementPosition
	repeatable, locations := false, false
	for i := range m.subgraphs {
		if !c.in[i] {
			continue
		}
		d := m.subgraphs[i].Schema.DirectiveDefinition(c.name)
		sources[i] = d
		all = append(all, elementPosition{i, d.Pos})
		repeatable = repeatable || d.Repeatable != definition.Repeatable
		for _, l := range d.Locations {
			locations = locations || !definition.HasLocation(l)
		}
		locations = locations || len(d.Locations) != len(definition.Locations)
	}
	if repeatable {
		m.hint(
			problem.HintInconsistentTypeSystemDirectiveRepeatable,
			"@"+c.name,
			all,
			"Composed directive \"@%s\" is not repeatable everywhere: it is %s.",
			c.name,
			m.repeatability(sources),
		)
	}
	if locations {
		m.hint(
			problem.HintInconsistentTypeSystemDirectiveLocations,
			"@"+c.name,
			all,
			"Composed directive \"@%s\" is allowed on different locations: it is %s.",
			c.name,
			m.variants(func(i int) string {
				if sources[i] == nil {
					return ""
				}
				return "on " + joinLocations(sources[i].Locations)
			}),
		)
	}
}
