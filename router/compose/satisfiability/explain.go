package satisfiability

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
)

func (s *search) exceeded() *problem.Error {
	return &problem.Error{
		Code: problem.MaxValidationSubgraphPathsExceeded,
		Message: fmt.Sprintf("The satisfiability check was given up after %d states: "+
			"too many different sets of subgraphs can be reached", s.options.MaxStates),
		Suggestion: "Give types that many subgraphs share a @key, so that every subgraph can be reached from every other.",
	}
}

// stuckOnType reports an interface object whose runtime type no subgraph can tell.
func (s *search) stuckOnType(st *state) {
	here := s.graphsOf(st.at)
	s.noteStuck(st, nil)
	if s.typesOnly || !s.first("type "+st.typ.name, here) {
		return
	}
	var lines []string
	var involved []int
	for graph, j := range st.typ.joins {
		if j == nil || j.interfaceObject {
			continue
		}
		involved = append(involved, graph)
		lines = append(lines, fmt.Sprintf("%s defines the implementations of %s, but %s",
			s.quoted(graph), st.typ.name, s.whyNoEntry(st.at, st.typ, graph)))
	}
	s.errors = append(s.errors, &problem.Error{
		Code: problem.SatisfiabilityError,
		Message: s.sentence(fmt.Sprintf("Type %q is an @interfaceObject in %s, and in this query no subgraph can be reached "+
			"that knows which implementation it is", st.typ.name, s.list(here)), st, nil, lines),
		Subgraphs: s.names(append(here, involved...)),
		Positions: s.positions(append(here, involved...), st.typ.name),
		Suggestion: fmt.Sprintf("Give interface %s a resolvable @key in a subgraph that defines its implementations, "+
			"with fields that %s resolves.", st.typ.name, s.list(here)),
	})
}

// stuckOnField reports a field that nowhere within reach resolves.
func (s *search) stuckOnField(st *state, f *field, labels []int32) {
	here := s.graphsOf(st.from)
	coordinate := st.typ.name + "." + f.name
	s.noteStuck(st, f)
	if s.typesOnly || !s.first(coordinate, here) {
		return
	}
	var lines []string
	involved := slices.Clone(here)
	reached := s.graphsOf(st.at)
	for _, graph := range reached {
		if reason := s.whyNotHere(st, f, labels, graph); reason != "" {
			lines = append(lines, s.quoted(graph)+" "+reason)
			involved = append(involved, graph)
		}
	}
	owners := s.owners(st, f)
	for _, o := range owners {
		involved = append(involved, o.graph)
		lines = append(lines, fmt.Sprintf("%s resolves it, but %s", s.quoted(o.graph), s.whyNoEntry(st.from, o.typ, o.graph)))
	}
	s.errors = append(s.errors, &problem.Error{
		Code: problem.SatisfiabilityError,
		Message: s.sentence(fmt.Sprintf("No subgraph can answer %q in this query, which is stuck at type %q in %s",
			coordinate, st.typ.name, s.list(here)), st, f, lines),
		Subgraphs:  s.names(involved),
		Positions:  s.positions(involved, coordinate),
		Suggestion: s.mend(st, f, here, owners),
	})
}

// sentence puts the query beneath what is wrong with it, and the reasons beneath the query.
func (s *search) sentence(what string, st *state, f *field, reasons []string) string {
	text := what + ":\n\n  " + strings.ReplaceAll(s.query(st, f), "\n", "\n  ") + "\n"
	for _, reason := range reasons {
		text += "\n- " + reason
	}
	return text
}

// owners lists the places that resolve a field but cannot be reached.
func (s *search) owners(st *state, f *field) []objectAt {
	var out []objectAt
	add := func(t *typ, graph int) {
		field := t.byName[f.name]
		if field == nil || field.at[graph] == nil || field.at[graph].external || field.at[graph].overridden {
			return
		}
		for _, id := range st.at {
			if n := s.nodes[id]; n.graph == graph && n.typ == t {
				return
			}
		}
		out = append(out, objectAt{t, graph})
	}
	for graph := range st.typ.joins {
		add(st.typ, graph)
	}
	for _, o := range st.typ.objects {
		add(o.typ, o.graph)
	}
	return out
}

