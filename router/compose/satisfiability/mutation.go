package satisfiability

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
)

// callOnce looks at the mutation fields that several subgraphs share. Such a field is run by one of them only, however
// much is selected: what can be asked below it must be answered starting from that one, while any subgraph may begin a
// query. Each subgraph is tried in turn; what a trial sees stands for later ones only if nothing is wrong with it.
//
// A field below which a query is stuck wherever it begins has been reported.
func (s *search) callOnce() {
	for _, root := range s.roots {
		if root.operation != ast.Mutation {
			continue
		}
		st := s.rootState(root)
		contexts := s.contextsBelow(st)
		for _, f := range root.fields {
			if f.inaccessible || f.returns == nil || f.returns.inaccessible || s.stuck[f] {
				continue
			}
			for _, labels := range s.settle(st.labels, s.labelsOf(root, f)) {
				if !s.answeredOnce(st, f, labels, contexts) {
					break
				}
			}
			if s.count > s.options.MaxStates {
				return
			}
		}
	}
}

// answeredOnce tells whether one of the subgraphs that share a mutation field can begin all queries below it, and
// reports it if none can.
func (s *search) answeredOnce(st *state, f *field, labels []int32, contexts []bool) bool {
	targets, _ := s.follow(st.at, f.name, following{
		labels:   func(r *resolver) bool { return r.label == "" || s.switched(labels, r) },
		contexts: func(r *resolver) bool { return contextsSet(st.contexts, r) },
	})
	graphs := s.graphsOf(targets)
	if len(graphs) < 2 {
		return true
	}
	var found []*problem.Error
	for _, graph := range graphs {
		from := slices.DeleteFunc(slices.Clone(targets), func(id int32) bool { return s.nodes[id].graph != graph })
		next := &state{
			typ: f.returns, at: from, from: from, labels: labels, contexts: contexts, parent: st, field: f,
		}
		if !f.returns.abstract() {
			next.at = s.closure(from)
		}
		err := s.try(next)
		if err == nil {
			return true
		}
		if err.Code != problem.SatisfiabilityError { // given up
			s.errors = append(s.errors, err)
			return false
		}
		found = append(found, err)
	}
	s.errors = append(s.errors, s.calledTwice(st.typ.name+"."+f.name, graphs, found))
	return false
}

// try follows a state by itself and returns what is wrong with it, nil if nothing is.
func (s *search) try(st *state) *problem.Error {
	errors, reported := s.errors, s.reported
	s.errors, s.reported, s.trying = nil, map[string]int{}, true
	s.enter(st)
	s.followQueue()
	found := s.errors
	s.errors, s.reported, s.trying = errors, reported, false
	if len(found) == 0 {
		s.undo = s.undo[:0]
		return nil
	}
	for _, undo := range slices.Backward(s.undo) {
		undo()
	}
	s.undo = s.undo[:0]
	return found[0]
}

// note remembers how to take back what a trial has just noted.
func (s *search) note(undo func()) {
	if s.trying {
		s.undo = append(s.undo, undo)
	}
}

// noteStuck remembers the root field below which a query is stuck.
func (s *search) noteStuck(st *state, f *field) {
	for ; st.parent != nil; st = st.parent {
		f = st.field
	}
	if f != nil {
		s.stuck[f] = true
	}
}

func (s *search) calledTwice(coordinate string, graphs []int, found []*problem.Error) *problem.Error {
	var text strings.Builder
	fmt.Fprintf(
		&text,
		"The mutation field %q is shared by %s. It is run by one of them, and none can answer alone what may "+
			"be asked of it:\n",
		coordinate,
		s.list(graphs),
	)
	involved := s.names(graphs)
	for i, graph := range graphs {
		fmt.Fprintf(&text, "\n- If it is run by %s: %s", s.quoted(graph), strings.ReplaceAll(found[i].Message, "\n", "\n  "))
		involved = append(involved, found[i].Subgraphs...)
	}
	slices.Sort(involved)
	return &problem.Error{
		Code:       problem.SatisfiabilityError,
		Message:    text.String(),
		Subgraphs:  slices.Compact(involved),
		Positions:  s.positions(graphs, coordinate),
		Suggestion: found[0].Suggestion,
	}
}
