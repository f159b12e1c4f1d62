package satisfiability

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// node is where a path can stand: a type in a subgraph, with the external fields that a @provides above opens. The
// type of a node may be narrower than the supergraph's (a subgraph may return an implementation), or an interface
// that is an object in this subgraph.
type node struct {
	id     int32
	typ    *typ
	graph  int
	object bool    // the type is an @interfaceObject here
	usable []int32 // by field index: the node the field leads to, leaf for a leaf, blocked otherwise
	reach  []int32 // nodes one can be at instead by moving along keys, itself first
	jumps  []jump  // where keys of other subgraphs may lead, in order of subgraph

	waiting []int32 // blocked fields that need something; see growProvided

	// A node with a view has these instead of usable. Most of its fields are like those of the node without it.
	view   ast.SelectionSet // what is provided here; nil usually
	opened map[string]ast.SelectionSet
	base   *node           // the same place without the view
	own    map[int32]int32 // usable, of the fields for which it can be another than the base's
}

// leadsTo returns where a field leads.
func (n *node) leadsTo(field int32) int32 {
	if n.base == nil {
		return n.usable[field]
	}
	if to, differs := n.own[field]; differs {
		return to
	}
	return n.base.usable[field]
}

// Values of node.usable that are no node.
const (
	blocked int32 = -1
	leaf    int32 = -2
)

// jump is one key by which to enter a subgraph; a nil key asks for nothing (root types).
type jump struct {
	to  int32
	key *key
}

// viewPlace is a place where a view, here printed, is open.
type viewPlace struct {
	objectAt
	view string
}

// facts are what does not depend on the path: which fields resolve at a node and where one can move from it. They
// grow from nothing until nothing changes, so that no condition counts that depends on itself.
type facts struct {
	*model
	nodes   []*node
	byPlace map[objectAt]*node  // nodes without a view
	byView  map[viewPlace]*node // nodes with one
	changed bool                // since the last round

	// For extendReach: which nodes it has reached, and by which keys it cannot move.
	marks    []int
	lastMark int
	unmet    map[string]bool
}

func computeFacts(m *model) *facts {
	f := &facts{
		model: m, byPlace: map[objectAt]*node{}, byView: map[viewPlace]*node{}, unmet: map[string]bool{},
	}
	for _, t := range m.types {
		for graph := range t.joins {
			if t.composite() && t.joins[graph] != nil {
				f.node(t, graph, nil)
			}
		}
	}
	for f.grow() || f.growProvided() {
	}
	return f
}

// grow looks at every node once and tells whether something changed.
func (f *facts) grow() bool {
	f.changed = false
	for i := 0; i < len(f.nodes); i++ { // nodes with views appear on the way
		f.resolveFields(f.nodes[i])
	}
	// Only now, since moving takes fields of the nodes one comes to.
	for i := 0; i < len(f.nodes); i++ {
		f.extendReach(f.nodes[i])
		if f.nodes[i].view != nil {
			for _, x := range f.nodes[i].typ.possible {
				f.cast(f.nodes[i], x)
			}
		}
	}
	return f.changed
}

// growProvided looks, when all else is settled, for fields that resolve only because what they require is provided. It
// comes last because by then few are left to try, though there can be many views to try them with.
func (f *facts) growProvided() bool {
	f.changed = false
	for _, n := range f.nodes {
		if n.base == nil {
			n.waiting = nil
			for _, i := range n.typ.joins[n.graph].conditional {
				if n.usable[i] == blocked {
					n.waiting = append(n.waiting, i)
				}
			}
		}
	}
	for i := 0; i < len(f.nodes); i++ {
		n := f.nodes[i]
		if n.base == nil {
			continue
		}
		for _, field := range n.base.waiting {
			if n.leadsTo(field) == blocked {
				if to := f.resolve(n, n.typ.fields[field]); to != blocked {
					n.own[field] = to
				}
			}
		}
	}
	return f.changed
}

