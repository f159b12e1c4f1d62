package merge

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// override is what @override means for a field in one subgraph.
type override struct {
	// unused says that another subgraph took the field over and nothing here needs it any more; used that something
	// still does.
	unused, used bool
	// overriddenByLabel says that another subgraph is taking the field over step by step.
	overriddenByLabel bool
	// label is the label of a progressive override, in both subgraphs.
	label string
}

// checkOverrides works out what the @override applications of a field mean in each subgraph, and checks them:
// OVERRIDE_FROM_SELF_ERROR, OVERRIDE_ON_INTERFACE, OVERRIDE_SOURCE_HAS_OVERRIDE,
// OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE, OVERRIDE_LABEL_INVALID.
func (m *merger) checkOverrides(f *schema.Field, sources []*schema.Field) []override {
	out := make([]override, len(sources))
	for i, s := range sources {
		if s == nil {
			continue
		}
		d := schema.First(s.Directives, federation.Override)
		if d == nil {
			continue
		}
		from, _ := d.StringArg("from")
		at := []elementPosition{{i, d.Pos}}
		if f.Parent.Kind == ast.Interface && s.Parent.Kind == ast.Interface {
			m.fail(problem.OverrideOnInterface, at, "@override cannot be used on field %q in subgraph %q: interface fields are not resolved by any subgraph.", f.Coordinate(), m.subgraphs[i].Name).Suggestion =
				"Move @override to the field of the implementing types."
			continue
		}
		if s.Parent.Has(federation.InterfaceObject) {
			m.fail(problem.OverrideCollisionWithAnotherDirective, at, "Field %q of subgraph %q is that of an @interfaceObject, which @override does not support.",
				f.Coordinate(), m.subgraphs[i].Name).Suggestion = "Remove @override, and the field from the subgraph that resolved it before."
			continue
		}
		if from == m.subgraphs[i].Name {
			m.fail(problem.OverrideFromSelfError, at, "Field %q of subgraph %q overrides itself.", f.Coordinate(), from).Suggestion =
				"Name the subgraph that resolved the field before."
			continue
		}
		m.applyOverride(f, sources, out, i, d, from)
	}
	return out
}

func (m *merger) indexOf(name string) int {
	for i, s := range m.subgraphs {
		if s.Name == name {
			return i
		}
	}
	return -1
}

func (m *merger) applyOverride(
	f *schema.Field,
	sources []*schema.Field,
	out []override,
	i int,
	d *schema.Directive,
	from string,
) {
	name := m.subgraphs[i].Name
	at := []elementPosition{{i, d.Pos}}
	source := m.indexOf(from)
	switch {
	case source < 0:
		m.hint(
			problem.HintFromSubgraphDoesNotExist,
			f.Coordinate(),
			at,
			"Field %q of subgraph %q overrides subgraph %q, which does not exist.",
			f.Coordinate(),
			name,
			from,
		)
		return
	case sources[source] != nil && sources[source].Parent.Kind == ast.Interface && f.Parent.Kind == ast.Interface:
		m.fail(problem.OverrideCollisionWithAnotherDirective, at, "Field %q of subgraph %q cannot override subgraph %q, where it is the field of an interface and resolved by its implementations.",
			f.Coordinate(), name, from).Suggestion = "Override the fields of the implementing types."
		return
	case sources[source] != nil && m.collides(f, i, sources[i], "overrides it", at, true):
		return
	case sources[source] == nil || m.subgraphs[source].IsExternal(sources[source]):
		if sources[source] == nil && len(m.abstractedField(f, source)) > 0 {
			m.fail(problem.OverrideCollisionWithAnotherDirective, at, "Field %q of subgraph %q cannot override subgraph %q, which resolves it through an @interfaceObject.",
				f.Coordinate(), name, from).Suggestion = "Remove the field from the interface object of subgraph \"" + from + "\"."
			return
		}
		m.hint(
			problem.HintOverrideDirectiveCanBeRemoved,
			f.Coordinate(),
			at,
			"Field %q is no longer in subgraph %q: the @override in subgraph %q can be removed.",
			f.Coordinate(),
			from,
			name,
		)
		if label, _ := d.StringArg("label"); sources[source] == nil || label == "" {
			return
		}
		// While the label is off, the field is not resolved here either.
	case schema.Has(sources[source].Directives, federation.Override):
		m.fail(problem.OverrideSourceHasOverride, append(at, elementPosition{source, sources[source].Pos}), "Field %q of subgraph %q overrides subgraph %q, where it has an @override itself.",
			f.Coordinate(), name, from).Suggestion = "Let only one of the two subgraphs override the field."
		return
	case m.collides(f, source, sources[source], "is overridden by subgraph \""+name+"\"", at, false):
		return
	}
	label, _ := d.StringArg("label")
	if label != "" && !validLabel(label) {
		m.fail(problem.OverrideLabelInvalid, at, "The label %q of @override on %q is neither a name nor of the form percent(x).", label, f.Coordinate()).Suggestion =
			"Use a name that starts with a letter and has only letters, digits and the characters _-:./, or percent(0) to percent(100) with at most 8 decimals."
		label = ""
	}
	m.settleOverride(f, sources, out, i, source, label)
}