// whyNotHere says why a subgraph where the path stands does not resolve a field; empty when that is plain to see,
// because it was only passed through and has no such field.
func (s *search) whyNotHere(st *state, f *field, labels []int32, graph int) string {
	var n *node
	for _, id := range st.at {
		if s.nodes[id].graph == graph && (n == nil || s.nodes[id].view != nil) {
			n = s.nodes[id]
		}
	}
	field := n.typ.byName[f.name]
	var r *resolver
	if field != nil {
		r = field.at[graph]
	}
	switch {
	case r == nil:
		if slices.Contains(s.graphsOf(st.from), graph) {
			return "does not define it"
		}
		return "can be reached, but does not define it"
	case r.overridden:
		return "has given it away by an @override in another subgraph"
	case r.external && !n.opens(field):
		return "marks it @external"
	case r.label != "" && !s.switched(labels, r):
		state := "off"
		if r.labelOn {
			state = "on"
		}
		return fmt.Sprintf("resolves it only while the override label %q is %s", r.label, state)
	case !contextsSet(st.contexts, r):
		for _, use := range r.contexts {
			if !st.contexts[use.index] {
				return fmt.Sprintf("resolves it with a value from the context %q, which no object above it in the query gives",
					contextName(use.context))
			}
		}
	case r.needs != nil && !s.resolvable([]int32{n.id}, n.typ, r.needs):
		return fmt.Sprintf("resolves it with @requires(fields: %q), of which %s cannot be resolved from there",
			r.requires, s.missing([]int32{n.id}, n.typ, r.needs, ""))
	}
	return fmt.Sprintf("needs values from other subgraphs first and has no @key of %s by which to come back", n.typ.name)
}

// whyNoEntry says what keeps paths that stand at from out of a subgraph.
func (s *search) whyNoEntry(from []int32, t *typ, graph int) string {
	j := t.joins[graph]
	if len(j.keys) == 0 {
		return fmt.Sprintf("has no @key of %s by which to enter it", t.name)
	}
	var reasons []string
	for i := range j.keys {
		k := &j.keys[i]
		if !k.resolvable {
			reasons = append(reasons, fmt.Sprintf("its @key(fields: %q) is not resolvable", k.text))
			continue
		}
		if missing := s.missing(from, s.nodes[from[0]].typ, k.selection, ""); missing != "" {
			reasons = append(reasons, fmt.Sprintf("its @key(fields: %q) needs %s, which cannot be resolved from %s",
				k.text, missing, s.list(s.graphsOf(from))))
		} else { // each place resolves a part of it
			reasons = append(reasons, fmt.Sprintf("its @key(fields: %q) cannot be resolved from one of %s alone",
				k.text, s.list(s.graphsOf(from))))
		}
	}
	return strings.Join(reasons, " and ")
}

// missing names the first field of a selection that cannot be resolved.
func (s *search) missing(from []int32, t *typ, selection ast.SelectionSet, prefix string) string {
	for _, one := range selection {
		switch one := one.(type) {
		case *ast.Field:
			if one.Name == "__typename" || s.fieldResolvable(from, t, one) {
				continue
			}
			path := prefix + one.Name
			field := t.byName[one.Name]
			if field != nil && field.returns != nil {
				if targets, found := s.follow(s.closure(from), one.Name, direct); found {
					if inner := s.missing(targets, field.returns, one.SelectionSet, path+"."); inner != "" {
						return inner
					}
				}
			}
			return fmt.Sprintf("%q", path)
		case *ast.InlineFragment:
			if !s.fragmentResolvable(from, t, one) {
				if x := s.byName[one.TypeCondition]; x != nil && t.abstract() && x.kind == ast.Object {
					return s.missing(s.castAll(from, x), x, one.SelectionSet, prefix)
				}
				return fmt.Sprintf("%q", prefix+"... on "+one.TypeCondition)
			}
		}
	}
	return ""
}