// node returns the node for a type in a subgraph, making it when it is new.
func (f *facts) node(t *typ, graph int, view ast.SelectionSet) *node {
	at := objectAt{t, graph}
	text := ""
	if len(view) == 0 {
		if n := f.byPlace[at]; n != nil {
			return n
		}
	} else {
		text = printSelection(view)
		if n := f.byView[viewPlace{at, text}]; n != nil {
			return n
		}
	}
	var base *node
	if text != "" {
		base = f.node(t, graph, nil)
	}
	n := &node{id: int32(len(f.nodes)), base: base, typ: t, graph: graph, object: t.objectIn(graph)}
	if text == "" {
		n.usable = make([]int32, len(t.fields))
		for i := range n.usable {
			n.usable[i] = blocked
		}
		f.byPlace[at] = n
	} else {
		n.view, n.opened, n.own = view, opened(view, t), map[int32]int32{}
		for name := range n.opened {
			if field := t.byName[name]; field != nil {
				n.own[field.index] = blocked
			}
		}
		f.byView[viewPlace{at, text}] = n
	}
	n.reach = []int32{n.id}
	f.nodes = append(f.nodes, n)
	f.changed = true
	return n
}

// entries lists the keys by which a path at n can enter other subgraphs.
func (f *facts) entries(n *node) []jump {
	if n.jumps != nil {
		return n.jumps
	}
	n.jumps = []jump{}
	add := func(t *typ, graph int) {
		j := t.joins[graph]
		if j == nil || graph == n.graph && t == n.typ && n.view == nil {
			return
		}
		to := f.node(t, graph, nil).id
		if n.typ.root {
			n.jumps = append(n.jumps, jump{to: to})
			return
		}
		for i := range j.keys {
			if j.keys[i].resolvable {
				n.jumps = append(n.jumps, jump{to: to, key: &j.keys[i]})
			}
		}
	}
	for graph := range n.typ.joins {
		add(n.typ, graph)
	}
	for _, o := range n.typ.objects {
		add(o.typ, o.graph)
	}
	return n.jumps
}

// extendReach adds what n reaches with what it reaches already. From a node of the same type one gets wherever
// that node gets, so that is taken at once: with long chains of keys it keeps the number of passes small.
func (f *facts) extendReach(n *node) {
	if n.typ.kind == ast.Union {
		return
	}
	reached := f.markReach(n)
	met := map[string]bool{} // keys, which many subgraphs have in common
	for again := true; again; {
		again = false
		clear(f.unmet)
		for _, j := range f.entries(n) {
			if f.marks[j.to] == reached || j.key != nil && f.unmet[j.key.text] {
				continue
			}
			if j.key != nil && !met[j.key.text] {
				if !f.resolvable([]int32{n.id}, n.typ, j.key.selection) {
					f.unmet[j.key.text] = true
					continue
				}
				met[j.key.text] = true
			}
			further := []int32{j.to}
			if f.nodes[j.to].typ == n.typ {
				further = f.nodes[j.to].reach // itself first
			}
			for _, id := range further {
				if f.marks[id] != reached {
					f.marks[id] = reached
					n.reach = append(n.reach, id)
				}
			}
			again, f.changed = true, true
		}
	}
}

// markReach marks the nodes n reaches and returns the mark.
func (f *facts) markReach(n *node) int {
	f.entries(n) // which can make nodes
	if len(f.marks) < len(f.nodes) {
		f.marks = append(f.marks, make([]int, len(f.nodes)-len(f.marks))...)
	}
	f.lastMark++
	for _, id := range n.reach {
		f.marks[id] = f.lastMark
	}
	return f.lastMark
}

// resolveFields finds out which of the blocked fields of n resolve by now. Of a node with a view it looks at those
// that are provided; see growProvided.
func (f *facts) resolveFields(n *node) {
	if n.base == nil {
		for i, to := range n.usable {
			if to == blocked {
				if to = f.resolve(n, n.typ.fields[i]); to != blocked {
					n.usable[i] = to
				}
			}
		}
		return
	}
	for _, i := range slices.Sorted(maps.Keys(n.own)) {
		if n.own[i] == blocked {
			n.own[i] = f.resolve(n, n.typ.fields[i])
		}
	}
}

