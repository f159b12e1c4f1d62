package plan

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// position is a composite value of the response, as the planner sees it: a selection set of the operation, or a value
// that only keys and @requires need (hidden).
//
// A position below an abstract type is split by the classes of its parent where these are resolved by different
// subgraphs; one selection set of the operation can therefore be several positions.
type position struct {
	// typ is the declared type of the value.
	typ *supergraph.Type
	// sel is the client's selection; nil for a hidden position, which has items instead.
	sel   *operation.SelectionSet
	items supergraph.FieldSet
	// owner and via are the class and want this position hangs below; nil at the root.
	owner *class
	via   *want
	// sources are the subgraphs that can resolve the field this position hangs below, and views the same in detail.
	sources subgraphSet
	views   []view
	// collapsed tells that every source resolves all that is wanted here and below, so that nothing is to be decided.
	collapsed bool
	classes   []*class
	// unknown stands for objects whose runtime type is not known yet, at positions that an interface object can produce.
	unknown *class
	// nodes are the subgraphs' views of all objects of the position.
	nodes []*node
	// typenames are the client's __typename fields; needType tells that the runtime type must be known at last, or, of a
	// hidden position, before a representation with its objects is sent.
	typenames []*operation.Field
	needType  bool
	// typed is the earliest level at which the runtime type is known.
	typed int
	// anyOf tells that the sources disagree on the possible types altogether: a type that a source does not know
	// cannot occur when that source is used.
	anyOf bool
	// required are the wants of a hidden position that its items name.
	required []*want
	// hidden is the number of hidden positions around this one, itself included.
	hidden int
	// typedFact is the first of the facts "the runtime type is known after wave 1, 2, ...".
	typedFact int32
}

// view is how one subgraph sees the objects of a position when it resolves the field above.
type view struct {
	graph    int
	decl     *supergraph.Type
	provided []supergraph.FieldSet
}

// class is a set of runtime types of a position that are resolved alike.
type class struct {
	position *position
	types    supergraph.TypeSet
	// rep is one of the types, standing for all.
	rep   *supergraph.Type
	wants []*want
	// nodes are subgraphs entered for objects of this class.
	nodes []*node
	jumps []*jump
	// cautious classes have wants that must not be asked of objects of other types; see want.risky.
	cautious bool
}

// part is the part of the answer that has the objects.
func (p *position) part() int {
	if p.via == nil {
		return 0
	}
	return p.via.part
}

// want is a field, or several leaf fields with the same resolvers, that objects of a class shall have.
type want struct {
	class   *class
	facts   *fieldFacts
	members []member
	// one is the memory of members as long as there is only one.
	one [1]member
	// items is what is needed of a composite field that only representations need.
	items supergraph.FieldSet
	child *position
	// goal tells that the operation asks for it; input that a representation needs it.
	goal, input bool
	// part is the part of the answer that asks for it: 0 for the first, one more than Defer.ID for deferred ones.
	part int
	// settled tells that every source of the position resolves it and all below.
	settled bool
	// some tells that the client asks for it on some types of a position only, whose type may be unknown yet.
	some bool
	// shared tells that classes share the child position: only a view of the whole position may resolve it.
	shared bool
	// known is the earliest level at which it can be known; 0 while it is not.
	known    int
	specials []*special
	// knownFact is the first of the facts "known at level 1, 2, ..."; goalFact the fact "known at last".
	knownFact, goalFact int32
}

// member is one field of a want.
type member struct {
	def  *supergraph.Field
	args []operation.Argument
	// client is the client's field; nil when only representations need it.
	client *operation.Field
}

// directed tells whether the client's field has directives for subgraphs: representations cannot be made of it.
func (m *member) directed() bool { return m.client != nil && len(m.client.AppliedDirectives()) > 0 }

// node is a subgraph's view of objects: whoever has it can read fields there.
type node struct {
	position *position
	// class is the class that was entered by a representation; nil for views of the whole position.
	class *class
	graph int
	// decl is the type the subgraph declares for the value.
	decl *supergraph.Type
	// object tells that decl is an interface object there: the runtime type is not told.
	object bool
	// provided are the field sets of @provides that hold here.
	provided []supergraph.FieldSet
	// parents are the nodes whose fields lead here; empty for the root and for entered classes.
	parents []parent
	// levels are the waves in which the node can be had, as bits.
	levels uint64
	// fact is the first of the facts "had in wave 1, 2, ...".
	fact int32
	jump *jump
}

type parent struct {
	node    *node
	want    *want
	special *special
}