// settleOverride records a valid override of subgraph source by subgraph i. OVERRIDDEN_FIELD_CAN_BE_REMOVED and
// OVERRIDE_MIGRATION_IN_PROGRESS tell how far the migration is.
func (m *merger) settleOverride(f *schema.Field, sources []*schema.Field, out []override, i, source int, label string) {
	overridden := sources[source]
	used := m.referenced[source][overridden]
	at := []elementPosition{{source, overridden.Pos}}
	if label != "" {
		out[i].label, out[source].label = label, label
		out[source].overriddenByLabel = true
		out[source].used = used && !m.subgraphs[source].IsExternal(overridden)
		m.hint(
			problem.HintOverrideMigrationInProgress,
			f.Coordinate(),
			at,
			"Field %q is being moved from subgraph %q to %q. Remove it from %q when that is done.",
			f.Coordinate(),
			m.subgraphs[source].Name,
			m.subgraphs[i].Name,
			m.subgraphs[source].Name,
		)
		return
	}
	if used {
		out[source].used = true
		m.hint(
			problem.HintOverriddenFieldCanBeRemoved,
			f.Coordinate(),
			at,
			"Field %q of subgraph %q is overridden. It is still referred to there: mark it @external, or remove it with its references.",
			f.Coordinate(),
			m.subgraphs[source].Name,
		)
		return
	}
	out[source].unused = true
	m.hint(
		problem.HintOverriddenFieldCanBeRemoved,
		f.Coordinate(),
		at,
		"Field %q of subgraph %q is overridden and can be removed there.",
		f.Coordinate(),
		m.subgraphs[source].Name,
	)
}

// collides reports whether the field carries a directive that @override cannot go with.
func (m *merger) collides(
	f *schema.Field,
	i int,
	s *schema.Field,
	role string,
	at []elementPosition,
	overriding bool,
) bool {
	which := ""
	switch {
	case m.subgraphs[i].IsExternal(s) && overriding:
		which = "external"
	case overriding:
	case schema.Has(s.Directives, federation.Requires):
		which = "requires"
	case schema.Has(s.Directives, federation.Provides):
		which = "provides"
	}
	if which == "" {
		return false
	}
	m.fail(problem.OverrideCollisionWithAnotherDirective, append(at, elementPosition{i, s.Pos}), "Field %q in subgraph %q %s and is marked @%s: the two do not go together.",
		f.Coordinate(), m.subgraphs[i].Name, role, which).Suggestion = "Remove @override, or @" + which + "."
	return true
}

var labelPattern = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_\-:./]*$`)
var percentPattern = regexp.MustCompile(`^percent\((\d{1,3}(\.\d{1,8})?)\)$`)

func validLabel(label string) bool {
	if m := percentPattern.FindStringSubmatch(label); m != nil {
		percent, err := strconv.ParseFloat(m[1], 64)
		whole, _, _ := strings.Cut(m[1], ".")
		return err == nil && percent <= 100 && (len(whole) < 3 || m[1] == "100")
	}
	return labelPattern.MatchString(label)
}

// findReferenced collects the fields each subgraph's own directives and interfaces refer to.
func (m *merger) findReferenced() {
	m.referenced = make([]map[*schema.Field]bool, len(m.subgraphs))
	for i, s := range m.subgraphs {
		m.referenced[i] = map[*schema.Field]bool{}
		hasOverrides := false
		for _, other := range m.subgraphs {
			hasOverrides = hasOverrides || other.LocalName(federation.Override) != ""
		}
		if !hasOverrides {
			continue
		}
		for _, t := range s.Schema.Types() {
			for _, f := range t.Fields() {
				if s.IsUsed(f) || isInterfaceField(s.Schema, t, f) {
					m.referenced[i][f] = true
				}
			}
		}
	}
}

func isInterfaceField(s *schema.Schema, t *schema.Type, f *schema.Field) bool {
	for _, ref := range t.Interfaces {
		if other := s.Type(ref.Name); other != nil && other.Field(f.Name) != nil {
			return true
		}
	}
	return false
}