// resolve returns where a field that was blocked at n leads.
func (f *facts) resolve(n *node, field *field) int32 {
	r := field.at[n.graph]
	if r == nil || !f.usableAt(n, field, r) {
		return blocked
	}
	f.changed = true
	if r.returns == nil {
		return leaf
	}
	return f.node(r.returns, n.graph, merged(r.provides, n.opened[field.name])).id
}

// usableAt tells whether n resolves the field, leaving aside labels and contexts, which depend on the path.
func (f *facts) usableAt(n *node, field *field, r *resolver) bool {
	if r.overridden || r.external && !n.opens(field) {
		return false
	}
	if r.needs == nil && len(r.contexts) == 0 {
		return true
	}
	return (r.needs == nil || f.resolvable([]int32{n.id}, n.typ, r.needs)) && f.resumable(n)
}

// resumable tells whether a path that left n to collect something can come back: the subgraph must have a key of the
// type and know its fields. It is asked for even where nothing has to be collected elsewhere, since values reach a
// resolver that requires them only in an entity's representation.
func (f *facts) resumable(n *node) bool {
	for i := range n.typ.joins[n.graph].keys {
		if f.local(n, n.typ.joins[n.graph].keys[i].selection) {
			return true
		}
	}
	return false
}

// local tells whether the subgraph of n resolves a selection by itself.
func (f *facts) local(n *node, selection ast.SelectionSet) bool {
	for _, s := range selection {
		switch s := s.(type) {
		case *ast.Field:
			if s.Name == "__typename" {
				continue
			}
			field := n.typ.byName[s.Name]
			if field == nil || n.leadsTo(field.index) == blocked {
				return false
			}
			if r := field.at[n.graph]; !direct.labels(r) || !direct.contexts(r) {
				return false
			}
			if to := n.leadsTo(field.index); to >= 0 && !f.local(f.nodes[to], s.SelectionSet) {
				return false
			}
		case *ast.InlineFragment:
			for _, id := range f.casts(n, s.TypeCondition) {
				if !f.local(f.nodes[id], s.SelectionSet) {
					return false
				}
			}
		}
	}
	return true
}

// resolvable tells whether every path of a selection can be answered by a path that stands at one of from, which are
// nodes of the supergraph type t.
func (f *facts) resolvable(from []int32, t *typ, selection ast.SelectionSet) bool {
	for _, s := range selection {
		switch s := s.(type) {
		case *ast.Field:
			if s.Name != "__typename" && !f.fieldResolvable(from, t, s) {
				return false
			}
		case *ast.InlineFragment:
			if !f.fragmentResolvable(from, t, s) {
				return false
			}
		}
	}
	return true
}

func (f *facts) fieldResolvable(from []int32, t *typ, s *ast.Field) bool {
	field := t.byName[s.Name]
	if field == nil {
		return false
	}
	if targets, found := f.follow(f.places(from), s.Name, direct); found {
		return field.returns == nil || f.resolvable(targets, field.returns, s.SelectionSet)
	}
	if !t.abstract() {
		return false
	}
	any := len(t.possible) == 0 // nothing is ever met
	for _, x := range t.possible {
		if at := f.meet(from, x); len(at) > 0 {
			any = true
			if !f.fieldResolvable(at, x, s) {
				return false
			}
		}
	}
	return any
}

func (f *facts) fragmentResolvable(from []int32, t *typ, s *ast.InlineFragment) bool {
	condition := f.byName[s.TypeCondition]
	if condition == nil || condition == t {
		return f.resolvable(from, t, s.SelectionSet)
	}
	if !t.abstract() { // the condition holds or the fragment is dead
		return !slices.Contains(t.parents, condition) || f.resolvable(from, t, s.SelectionSet)
	}
	any := len(t.possible) == 0
	for _, x := range t.possible {
		if x != condition && !slices.Contains(x.parents, condition) {
			continue
		}
		at := f.meet(from, x)
		if len(at) > 0 && !f.resolvable(at, x, s.SelectionSet) {
			return false
		}
		any = any || len(at) > 0
	}
	return any
}

// places returns all nodes that a path at one of from can be at by moving along keys.
func (f *facts) places(from []int32) []int32 {
	if len(from) == 1 {
		return f.nodes[from[0]].reach
	}
	return f.closure(from)
}

