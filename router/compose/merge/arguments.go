package merge

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// mergeArguments makes the arguments that all subgraphs resolving a field give it.
func (m *merger) mergeArguments(f *schema.Field, sources []*schema.Field) {
	if !slices.ContainsFunc(sources, func(s *schema.Field) bool { return s != nil && len(s.Arguments) > 0 }) {
		return
	}
	lists := make([][]*schema.Argument, len(sources))
	positions := make([]schema.Pos, len(sources))
	present := make([]bool, len(sources))
	for i, s := range sources {
		if s != nil {
			lists[i], positions[i], present[i] = s.Arguments, s.Pos, true
		}
	}
	f.Arguments = m.mergeArgumentLists(argumentLists{
		owner: f.Coordinate(), lists: lists, positions: positions, present: present, contextual: true,
	})
}

// argumentLists are the arguments of a field or directive in all subgraphs.
type argumentLists struct {
	owner     string
	lists     [][]*schema.Argument
	positions []schema.Pos
	present   []bool
	// contextual says that arguments may be filled from a context.
	contextual bool
}

func (m *merger) mergeArgumentLists(l argumentLists) []*schema.Argument {
	var order []string
	by := map[string][]*schema.Argument{}
	for i, list := range l.lists {
		for _, a := range list {
			if by[a.Name] == nil {
				by[a.Name] = make([]*schema.Argument, len(l.lists))
				order = append(order, a.Name)
			}
			if by[a.Name][i] == nil {
				by[a.Name][i] = a
			}
		}
	}
	var common []string // what is missing somewhere is reported before what does not fit
	for _, name := range order {
		if sources := by[name]; !(l.contextual && m.isContextual(l, name, sources)) && m.inAll(l, name, sources) {
			common = append(common, name)
		}
	}
	var out []*schema.Argument
	for _, name := range common {
		sources := by[name]
		out = append(out, m.mergeArgument(l.owner+"("+name+":)", name, sources, problem.FieldArgumentDefaultMismatch))
	}
	return out
}

// isContextual reports whether some subgraph fills the argument from a context, in which case it is not part of the
// supergraph. CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS: others must not need it from the client.
func (m *merger) isContextual(l argumentLists, name string, sources []*schema.Argument) bool {
	contextual := false
	for _, a := range sources {
		contextual = contextual || a != nil && schema.Has(a.Directives, federation.FromContext)
	}
	if !contextual {
		return false
	}
	coordinate := l.owner + "(" + name + ":)"
	for i, a := range sources {
		if a == nil || schema.Has(a.Directives, federation.FromContext) {
			continue
		}
		if a.Required() {
			m.fail(problem.ContextualArgumentNotContextualInAllSubgraphs, []elementPosition{{i, a.Pos}},
				"Argument %q is filled from a context in some subgraphs, but required from the client in subgraph %q.", coordinate, m.subgraphs[i].Name).Suggestion =
				"Make the argument optional, or fill it with @fromContext here too."
			continue
		}
		m.hint(
			problem.HintContextualArgumentNotContextualInAllSubgraphs,
			coordinate,
			[]elementPosition{{i, a.Pos}},
			"Argument %q is filled from a context in some subgraphs, so clients cannot give it, but it is an ordinary argument in subgraph %q.",
			coordinate,
			m.subgraphs[i].Name,
		)
	}
	return true
}

// inAll reports whether an argument is in all subgraphs that have its owner.
// REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH: it is not, but some need it. INCONSISTENT_ARGUMENT_PRESENCE: it is not,
// and left out.
func (m *merger) inAll(l argumentLists, name string, sources []*schema.Argument) bool {
	var with, required, all []elementPosition
	missing := false
	for i, a := range sources {
		switch {
		case a != nil:
			with = append(with, elementPosition{i, a.Pos})
			all = append(all, elementPosition{i, a.Pos})
			if a.Required() {
				required = append(required, elementPosition{i, a.Pos})
			}
		case l.present[i]:
			missing = true
			all = append(all, elementPosition{i, l.positions[i]})
		}
	}
	if !missing {
		return true
	}
	coordinate := l.owner + "(" + name + ":)"
	presence := m.presence(func(i int) bool { return sources[i] != nil }, func(i int) bool { return l.present[i] })
	if len(required) > 0 {
		e := m.fail(
			problem.RequiredArgumentMissingInSomeSubgraph,
			all,
			"Argument %q is required in %s, but not all subgraphs have it: %s.",
			coordinate,
			subgraphList(m.names(required)),
			presence,
		)
		e.Suggestion = "Add the argument in all subgraphs, or make it optional."
	} else {
		m.hint(problem.HintInconsistentArgumentPresence, coordinate, with, "Optional argument %q is left out of the supergraph, because not all subgraphs have it: %s.", coordinate, presence)
	}
	return false
}

// mergeArgument merges an argument all subgraphs have.
func (m *merger) mergeArgument(
	coordinate, name string,
	sources []*schema.Argument,
	defaultMismatch problem.Code,
) *schema.Argument {
	out := &schema.Argument{Name: name}
	annotations := argumentAnnotations(sources)
	m.describe(coordinate, annotations, &out.Description)
	m.mergeDirectives(coordinate, annotations, &out.Directives)
	types := make([]*ast.Type, len(sources))
	positions := make([]schema.Pos, len(sources))
	defaults := make([]*ast.Value, len(sources))
	present := make([]bool, len(sources))
	for i, a := range sources {
		if a != nil {
			types[i], positions[i], defaults[i], present[i] = a.Type, a.Pos, a.Default, true
		}
	}
	out.Type, _ = m.mergeTypeReferences(typeReference{
		coordinate: coordinate, subject: "argument", types: types, positions: positions, contravariant: true,
		mismatch: problem.FieldArgumentTypeMismatch, hint: problem.HintInconsistentButCompatibleArgumentType,
	})
	m.usage[out.Type.Name()] |= asInput
	out.Default = m.mergeDefaults(coordinate, "Argument", defaults, present, positions, defaultMismatch)
	return out
}

// mergeDefaults picks the default value all subgraphs agree on, or none. FIELD_ARGUMENT_DEFAULT_MISMATCH and
// INPUT_FIELD_DEFAULT_MISMATCH: they have different ones. INCONSISTENT_DEFAULT_VALUE_PRESENCE: only some have one.
func (m *merger) mergeDefaults(
	coordinate, subject string,
	defaults []*ast.Value,
	present []bool,
	positions []schema.Pos,
	mismatch problem.Code,
) *ast.Value {
	var chosen *ast.Value
	var all []elementPosition
	partial, different := false, false
	for i, v := range defaults {
		if !present[i] {
			continue
		}
		all = append(all, elementPosition{i, positions[i]})
		switch {
		case v == nil:
			partial = true
		case chosen == nil:
			chosen = v
		case !schema.EqualValues(chosen, v):
			different = true
		}
	}
	if chosen == nil || !partial && !different {
		return chosen
	}
	variants := m.variants(func(i int) string {
		switch {
		case !present[i]:
			return ""
		case defaults[i] == nil:
			return "no default value"
		default:
			return "the default value " + schema.PrintValue(defaults[i])
		}
	})
	if different {
		m.fail(mismatch, all, "%s %q has different default values: it has %s.", subject, coordinate, variants).Suggestion =
			"Use the same default value in all subgraphs."
		return chosen
	}
	m.hint(
		problem.HintInconsistentDefaultValuePresence,
		coordinate,
		all,
		"%s %q has no default value in the supergraph, because only some subgraphs give it one: it has %s.",
		subject,
		coordinate,
		variants,
	)
	return nil
}