// mend proposes the smallest change that would let the query be answered.
func (s *search) mend(st *state, f *field, here []int, owners []objectAt) string {
	for _, o := range owners {
		keys := o.typ.joins[o.graph].keys
		for i := range keys {
			if !keys[i].resolvable && s.resolvable(st.from, st.typ, keys[i].selection) {
				return fmt.Sprintf(
					"Make @key(fields: %q) of %s resolvable in %s: resolve references there and drop `resolvable: false`.",
					keys[i].text,
					o.typ.name,
					s.quoted(o.graph),
				)
			}
		}
	}
	for _, o := range owners {
		if k := s.usableKey(st, o); k != nil {
			return fmt.Sprintf("Add @key(fields: %q) to %s in %s, so that it can be entered from %s.",
				k.text, o.typ.name, s.quoted(o.graph), s.list(here))
		}
	}
	for _, o := range owners {
		keys := o.typ.joins[o.graph].keys
		for i := range keys {
			if missing := s.missing(st.from, st.typ, keys[i].selection, ""); keys[i].resolvable && missing != "" {
				return fmt.Sprintf(
					"Let %s resolve %s of %s (marked @shareable wherever it is resolved), which the @key of %s needs, "+
						"or give the two a key in common.",
					s.list(here),
					missing,
					st.typ.name,
					s.quoted(o.graph),
				)
			}
		}
	}
	if len(owners) > 0 {
		if st.typ.root {
			return ""
		}
		return fmt.Sprintf(
			"Resolve %s in %s too, marking it @shareable in all subgraphs that do, or give %s a @key in common in %s and %s.",
			st.typ.name+"."+f.name,
			s.list(here),
			st.typ.name,
			s.list(here),
			s.quoted(owners[0].graph),
		)
	}
	for _, graph := range s.graphsOf(st.at) {
		t := st.typ
		if field := t.byName[f.name]; field != nil && field.at[graph] != nil && field.at[graph].requires != "" {
			return fmt.Sprintf(
				"Make the fields of @requires(fields: %q) resolvable from %s: share them there or give %s a @key in "+
					"common with the subgraphs that resolve them.",
				field.at[graph].requires,
				s.quoted(graph),
				t.name,
			)
		}
		if field := t.byName[f.name]; field != nil && field.at[graph] != nil && len(field.at[graph].contexts) > 0 {
			return fmt.Sprintf("Set the context %q on a type above %s on every path that leads to it.",
				contextName(field.at[graph].contexts[0].context), t.name)
		}
	}
	return fmt.Sprintf("Let a subgraph that can be reached from %s resolve %s.%s.", s.list(here), st.typ.name, f.name)
}

// usableKey finds a key that another subgraph of the type declares, that the path can satisfy and whose fields the
// owner defines.
func (s *search) usableKey(st *state, owner objectAt) *key {
	for _, j := range st.typ.joins {
		if j == nil {
			continue
		}
		for i := range j.keys {
			k := &j.keys[i]
			if s.resolvable(st.from, st.typ, k.selection) && s.local(s.node(owner.typ, owner.graph, nil), k.selection) {
				return k
			}
		}
	}
	return nil
}

// contextName drops the subgraph that supergraphs put in front of a context's name.
func contextName(name string) string {
	if _, own, found := strings.Cut(name, "__"); found {
		return own
	}
	return name
}

// maxReports bounds the errors about one coordinate. They differ in the subgraphs where queries are stuck; the first
// few show the shortest queries, and mending those usually mends the others.
const maxReports = 5

// first tells whether being stuck before a coordinate in these subgraphs is news.
func (s *search) first(coordinate string, graphs []int) bool {
	key := fmt.Sprint(coordinate, graphs)
	if s.reported[key] > 0 || s.reported[coordinate] == maxReports {
		return false
	}
	s.reported[key]++
	s.reported[coordinate]++
	return true
}

func (s *search) graphsOf(at []int32) []int {
	graphs := make([]int, len(at))
	for i, id := range at {
		graphs[i] = s.nodes[id].graph
	}
	slices.Sort(graphs)
	return slices.Compact(graphs)
}

func (s *search) quoted(graph int) string { return fmt.Sprintf("%q", s.subgraphs[graph]) }

func (s *search) list(graphs []int) string {
	names := make([]string, len(graphs))
	for i, g := range graphs {
		names[i] = s.quoted(g)
	}
	if len(names) > 1 {
		return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
	}
	return strings.Join(names, "")
}

func (s *search) names(graphs []int) []string {
	names := make([]string, len(graphs))
	for i, g := range graphs {
		names[i] = s.subgraphs[g]
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// positions locates a coordinate, or its type where the subgraph does not have the field.
func (s *search) positions(graphs []int, coordinate string) []problem.Position {
	if s.options.Locate == nil {
		return nil
	}
	var out []problem.Position
	typeName, _, _ := strings.Cut(coordinate, ".")
	for _, g := range graphs {
		p, found := s.options.Locate(s.subgraphs[g], coordinate)
		if !found {
			p, found = s.options.Locate(s.subgraphs[g], typeName)
		}
		if found && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}