// jump is a way of entering a subgraph with a representation.
type jump struct {
	class  *class
	entry  *entry
	inputs []*want
	node   *node
}

// typed tells whether the runtime type of the objects must be known before the jump.
func (j *jump) typed() bool {
	p := j.class.position
	return p.unknown != nil && j.class != p.unknown && (j.entry.as == j.class.rep || j.class.cautious)
}

// special is a field that a subgraph resolves only with more inputs than the key.
type special struct {
	want   *want
	way    *resolver
	inputs []*want
	// contexts are the arguments that objects further up fill.
	contexts []contextInput
	// node is the entered node that resolves it.
	node   *node
	child  *node
	levels uint64
	fact   int32
}

// maxHidden bounds how deep keys may need keys of their own.
const maxHidden = 4

// rootPosition builds the positions of an operation whose root is asked of one subgraph, or of every one.
func (r *run) rootPosition(sel *operation.SelectionSet, from int) *position {
	p := r.mem.positions.New()
	*p = position{typ: sel.Parent, sel: sel, sources: r.newSet()}
	for g, in := range sel.Parent.In {
		if in != nil && (from == g || from == everySubgraph) {
			p.views = r.mem.views.Append(p.views, view{graph: g, decl: sel.Parent})
			p.sources.add(g)
		}
	}
	r.positions = r.mem.positionLists.Append(r.positions, p)
	c := r.newClass(p, sel.Parent.Possible, sel.Parent)
	p.classes = r.mem.classLists.Append(nil, c)
	r.clientWants(c, sel)
	r.finish(p)
	return p
}

// childPosition builds the position below a composite want. views are those of the subgraphs that can resolve the want.
func (r *run) childPosition(w *want, sel *operation.SelectionSet, items supergraph.FieldSet, views []view) *position {
	p := r.mem.positions.New()
	*p = position{typ: w.members[0].def.Named, sel: sel, items: items, owner: w.class, via: w, views: views,
		sources: r.newSet(), hidden: w.class.position.hidden}
	if sel == nil {
		p.hidden++
	}
	for _, v := range views {
		p.sources.add(v.graph)
	}
	split := sel != nil && r.partial(w.members[0].client)
	if !split && p.sources.subsetOf(r.complete(sel, items, p.typ)) {
		p.collapsed = true
		return p
	}
	r.positions = r.mem.positionLists.Append(r.positions, p)
	r.classify(p)
	for _, c := range p.classes {
		if sel != nil {
			r.clientWants(c, sel)
		} else {
			p.required = append(p.required, r.inputs(c, items)...)
		}
	}
	r.finish(p)
	return p
}

// finish decides which subgraphs may be entered at the position and builds the positions below.
func (r *run) finish(p *position) {
	r.needsType(p)
	for _, c := range p.classes {
		r.findJumps(c)
	}
	if p.unknown != nil {
		r.findJumps(p.unknown)
	}
	for _, c := range p.classes {
		r.children(c)
	}
	if p.unknown != nil {
		r.children(p.unknown)
	}
}

// needsType decides whether the runtime type matters at a position that interface objects can produce.
func (r *run) needsType(p *position) {
	if p.unknown == nil {
		return
	}
	if p.sel == nil {
		p.needType = tellsTypes(p.items)
		return
	}
	for _, f := range p.sel.Fields {
		if f.IsTypename() || !p.typ.Possible.SubsetOf(f.On) {
			p.needType = true
		}
	}
}

// clientWants adds the client's fields to a class.
func (r *run) clientWants(c *class, sel *operation.SelectionSet) {
	p := c.position
	c.wants = r.mem.wantLists.Make(min(len(sel.Fields)+2, 16))[:0]
	for _, f := range sel.Fields {
		if f.Def == nil {
			// Types that are resolved alike are told apart by it.
			if f.IsTypename() && (c.rep.ObjectIndex < 0 || f.On.Intersects(c.types)) {
				p.addTypename(f)
			}
			continue
		}
		if !appliesTo(f.On, c) {
			continue
		}
		def := f.Def
		if def.Parent != c.rep {
			if own := c.rep.Field(f.Name); own != nil {
				def = own
			}
		}
		m := member{def: def, args: f.Args, client: f}
		facts := r.t.facts(def)
		part := partOf(f)
		some := p.unknown != nil && !p.typ.Possible.SubsetOf(f.On)
		if f.Selection == nil {
			if w := r.leafGroup(c, facts, part, some); w != nil {
				w.members = r.mem.members.Append(w.members, m)
				continue
			}
		}
		w := r.want(c, facts, m, true)
		w.part, w.some = part, some
		for i := range facts.resolvers {
			c.cautious = c.cautious || w.risky(&facts.resolvers[i])
		}
		c.wants = r.mem.wantLists.Append(c.wants, w)
	}
}

