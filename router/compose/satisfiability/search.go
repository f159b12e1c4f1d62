package satisfiability

import (
	"slices"
	"unsafe"

	"github.com/weft-graphql/weft/router/compose/problem"
)

// search runs the paths of the API schema, breadth first, so that the first query found stuck at a place is a shortest
// one.
//
// Whether the subgraphs that share a field return the same types is judged in a second run, and only if the first saw
// that some do not. Several states of one type may or may not show it, and whichever is visited first hides the
// others; to accept the same graphs as the reference, that run is depth first, the last field first.
type search struct {
	*facts
	options Options
	// typesOnly is the second run.
	typesOnly bool
	differ    bool // runtime types differ somewhere

	labels   map[string]int32 // numbers of override labels
	queue    []*state
	visited  map[string][]*state // by type and places
	byType   map[*typ][]*state   // those of visited that stand for others, for the subset test
	count    int
	reported map[string]int
	shared   map[string][]int32 // by what states have in common, the fields still to follow; see fieldsToFollow
	undo     []func()           // takes back what a trial notes in these maps; see callOnce
	trying   bool               // a trial is going on
	spread   map[*field]bool    // fields whose runtime types have been compared and found wanting
	stuck    map[*field]bool    // root fields below which a query is stuck

	errors []*problem.Error
	hints  []problem.Hint
}

// state is what decides the future of a path.
type state struct {
	typ *typ
	// at are the places the path can stand at: closed under keys for object types, as reached for others. Sorted.
	at []int32
	// labels are the override labels the path has settled, as 2*number, plus one when on. Sorted.
	labels []int32
	// contexts tells for each context use whether an object above gives its value.
	contexts []bool

	// How it was reached, to write the query.
	parent *state
	field  *field // nil for a type condition
	from   []int32
}

// maxSubsetTests bounds the states of one type a new one is compared with.
const maxSubsetTests = 256

func (s *search) run() {
	s.labels, s.visited, s.byType = map[string]int32{}, map[string][]*state{}, map[*typ][]*state{}
	s.reported, s.spread, s.shared = map[string]int{}, map[*field]bool{}, map[string][]int32{}
	s.stuck = map[*field]bool{}
	for _, root := range s.roots {
		s.enter(s.rootState(root))
	}
	if !s.followQueue() || s.typesOnly {
		return
	}
	s.callOnce()
}

// rootState is where paths begin: in every subgraph that has the root type.
func (s *search) rootState(root *typ) *state {
	var at []int32
	for graph := range root.joins {
		if root.joins[graph] != nil {
			at = append(at, s.node(root, graph, nil).id)
		}
	}
	slices.Sort(at)
	return &state{typ: root, at: at, from: at, contexts: make([]bool, len(s.uses))}
}

// followQueue looks at what is queued, and at what that leads to. It stops when there are too many states, which it
// reports, and a trial when something is wrong.
func (s *search) followQueue() (done bool) {
	defer func() { s.queue = s.queue[:0] }()
	for next := 0; next < len(s.queue); {
		st := s.queue[next]
		if s.typesOnly {
			st = s.queue[len(s.queue)-1]
			s.queue = s.queue[:len(s.queue)-1]
			if !s.admit(st) {
				continue
			}
		} else {
			s.queue[next] = nil
			next++
		}
		if st.typ.abstract() {
			s.expandAbstract(st)
		} else {
			s.expandObject(st)
		}
		if s.count > s.options.MaxStates {
			s.errors = append(s.errors, s.exceeded())
			return false
		}
		if s.trying && len(s.errors) > 0 {
			return false
		}
	}
	return true
}

// enter queues a state. In a run depth first, whether it shows anything new is seen when its turn comes.
func (s *search) enter(st *state) {
	if s.typesOnly || s.admit(st) {
		s.queue = append(s.queue, st)
	}
}

// admit takes note of a state and tells whether it could show what no other state shows.
func (s *search) admit(st *state) bool {
	key := stateKey(st)
	same := s.visited[key]
	for _, known := range same {
		if known.covers(st) {
			return false
		}
	}
	others := s.byType[st.typ]
	if len(same) == 0 && len(others) <= maxSubsetTests {
		for _, known := range others {
			if len(known.at) < len(st.at) && subset(known.at, st.at) && known.covers(st) {
				return false
			}
		}
	}
	s.visited[key] = append(same, st)
	s.byType[st.typ] = append(others, st)
	s.note(func() { s.visited[key], s.byType[st.typ] = same, others })
	s.count++
	return true
}