// closure is places, sorted.
func (f *facts) closure(from []int32) []int32 {
	if len(from) == 1 && len(f.nodes[from[0]].reach) == 1 {
		return from
	}
	var all []int32
	for _, id := range from {
		all = append(all, f.nodes[id].reach...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// following says how a field may be followed; see follow.
type following struct {
	labels   func(*resolver) bool // whether the resolver is switched on
	contexts func(*resolver) bool // whether its contexts are set
}

// direct follows fields whose resolving does not depend on the path; only they help to satisfy conditions.
var direct = following{
	labels:   func(r *resolver) bool { return r.label == "" },
	contexts: func(r *resolver) bool { return len(r.contexts) == 0 },
}

// follow returns where a field leads from nodes, and whether any of them resolves it. Interfaces only resolve fields
// themselves where they are objects: otherwise it is up to each implementation.
func (f *facts) follow(at []int32, name string, by following) (targets []int32, found bool) {
	for _, id := range at {
		n := f.nodes[id]
		if n.typ.abstract() && !n.object {
			continue
		}
		field := n.typ.byName[name]
		if field == nil || n.leadsTo(field.index) == blocked {
			continue
		}
		if r := field.at[n.graph]; !by.labels(r) || !by.contexts(r) {
			continue
		}
		found = true
		if to := n.leadsTo(field.index); to >= 0 {
			targets = append(targets, to)
		}
	}
	slices.Sort(targets)
	return slices.Compact(targets), found
}

// meet returns where a path stands that is at one of from and meets a value of the object type x; nowhere when one of
// them never returns x. A field that several subgraphs resolve means the same in all of them, so what one of them
// cannot return does not occur (compareRuntimeTypes warns of it).
func (f *facts) meet(from []int32, x *typ) []int32 {
	for _, id := range from {
		if n := f.nodes[id]; !n.object && len(f.cast(n, x)) == 0 {
			return nil
		}
	}
	return f.castAll(from, x)
}

// castAll returns the places of an object of type x that is met at one of from, wherever it can be.
func (f *facts) castAll(from []int32, x *typ) []int32 {
	var all []int32
	for _, id := range from {
		n := f.nodes[id]
		all = append(all, f.cast(n, x)...)
		if !n.object {
			continue
		}
		known := false
		for _, other := range n.reach[1:] { // the type has to be asked where the interface is one
			if o := f.nodes[other]; !o.object {
				if at := f.cast(o, x); len(at) > 0 {
					known = true
					all = append(all, at...)
				}
			}
		}
		if known {
			all = append(all, id)
			for _, other := range n.reach[1:] {
				if f.nodes[other].object {
					all = append(all, other)
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// untyped tells whether all of nodes are interface objects from which the runtime type cannot be asked.
func (f *facts) untyped(from []int32) bool {
	for _, id := range from {
		n := f.nodes[id]
		if !n.object {
			return false
		}
		for _, other := range n.reach {
			if !f.nodes[other].object {
				return false
			}
		}
	}
	return len(from) > 0
}

// cast returns the node for a value of object type x at n, if the subgraph can return one there.
func (f *facts) cast(n *node, x *typ) []int32 {
	switch {
	case n.typ == x:
		return []int32{n.id}
	case n.object || x.joins[n.graph] == nil:
		return nil
	}
	if in := n.typ.memberIn[x]; in == nil || !in[n.graph] {
		return nil
	}
	return []int32{f.node(x, n.graph, viewOf(n.view, x)).id}
}

// casts returns the nodes of the runtime types at n to which a type condition applies.
func (f *facts) casts(n *node, condition string) []int32 {
	t := f.byName[condition]
	if t == nil || t == n.typ || n.object {
		return []int32{n.id}
	}
	if !n.typ.abstract() {
		if slices.Contains(n.typ.parents, t) {
			return []int32{n.id}
		}
		return nil
	}
	var all []int32
	for _, x := range n.typ.possible {
		if x == t || slices.Contains(x.parents, t) {
			all = append(all, f.cast(n, x)...)
		}
	}
	return all
}