// want makes a want with one member.
func (r *run) want(c *class, facts *fieldFacts, m member, goal bool) *want {
	w := r.mem.wants.New()
	*w = want{class: c, facts: facts, goal: goal, one: [1]member{m}}
	w.members = w.one[:]
	return w
}

// risky tells whether a subgraph that does not know the runtime type of an object cannot be asked for the want on the
// chance that it has the right one: if it has not, and the field fails, the whole object would be null.
func (w *want) risky(way *resolver) bool {
	return w.some && way.as != w.class.rep && way.in.Type.NonNull
}

// partOf is the part of the answer a client's field belongs to; the earliest when there are several.
func partOf(f *operation.Field) int {
	part := 0
	for i, d := range f.DeferredParts() {
		if i == 0 || d.ID+1 < part {
			part = d.ID + 1
		}
	}
	return part
}

func appliesTo(on supergraph.TypeSet, c *class) bool {
	return c.rep.ObjectIndex < 0 || on.Has(c.rep.ObjectIndex)
}

func (p *position) addTypename(f *operation.Field) {
	for _, t := range p.typenames {
		if t == f {
			return
		}
	}
	p.typenames = append(p.typenames, f)
}

// leafGroup finds the leaf want whose fields have the same resolvers.
func (r *run) leafGroup(c *class, facts *fieldFacts, part int, some bool) *want {
	if facts.special || r.t.types[c.rep.ID].provides {
		return nil
	}
	for _, w := range c.wants {
		if w.facts.class == facts.class && w.part == part && w.some == some && w.members[0].def.Named.IsLeaf() {
			return w
		}
	}
	return nil
}

// inputs adds the fields of a field set, which a representation needs, to a class and returns their wants.
func (r *run) inputs(c *class, set supergraph.FieldSet) []*want {
	var out []*want
	for _, item := range set {
		switch {
		case item.On != nil:
			if c.rep.ObjectIndex < 0 || item.On.Possible.Has(c.rep.ObjectIndex) {
				for _, w := range r.inputs(c, item.Items) {
					out = r.mem.wantLists.Append(out, w)
				}
			}
		case item.Field != nil:
			if w := r.input(c, item); w != nil {
				out = r.mem.wantLists.Append(out, w)
			}
		}
	}
	return out
}

func (r *run) input(c *class, item *supergraph.FieldSetItem) *want {
	def := c.rep.Field(item.Name)
	if def == nil {
		return nil
	}
	args := literalArguments(def, item.Args)
	leaf := def.Named.IsLeaf()
	for _, w := range c.wants {
		for i := range w.members {
			m := &w.members[i]
			if m.def != def || !sameArguments(m.args, args) || m.directed() {
				continue
			}
			if leaf || w.items != nil && sameFieldSet(w.items, item.Items) {
				w.input = true
				return w
			}
		}
	}
	facts := r.t.facts(def)
	m := member{def: def, args: args}
	if leaf {
		if w := r.leafGroup(c, facts, 0, false); w != nil {
			w.members = r.mem.members.Append(w.members, m)
			w.input = true
			return w
		}
	}
	w := r.want(c, facts, m, false)
	w.input = true
	if !leaf {
		w.items = item.Items
	}
	c.wants = r.mem.wantLists.Append(c.wants, w)
	return w
}

func sameFieldSet(a, b supergraph.FieldSet) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || a[i].On != b[i].On || !sameFieldSet(a[i].Items, b[i].Items) ||
			len(a[i].Args) != len(b[i].Args) {
			return false
		}
		for j := range a[i].Args {
			if a[i].Args[j].Name != b[i].Args[j].Name || a[i].Args[j].Value.String() != b[i].Args[j].Value.String() {
				return false
			}
		}
	}
	return true
}

// literalArguments turns the arguments of a field set into those of an operation.
func literalArguments(def *supergraph.Field, list ast.ArgumentList) []operation.Argument {
	if len(list) == 0 {
		return nil
	}
	var out []operation.Argument
	for _, a := range def.Args {
		if given := list.ForName(a.Name); given != nil {
			out = append(out, operation.Argument{Name: a.Name, Value: given.Value, Type: a.Type})
		}
	}
	return out
}

func sameArguments(a, b []operation.Argument) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || a[i].Value.String() != b[i].Value.String() {
			return false
		}
	}
	return true
}