// covers tells whether a path at st has no more to answer, and no less to answer it with, than one at known, places
// aside: more settled labels ask for less, more contexts give more.
func (known *state) covers(st *state) bool {
	if !subset(known.labels, st.labels) {
		return false
	}
	for i, set := range known.contexts {
		if set && !st.contexts[i] {
			return false
		}
	}
	return true
}

func stateKey(st *state) string {
	numbers := append([]int32{int32(st.typ.index)}, st.at...)
	return unsafe.String((*byte)(unsafe.Pointer(&numbers[0])), len(numbers)*4) // numbers is not used again
}

func subset(small, large []int32) bool {
	if len(small) > len(large) {
		return false
	}
	i := 0
	for _, v := range small {
		for i < len(large) && large[i] < v {
			i++
		}
		if i == len(large) || large[i] != v {
			return false
		}
	}
	return true
}

func (s *search) expandAbstract(st *state) {
	if len(st.typ.possible) > 0 && s.untyped(st.at) {
		s.stuckOnType(st)
		return
	}
	for _, x := range st.typ.possible {
		if x.inaccessible {
			continue
		}
		if at := s.meet(st.at, x); len(at) > 0 {
			s.enter(&state{
				typ: x, at: s.closure(at), from: at, labels: st.labels, contexts: st.contexts, parent: st,
			})
		}
	}
}

func (s *search) expandObject(st *state) {
	contexts := s.contextsBelow(st)
	for _, i := range s.fieldsToFollow(st, contexts) {
		field := st.typ.fields[i]
		if field.inaccessible || field.returns != nil && field.returns.inaccessible {
			continue
		}
		for _, labels := range s.settle(st.labels, s.labelsOf(st.typ, field)) {
			s.advance(st, field, labels, contexts)
		}
	}
}

func (s *search) advance(st *state, field *field, labels []int32, contexts []bool) {
	targets, found := s.follow(st.at, field.name, following{
		labels:   func(r *resolver) bool { return r.label == "" || s.switched(labels, r) },
		contexts: func(r *resolver) bool { return contextsSet(st.contexts, r) },
	})
	if !found {
		s.stuckOnField(st, field, labels)
		return
	}
	if field.returns == nil {
		return
	}
	if field.returns.abstract() && len(targets) > 1 {
		s.compareRuntimeTypes(st, field, targets)
	}
	next := &state{
		typ: field.returns, at: targets, from: targets, labels: labels, contexts: contexts, parent: st, field: field,
	}
	if !field.returns.abstract() {
		next.at = s.closure(targets)
	}
	s.enter(next)
}

// labelsOf lists the labels that decide who resolves a field, its interface objects' included.
func (s *search) labelsOf(t *typ, f *field) []string {
	labels := f.labels
	for _, o := range t.objects {
		if other := o.typ.byName[f.name]; other != nil {
			for _, l := range other.labels {
				labels = appendNew(labels[:len(labels):len(labels)], l)
			}
		}
	}
	return labels
}

// settle returns the ways to settle those of wanted that are not settled yet. Each must be answered.
func (s *search) settle(settled []int32, wanted []string) [][]int32 {
	ways := [][]int32{settled}
	for _, label := range wanted {
		number, known := s.labels[label]
		if !known {
			number = int32(len(s.labels))
			s.labels[label] = number
		}
		if slices.Contains(settled, 2*number) || slices.Contains(settled, 2*number+1) {
			continue
		}
		var next [][]int32
		for _, way := range ways {
			for _, value := range []int32{2 * number, 2*number + 1} {
				with := append(slices.Clone(way), value)
				slices.Sort(with)
				next = append(next, with)
			}
		}
		ways = next
	}
	return ways
}

func (s *search) switched(labels []int32, r *resolver) bool {
	value := 2 * s.labels[r.label]
	if r.labelOn {
		value++
	}
	return slices.Contains(labels, value)
}

func contextsSet(set []bool, r *resolver) bool {
	for _, use := range r.contexts {
		if !set[use.index] {
			return false
		}
	}
	return true
}

// contextsBelow returns the contexts that hold beneath an object: its own values hide those from above.
func (s *search) contextsBelow(st *state) []bool {
	below := st.contexts
	copied := false
	for _, use := range s.uses {
		if !setsContext(st.typ, use.context) {
			continue
		}
		if !copied {
			below, copied = slices.Clone(below), true
		}
		below[use.index] = s.resolvable(st.at, st.typ, use.selection)
	}
	return below
}

func setsContext(t *typ, name string) bool {
	return slices.Contains(t.contexts, name) ||
		slices.ContainsFunc(t.parents, func(p *typ) bool { return slices.Contains(p.contexts, name) })
}
