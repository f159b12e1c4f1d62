package plan

import (
	"math/bits"
	"slices"

	"github.com/weft-graphql/weft/router/supergraph"
)

// maxLevels bounds the number of waves; deeper plans do not occur, and levels are bits of a word.
const maxLevels = 60

// from is the set of levels from n on.
func from(n int) uint64 { return ^uint64(0) << n }

// first is the lowest level of a set, 0 for none.
func first(levels uint64) int {
	if levels == 0 {
		return 0
	}
	return bits.TrailingZeros64(levels)
}

// saturate finds out in which waves every subgraph's view of every position can be had if requests cost nothing, wave
// by wave, until everything the operation asks for is known. The number of waves it takes is the shortest possible
// critical path. It returns 0 when the operation cannot be answered.
func (r *run) saturate(root *position, roots []int) int {
	for _, g := range roots {
		n := r.mem.nodes.New()
		*n = node{position: root, graph: g, decl: root.typ}
		root.nodes = r.mem.nodeLists.Append(root.nodes, n)
		r.nodes = r.mem.nodeLists.Append(r.nodes, n)
		r.have(n, 1<<1)
	}
	for level := 1; level < maxLevels; level++ {
		if r.goalsKnown(level) {
			return level
		}
		if !r.wave(level+1) && !r.forgetNobody() {
			return 0
		}
	}
	return 0
}

// forgetNobody gives up what is wanted of objects that cannot be, since no type of the graph implements their
// interface, and that nobody can be asked for; it tells whether there was any of it.
func (r *run) forgetNobody() bool {
	forgotten := false
	forget := func(w *want) {
		forgotten = forgotten || w.goal
		w.goal = false
	}
	for _, p := range r.positions {
		if !r.t.nobody(p.typ) {
			continue
		}
		for _, c := range p.classes {
			for _, w := range c.wants {
				if w.known > 0 {
					continue
				}
				forget(w)
				if w.child != nil {
					for _, below := range w.child.classes {
						below.vacuous(forget)
					}
				}
			}
		}
		if p.needType && p.typed == 0 {
			forgotten, p.needType = true, false
		}
	}
	r.open = slices.DeleteFunc(r.open, func(w *want) bool { return !w.goal })
	return forgotten
}

// nobody tells that there can be no objects of a type: no type implements the interface, and no subgraph has interface
// objects that stand for some.
func (t *tables) nobody(typ *supergraph.Type) bool {
	return typ.IsAbstract() && typ.Possible.Empty() && t.types[typ.ID].object.empty()
}

// goalsKnown tells whether all goals are known at a level.
func (r *run) goalsKnown(level int) bool {
	for len(r.open) > 0 {
		w := r.open[len(r.open)-1]
		if w.known == 0 || w.known > level {
			return false
		}
		r.open = r.open[:len(r.open)-1]
	}
	for _, p := range r.positions {
		if p.needType && p.sel != nil && (p.typed == 0 || p.typed > level) && len(p.nodes) > 0 {
			return false
		}
	}
	return true
}

// wave makes all jumps that become possible at a level; false when there are none.
func (r *run) wave(level int) bool {
	progress := false
	// Positions and jumps are added while nodes are; those of this wave are too late for it.
	for i := 0; i < len(r.jumps); {
		j := r.jumps[i]
		if !r.canJump(j, level-1) {
			i++
			continue
		}
		r.jumps = slices.Delete(r.jumps, i, i+1)
		progress = true
		r.jumped(j, level)
	}
	for i := 0; i < len(r.specials); {
		s := r.specials[i]
		n := r.entered(s.want.class, s.way)
		if n == nil || n.levels&(1<<level) == 0 || !knownBy(s.inputs, level-1) {
			i++
			continue
		}
		r.specials = slices.Delete(r.specials, i, i+1)
		progress = true
		s.node, s.levels = n, from(level)
		r.resolved(s.want, level)
		if s.want.child != nil {
			r.below(n, s.want, s.way, s, s.levels)
		}
	}
	return progress
}

func (r *run) canJump(j *jump, level int) bool {
	p := j.class.position
	if !knownBy(j.inputs, level) {
		return false
	}
	if j.typed() && (p.typed == 0 || p.typed > level) {
		return false
	}
	if len(j.inputs) > 0 && !j.entry.back {
		return true
	}
	return slices.ContainsFunc(p.nodes, func(n *node) bool {
		at := first(n.levels)
		return at != 0 && at <= level && j.from(n)
	})
}

// from tells whether a jump can start with objects as a subgraph returned them.
func (j *jump) from(n *node) bool {
	return !j.entry.back || n.graph == j.entry.graph && n.jump == nil && !n.object
}

// knownBy tells whether all inputs are known at a level.
func knownBy(inputs []*want, level int) bool {
	for _, w := range inputs {
		if w.child != nil && !w.child.collapsed && w.items != nil && !w.settled {
			p := w.child
			if len(p.nodes) == 0 || p.needType && (p.typed == 0 || p.typed > level) || !knownBy(p.required, level) {
				return false
			}
		}
		if w.known == 0 || w.known > level {
			return false
		}
	}
	return true
}

