package plan

import (
	"slices"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// assigner decides, once the requests are chosen, from which of them each field is taken, and asks for it there.
type assigner struct {
	r *run
	b *builder
	assigned
}

// assigned is what was asked for.
type assigned struct {
	// sels are the selection sets of the nodes in use, by wave.
	sels map[had]*bsel
	// roots are the root calls by subgraph, entered the entity calls by position and slot.
	roots   map[int]*bcall
	entered map[enteredAt]*bcall
	// placed are the selections that fields with requirements were put into, of one of the variants of a call.
	placed map[hadSpecial]*bsel
}

// hadSpecial is a field with requirements in a wave.
type hadSpecial struct {
	special *special
	level   int
}

// had is a node in a wave.
type had struct {
	node  *node
	level int
}

// enteredAt is an entity call of a position. Requirements that contradict each other (one field with different
// arguments) cannot travel in one representation: they make several variants of the call.
type enteredAt struct {
	position *position
	slot     slot
	variant  int
	// alone is the class when it has a call of its own: that of a root type, or one that is seen as an interface object,
	// since a fragment on that cannot tell classes apart. Those that ask for the same are merged at last.
	alone *class
}

// enteredBy is where the entity call for a node is found.
func (t *assigner) enteredBy(n *node, level, variant int) enteredAt {
	at := enteredAt{position: n.position, slot: slot{n.graph, level, n.jump.entry.root, t.r.part}, variant: variant}
	if n.object || n.jump.entry.root {
		at.alone = n.jump.class
	}
	return at
}

// option is a way to have a field: from a node in a wave, or with a representation that carries its requirements.
type option struct {
	node    *node
	level   int
	special *special
}

func newAssigner(r *run, b *builder) *assigner {
	m := &r.mem.assigned
	if m.sels == nil {
		*m = assigned{
			sels: map[had]*bsel{}, roots: map[int]*bcall{}, entered: map[enteredAt]*bcall{}, placed: map[hadSpecial]*bsel{},
		}
	}
	clear(m.sels)
	clear(m.roots)
	clear(m.entered)
	clear(m.placed)
	return &assigner{r: r, b: b, assigned: *m}
}

// assign asks for everything the part of the operation at hand selects, using the chosen requests only.
func (t *assigner) assign(root *position, waves int) {
	r := t.r
	var later []*want
	for _, p := range r.positions {
		for _, c := range p.classes {
			for _, w := range c.wants {
				if !w.goal || w.part != r.part || w.child != nil && !w.child.collapsed {
					continue
				}
				// What can be had in one way only comes first: the rest can then share its requests' paths.
				if o, n := t.best(w, waves); n == 1 {
					t.goal(w, o)
				} else if n > 1 {
					later = append(later, w)
				}
			}
		}
	}
	for _, w := range later {
		if o, n := t.best(w, waves); n > 0 {
			t.goal(w, o)
		}
	}
	for _, p := range r.positions {
		if p != root && (p.via == nil || p.via.part == r.part) {
			t.complete(p)
		}
	}
}

// complete makes sure that a position is asked for at all and that its runtime type is told where it matters.
func (t *assigner) complete(p *position) {
	if p.sel != nil && t.anchor(p, t.r.rules.waves) == nil {
		return
	}
	for _, n := range p.nodes {
		for l := 1; l <= t.r.rules.waves; l++ {
			if sel := t.sels[had{n, l}]; sel != nil && n.jump == nil {
				t.b.notEmpty(sel)
			}
		}
	}
	if p.sel == nil {
		return
	}
	if len(p.typenames) == 0 && !p.needType {
		return
	}
	if sel := t.typed(p, t.r.rules.waves); sel != nil {
		for _, f := range p.typenames {
			if sel.entity {
				t.b.typename(sel, f)
			} else {
				t.b.clientTypename(sel, f)
			}
		}
		if p.needType && (sel.entity || sel.decl.IsAbstract()) {
			t.b.typename(sel, nil)
		}
	}
}

// typed returns the selection set that tells the runtime type at a position by a level.
func (t *assigner) typed(p *position, level int) *bsel {
	var best option
	cost := -1
	for _, n := range p.nodes {
		if n.object {
			continue
		}
		for l := 1; l <= level; l++ {
			if t.r.holds(n.fact, l) {
				if c := t.cost(n, l); cost < 0 || c < cost {
					best, cost = option{node: n, level: l}, c
				}
			}
		}
	}
	if cost < 0 {
		return nil
	}
	return t.use(best.node, best.level)
}

func (r *run) holds(fact int32, level int) bool { return r.rules.holds[fact+int32(level)] }

// best returns the cheapest way to have a want by a level, and how many ways there are.
func (t *assigner) best(w *want, level int) (best option, count int) {
	cost := 0
	consider := func(o option, c int) {
		if count == 0 || c < cost {
			best, cost = o, c
		}
		count++
	}
	nodes := func(list []*node) {
		for _, n := range list {
			if n.class == nil && w.class != w.class.position.unknown && !n.sees(w.class) {
				continue
			}
			if n.resolves(w) == nil {
				continue
			}
			for l := 1; l <= level; l++ {
				if t.r.holds(n.fact, l) {
					consider(option{node: n, level: l}, t.cost(n, l))
				}
			}
		}
	}
	nodes(w.class.position.nodes)
	if w.class != w.class.position.unknown {
		nodes(w.class.nodes)
	}
	for _, s := range w.specials {
		if s.node == nil {
			continue
		}
		for l := 2; l <= level; l++ {
			if s.levels&(1<<l) != 0 && t.r.holds(s.fact, l) {
				consider(option{node: s.node, level: l, special: s}, t.cost(s.node, l)+10)
			}
		}
	}
	return best, count
}

// cost estimates what it takes to use a node: nothing when it is in use already.
func (t *assigner) cost(n *node, level int) int {
	if t.sels[had{n, level}] != nil {
		return level
	}
	if n.jump != nil {
		c := 1000 * (1 + fieldSetSize(n.jump.entry.key))
		if t.entered[t.enteredBy(n, level, 0)] != nil {
			c = 500
		}
		return c + level
	}
	if len(n.parents) == 0 {
		return level
	}
	best := -1
	for _, q := range n.parents {
		if !t.r.parentHolds(q, level) {
			continue
		}
		if c := t.cost(q.node, level); best < 0 || c < best {
			best = c
		}
	}
	return best + 100
}

func (r *run) parentHolds(q parent, level int) bool {
	if q.special != nil {
		return q.special.levels&(1<<level) != 0 && r.holds(q.special.fact, level)
	}
	return r.holds(q.node.fact, level)
}

// goal takes a want of the client.
func (t *assigner) goal(w *want, o option) {
	for i := range w.members {
		m := &w.members[i]
		if m.client == nil {
			continue
		}
		bf := t.ask(w, m, o, m.client)
		if m.client.Selection != nil && bf.child != nil {
			t.b.subtree(bf.child, m.client.Selection)
		}
	}
}

// ask asks for a member of a want.
func (t *assigner) ask(w *want, m *member, o option, client *operation.Field) *bfield {
	var sel *bsel
	if o.special != nil {
		sel = t.useSpecial(o.special, o.level)
	} else {
		sel = t.use(o.node, o.level)
	}
	def, as := m.def, (*supergraph.Type)(nil)
	if o.node.object && o.node.decl != w.class.rep {
		if d := o.node.decl.Field(m.def.Name); d != nil {
			def = d
		}
	}
	if sel.entity && (o.node.object || w.class.rep.ObjectIndex < 0) {
		as = o.node.decl
	}
	in := def.In[o.node.graph]
	a := asked{def: def, typ: in.Type, args: m.args, on: w.class.types, as: as, client: client}
	if o.special != nil && len(o.special.contexts) > 0 {
		a.args = append(slices.Clone(m.args), t.contextArguments(sel.call, o.special, o.level)...)
	}
	if !m.def.Named.IsLeaf() {
		a.position = w.child
	}
	return t.b.put(sel, a)
}

// use returns the selection set of a node in a wave, asking for what leads there.
func (t *assigner) use(n *node, level int) *bsel {
	if sel := t.sels[had{n, level}]; sel != nil {
		return sel
	}
	var sel *bsel
	switch {
	case n.jump != nil:
		sel = t.enter(n, level, 0)
	case len(n.parents) == 0:
		c := t.roots[n.graph]
		if c == nil {
			c = t.b.newCall(slot{n.graph, level, true, t.r.part}, t.b.newSel(bsel{graph: n.graph, decl: n.decl}), nil)
			t.roots[n.graph] = c
		}
		sel = c.sel
	default:
		sel = t.descend(n, level)
	}
	t.sels[had{n, level}] = sel
	return sel
}

// descend asks for the field above a node.
func (t *assigner) descend(n *node, level int) *bsel {
	var q parent
	cost := -1
	for _, c := range n.parents {
		if !t.r.parentHolds(c, level) {
			continue
		}
		if k := t.cost(c.node, level); cost < 0 || k < cost {
			q, cost = c, k
		}
	}
	var sel *bsel
	for _, c := range n.parents {
		// A shared position hangs below the same field of several classes: all of them are asked for.
		if c != q && !(c.node == q.node && c.want.shared && q.want.shared && c.special == nil) {
			continue
		}
		m := &c.want.members[0]
		sel = t.ask(c.want, m, option{node: c.node, level: level, special: c.special}, m.client).child
	}
	return sel
}

// enter begins or continues the entity call for a position in a slot.
func (t *assigner) enter(n *node, level, variant int) *bsel {
	at := t.enteredBy(n, level, variant)
	c := t.entered[at]
	if c == nil {
		sel := t.b.newSel(bsel{graph: n.graph, decl: n.position.typ, entity: true})
		if n.jump.entry.root {
			sel.decl, sel.entity = n.decl, false
		}
		c = t.b.newCall(at.slot, sel, n.position)
		t.entered[at] = c
		if anchor := t.anchor(n.position, level-1); anchor != nil {
			target := t.b.mem.targets.New()
			target.at = anchor
			c.targets = t.b.mem.targetLists.Append(nil, target)
		}
	}
	t.addInput(c, n, level)
	return c.sel
}

// enterOnce is enter, unless the call is there and has a representation for the node already.
func (t *assigner) enterOnce(n *node, level, variant int) *bsel {
	if c := t.entered[t.enteredBy(n, level, variant)]; c != nil && t.input(c, n) != nil {
		return c.sel
	}
	return t.enter(n, level, variant)
}

// deferred tells whether fields of a representation are known later than a part of the answer, whose calls must not
// wait for them.
func deferred(fields []*brep, part int) bool {
	return slices.ContainsFunc(fields, func(f *brep) bool {
		return slices.ContainsFunc(f.from, func(from *bfield) bool { return from.sel.call.slot.part > part }) ||
			slices.ContainsFunc(f.told, func(c *bcall) bool { return c.slot.part > part }) || deferred(f.fields, part)
	})
}

// anchor returns the selection set whose objects stand for a position: the first that is in use, or else the cheapest.
func (t *assigner) anchor(p *position, level int) *bsel {
	var best *node
	bestLevel, cost := 0, -1
	for _, n := range p.nodes {
		if n.jump != nil {
			continue
		}
		for l := 1; l <= level; l++ {
			if !t.r.holds(n.fact, l) {
				continue
			}
			c := t.cost(n, l)
			if t.sels[had{n, l}] != nil {
				c = l - 1000
			}
			if cost == -1 || c < cost {
				best, bestLevel, cost = n, l, c
			}
		}
	}
	if best == nil {
		return nil
	}
	return t.use(best, bestLevel)
}

// useSpecial returns the selection set in which a field with requirements is asked for.
func (t *assigner) useSpecial(s *special, level int) *bsel {
	key := hadSpecial{s, level}
	if sel := t.placed[key]; sel != nil {
		return sel
	}
	t.use(s.node, level)
	fields := t.repFields(s.want.class, s.way.in.Requires, level-1, false)
	for variant := 0; ; variant++ {
		sel := t.use(s.node, level)
		if variant > 0 || deferred(fields, sel.call.slot.part) {
			sel = t.enterOnce(s.node, level, variant)
		}
		in := t.input(sel.call, s.node)
		if in == nil {
			return sel
		}
		if contradict(in.fields, fields) {
			continue
		}
		for _, f := range fields {
			in.fields = t.b.mem.mergeRep(in.fields, f)
		}
		t.placed[key] = sel
		return sel
	}
}

// addInput says how to write the representations of a class.
func (t *assigner) addInput(c *bcall, n *node, level int) {
	cl := n.jump.class
	j := t.pickKey(n, level)
	if j == nil {
		return
	}
	in := t.b.mem.inputs.New()
	*in = binput{on: cl.types}
	if n.jump.entry.root {
		return
	}
	if n.decl != cl.rep || cl == n.position.unknown {
		in.typeName = n.decl.Name
	}
	p := n.position
	if n.jump.typed() {
		if sel := t.typed(p, level-1); sel != nil {
			if sel.entity || sel.decl.IsAbstract() {
				t.b.typename(sel, nil)
			}
			c.after = t.b.mem.callLists.Append(c.after, sel.call)
		}
	}
	c.inputs = t.b.mem.inputLists.Append(c.inputs, in)
	for _, f := range t.repFields(cl, j.entry.key, level-1, true) {
		in.fields = t.b.mem.mergeRep(in.fields, f)
	}
	if n.class == nil && !n.object {
		// The interface is asked for so that the runtime type becomes known.
		t.b.typename(c.sel, nil).as = n.decl
	}
}

// input finds the representation of a node's class in a call.
func (t *assigner) input(c *bcall, n *node) *binput {
	for _, in := range c.inputs {
		if in.on.Equal(n.jump.class.types) {
			return in
		}
	}
	return nil
}

// pickKey chooses the key by which a node is entered in a wave: the one that needs the fewest fields.
func (t *assigner) pickKey(n *node, level int) *jump {
	var best *jump
	cost := 0
	for _, j := range n.jump.class.jumps {
		if j.node != n {
			continue
		}
		if !t.inputsHold(j.inputs, level-1) {
			continue
		}
		c := fieldSetSize(j.entry.key)
		for _, w := range j.inputs {
			if _, k := t.best(w, level-1); k > 0 {
				o, _ := t.best(w, level-1)
				c += 10 * t.cost(o.node, o.level)
			}
		}
		if best == nil || c < cost {
			best, cost = j, c
		}
	}
	return best
}

func (t *assigner) inputsHold(inputs []*want, level int) bool {
	for _, w := range inputs {
		if !t.r.holds(w.knownFact, level) {
			return false
		}
		if p := w.child; p != nil && !p.collapsed && w.items != nil && !w.settled {
			if p.needType && !t.r.holds(p.typedFact, level) || !t.inputsHold(p.required, level) {
				return false
			}
		}
	}
	return true
}