// jumped enters a subgraph for a class.
func (r *run) jumped(j *jump, level int) {
	c := j.class
	p := c.position
	for _, n := range c.nodes {
		if n.graph == j.entry.graph && n.decl == j.entry.as {
			j.node = n
			r.have(n, from(level))
			return
		}
	}
	n := r.mem.nodes.New()
	*n = node{position: p, class: c, graph: j.entry.graph, decl: j.entry.as, object: j.entry.untyped, jump: j}
	j.node = n
	r.nodes = r.mem.nodeLists.Append(r.nodes, n)
	c.nodes = r.mem.nodeLists.Append(c.nodes, n)
	if c == p.unknown {
		// Such a node sees all objects of the position.
		n.class = nil
		p.nodes = r.mem.nodeLists.Append(p.nodes, n)
	}
	r.have(n, from(level))
}

// entered returns the node of a class that a representation leads to.
func (r *run) entered(c *class, w *resolver) *node {
	for _, n := range c.nodes {
		if n.graph == w.graph && n.decl == w.as {
			return n
		}
	}
	return nil
}

// have adds levels at which a node can be had, with everything that follows.
func (r *run) have(n *node, levels uint64) {
	if levels&^n.levels == 0 {
		return
	}
	n.levels |= levels
	at := first(n.levels)
	p := n.position
	if !n.object && n.class == nil && (p.typed == 0 || p.typed > at) {
		p.typed = at
	}
	if n.class != nil {
		r.haveFields(n, n.class)
		return
	}
	for _, c := range p.classes {
		if n.sees(c) {
			r.haveFields(n, c)
		} else if p.anyOf {
			c.vacuous(func(w *want) { r.resolved(w, at) })
		}
	}
	if p.unknown != nil {
		r.haveFields(n, p.unknown)
	}
}

// vacuous calls do for all wants of a class and below: the objects do not occur.
func (c *class) vacuous(do func(w *want)) {
	for _, w := range c.wants {
		do(w)
		if w.child == nil {
			continue
		}
		for _, below := range w.child.classes {
			below.vacuous(do)
		}
	}
}

// sees tells whether the subgraph can return objects of the class at this position.
func (n *node) sees(c *class) bool {
	if n.class != nil {
		return n.class == c
	}
	if c.rep.ObjectIndex < 0 || n.object {
		return true
	}
	in := n.decl.In[n.graph]
	return in != nil && in.Possible.Has(c.rep.ObjectIndex)
}

func (r *run) haveFields(n *node, c *class) {
	for _, w := range c.wants {
		way := n.resolves(w)
		if way == nil {
			continue
		}
		r.resolved(w, first(n.levels))
		if w.child != nil {
			r.below(n, w, way, nil, n.levels)
		}
	}
}

// resolves returns how the node resolves a want without further inputs; nil when it does not.
func (n *node) resolves(w *want) *resolver {
	if (w.settled || w.shared) && n.class != nil {
		return nil
	}
	as := w.class.rep
	if n.object {
		as = n.decl
	}
	f := w.facts
	if f.plain.has(n.graph) {
		for i := range f.resolvers {
			if f.resolvers[i].graph != n.graph || f.resolvers[i].as != as || f.resolvers[i].special() {
				continue
			}
			if n.class == nil && w.risky(&f.resolvers[i]) {
				return nil
			}
			return &f.resolvers[i]
		}
	}
	if len(n.provided) == 0 || !f.provided {
		return nil
	}
	def := w.members[0].def
	in := def.In[n.graph]
	if in == nil || !in.External {
		// A field of its own that it provides still needs what it needs elsewhere.
		return nil
	}
	for _, set := range n.provided {
		if providesField(set, def.Name, w.class.rep) {
			return &resolver{graph: n.graph, as: as, def: def, in: in}
		}
	}
	return nil
}

func (r *run) resolved(w *want, level int) {
	if w.known == 0 || w.known > level {
		w.known = level
	}
}

// below gives the subgraph's view of the position below a field it resolves.
func (r *run) below(n *node, w *want, way *resolver, s *special, levels uint64) {
	p := w.child
	if p.collapsed {
		return
	}
	decl := r.t.sg.Type(way.in.Type.Name())
	if decl == nil {
		return
	}
	var provided []supergraph.FieldSet
	if len(way.in.Provides) > 0 {
		provided = append(provided, way.in.Provides)
	}
	for _, set := range n.provided {
		provided = appendProvided(provided, set, w.members[0].def.Name, w.class.rep)
	}
	var child *node
	for _, c := range p.nodes {
		if c.jump == nil && c.graph == n.graph && c.decl == decl && slices.EqualFunc(c.provided, provided, sameFieldSet) {
			child = c
			break
		}
	}
	if child == nil {
		v := view{graph: n.graph, decl: decl}
		child = r.mem.nodes.New()
		*child = node{position: p, graph: n.graph, decl: decl, object: v.object(), provided: provided}
		p.nodes = r.mem.nodeLists.Append(p.nodes, child)
		r.nodes = r.mem.nodeLists.Append(r.nodes, child)
	}
	if s != nil {
		s.child = child
	}
	if !slices.ContainsFunc(child.parents, func(q parent) bool { return q.node == n && q.want == w && q.special == s }) {
		child.parents = r.mem.parents.Append(child.parents, parent{n, w, s})
	}
	r.have(child, levels)
}
