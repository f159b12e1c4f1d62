package plan

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/supergraph"
)

// findJumps decides into which subgraphs it can be worth to jump for objects of a class: those that resolve a field
// which not all sources of the position resolve, and those that resolve what is needed for such jumps.
func (r *run) findJumps(c *class) {
	p := c.position
	if p.owner == nil && p.sel != nil && c.rep == r.op.Root.Parent {
		return
	}
	facts := &r.t.types[c.rep.ID]
	needed := newSubgraphSet(r.t.n)
	if c == p.unknown {
		for i := range facts.entries {
			if e := &facts.entries[i]; !e.untyped && !e.back {
				needed.add(e.graph)
			}
		}
	}
	taken := make([]bool, len(facts.entries))
	looked := 0
	for {
		// Wants can be added while jumps are: keys and requirements.
		for ; looked < len(c.wants); looked++ {
			w := c.wants[looked]
			w.settled = r.isSettled(w)
			if !w.settled {
				r.need(c, w, needed)
			}
		}
		if p.hidden >= maxHidden {
			return
		}
		grown := false
		for i := range facts.entries {
			e := &facts.entries[i]
			if taken[i] || !needed.has(e.graph) || e.back && !c.comesFrom(e) {
				continue
			}
			taken[i] = true
			grown = true
			r.addJump(c, e)
		}
		if !grown && looked == len(c.wants) {
			break
		}
	}
	r.findSpecials(c)
}

// comesFrom tells whether objects of a class can come from where an entry leads back to, and have a field there that
// requires something.
func (c *class) comesFrom(e *entry) bool {
	if !slices.ContainsFunc(c.position.views, func(v view) bool { return v.graph == e.graph && !v.object() }) {
		return false
	}
	return slices.ContainsFunc(c.wants, func(w *want) bool {
		return slices.ContainsFunc(
			w.facts.resolvers,
			func(w resolver) bool { return w.graph == e.graph && len(w.in.Requires) > 0 },
		)
	})
}

// isSettled tells whether every source of the position resolves the want and all below it: no jump can help.
func (r *run) isSettled(w *want) bool {
	p := w.class.position
	if len(p.views) == 0 {
		return false
	}
	for _, v := range p.views {
		if !w.facts.plain.has(v.graph) || v.object() && w.class.rep.Kind == ast.Object && !resolvesAs(w, v) {
			return false
		}
	}
	m := w.members[0]
	if m.def.Named.IsLeaf() {
		return true
	}
	if w.items != nil {
		return p.sources.subsetOf(r.completeItems(w.items, m.def.Named))
	}
	if sel := m.client.Selection; len(sel.Fields) > 0 {
		return p.sources.subsetOf(r.completeOf[m.client.ID])
	}
	return true
}

// keyed tells whether all objects of a type can be entered somewhere.
func (t *tables) keyed(typ *supergraph.Type) bool {
	for o := range typ.Possible.All {
		if !slices.ContainsFunc(t.types[t.sg.Objects[o].ID].entries, func(e entry) bool { return !e.back }) {
			return false
		}
	}
	return true
}

func resolvesAs(w *want, v view) bool {
	return slices.ContainsFunc(w.facts.resolvers, func(way resolver) bool {
		return way.graph == v.graph && way.as == v.decl && !w.risky(&way)
	})
}

// need marks the subgraphs that can help with a want.
func (r *run) need(c *class, w *want, needed subgraphSet) {
	facts := &r.t.types[c.rep.ID]
	for i := range w.facts.resolvers {
		g := w.facts.resolvers[i].graph
		if needed.has(g) {
			continue
		}
		if w.goal || !w.members[0].def.Named.IsLeaf() {
			needed.add(g)
			continue
		}
		// A key field is no reason to jump by a key that has it.
		for j := range facts.entries {
			e := &facts.entries[j]
			if e.graph == g && !slices.ContainsFunc(e.key, func(item *supergraph.FieldSetItem) bool { return item.Name == w.members[len(w.members)-1].def.Name }) {
				needed.add(g)
				break
			}
		}
	}
}

// findSpecials prepares the fields with requirements. It runs until no requirement adds a want that needs more jumps.
func (r *run) findSpecials(c *class) {
	for i := 0; i < len(c.wants); i++ {
		w := c.wants[i]
		if !w.facts.special || len(w.specials) > 0 {
			continue
		}
		before := len(c.wants)
		for j := range w.facts.resolvers {
			way := &w.facts.resolvers[j]
			if !way.special() ||
				!slices.ContainsFunc(c.jumps, func(j *jump) bool { return j.entry.graph == way.graph && j.entry.as == way.as }) {
				continue
			}
			contexts, wants, ok := r.contexts(c, way)
			if !ok {
				continue
			}
			inputs := append(r.inputs(c, way.in.Requires), wants...)
			s := r.mem.specials.New()
			*s = special{want: w, way: way, inputs: inputs, contexts: contexts}
			w.specials = r.mem.specialLists.Append(w.specials, s)
		}
		if len(c.wants) > before {
			r.findMoreJumps(c, before)
		}
	}
}

// findMoreJumps looks at wants that were added after the jumps of a class were found.
func (r *run) findMoreJumps(c *class, from int) {
	facts := &r.t.types[c.rep.ID]
	needed := newSubgraphSet(r.t.n)
	for i := from; i < len(c.wants); i++ {
		w := c.wants[i]
		w.settled = r.isSettled(w)
		if !w.settled {
			r.need(c, w, needed)
		}
		for j := range facts.entries {
			e := &facts.entries[j]
			if !needed.has(e.graph) || e.back && !c.comesFrom(e) || c.position.hidden >= maxHidden {
				continue
			}
			if !slices.ContainsFunc(c.jumps, func(j *jump) bool { return j.entry == e }) {
				r.addJump(c, e)
			}
		}
	}
}

// children builds the positions below a class.
func (r *run) children(c *class) {
	for _, w := range c.wants {
		r.child(c, w)
	}
}

// child builds the position below a want.
func (r *run) child(c *class, w *want) {
	m := w.members[0]
	switch {
	case m.def.Named.IsLeaf() || w.child != nil:
	case w.items != nil:
		w.child = r.childPosition(w, nil, w.items, r.childViews(c, w))
	case !r.share(c, w):
		w.child = r.childPosition(w, m.client.Selection, nil, r.childViews(c, w))
	}
}

// share gives a want the child position of another class when all sources of the position resolve both: then the
// objects below need not be told apart by what they hang below. Values without keys must be, unless the sources
// resolve all of them: what is missing comes with the object that they hang below, from where its class can be
// entered. So must what hangs below objects that set a context.
func (r *run) share(c *class, w *want) bool {
	p := c.position
	if len(p.classes) < 2 || len(p.views) == 0 || !w.settled && !r.t.keyed(w.members[0].def.Named) {
		return false
	}
	if len(c.rep.Contexts) > 0 {
		return false
	}
	for _, v := range p.views {
		if !w.facts.plain.has(v.graph) || v.object() && !resolvesAs(w, v) {
			return false
		}
	}
	for _, o := range p.classes {
		if o == c {
			return false
		}
		for _, ow := range o.wants {
			if ow.child == nil || ow.items != nil || ow.members[0].client == nil || ow.members[0].client != w.members[0].client {
				continue
			}
			if ow.facts.class != w.facts.class {
				return false
			}
			ow.shared, w.shared = true, true
			w.child = ow.child
			return true
		}
	}
	return false
}

// childViews returns how subgraphs see the value of a want: the sources of the position and the subgraphs that can be
// entered from there.
func (r *run) childViews(c *class, w *want) []view {
	p := c.position
	reach := p.sources
	if !w.settled {
		reach = r.reach(c)
	}
	var out []view
	for i := range w.facts.resolvers {
		way := &w.facts.resolvers[i]
		if !reach.has(way.graph) {
			continue
		}
		if decl := r.t.sg.Type(way.in.Type.Name()); decl != nil {
			out = r.mem.views.Append(out, view{graph: way.graph, decl: decl})
		}
	}
	name := w.members[0].def.Name
	for _, v := range p.views {
		for _, set := range v.provided {
			in := w.members[0].def.In[v.graph]
			if in == nil || !in.External || !providesField(set, name, c.rep) {
				continue
			}
			if decl := r.t.sg.Type(in.Type.Name()); decl != nil {
				out = r.mem.views.Append(out, view{graph: v.graph, decl: decl})
			}
		}
	}
	for i := range out {
		out[i].provided = r.providedBelow(p, c, w, out[i].graph)
	}
	return out
}

// providedBelow collects the @provides that can hold below a want in a subgraph.
func (r *run) providedBelow(p *position, c *class, w *want, g int) []supergraph.FieldSet {
	var out []supergraph.FieldSet
	def := w.members[0].def
	if in := def.In[g]; in != nil && len(in.Provides) > 0 {
		out = append(out, in.Provides)
	}
	for _, v := range p.views {
		if v.graph == g {
			for _, set := range v.provided {
				out = appendProvided(out, set, def.Name, c.rep)
			}
		}
	}
	return out
}

// appendProvided adds what a @provides says below a field of a type.
func appendProvided(
	out []supergraph.FieldSet,
	set supergraph.FieldSet,
	name string,
	typ *supergraph.Type,
) []supergraph.FieldSet {
	for _, item := range set {
		switch {
		case item.On != nil:
			if typ.ObjectIndex < 0 || item.On.Possible.Has(typ.ObjectIndex) {
				out = appendProvided(out, item.Items, name, typ)
			}
		case item.Name == name && len(item.Items) > 0:
			out = append(out, item.Items)
		}
	}
	return out
}

// providesField tells whether a @provides names a field of a type.
func providesField(set supergraph.FieldSet, name string, typ *supergraph.Type) bool {
	for _, item := range set {
		if item.On != nil {
			if (typ.ObjectIndex < 0 || item.On.Possible.Has(typ.ObjectIndex)) && providesField(item.Items, name, typ) {
				return true
			}
		} else if item.Name == name {
			return true
		}
	}
	return false
}

// reach returns the subgraphs in which objects of a class can be had at all.
func (r *run) reach(c *class) subgraphSet {
	out := c.position.sources.clone()
	for grown := true; grown; {
		grown = false
		for _, j := range c.jumps {
			if out.has(j.entry.graph) || !r.keyReadable(c, j.entry, out) {
				continue
			}
			out.add(j.entry.graph)
			grown = true
		}
	}
	return out
}

// keyReadable tells whether all fields of a key are resolved in one of the subgraphs, not looking below the first
// level.
func (r *run) keyReadable(c *class, e *entry, from subgraphSet) bool {
	for _, item := range e.key {
		def := c.rep.Field(item.Name)
		if def == nil {
			continue
		}
		ok := false
		for i := range r.t.facts(def).resolvers {
			if from.has(r.t.facts(def).resolvers[i].graph) {
				ok = true
				break
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

func (r *run) addJump(c *class, e *entry) {
	j := r.mem.jumps.New()
	*j = jump{class: c, entry: e, inputs: r.inputs(c, e.key)}
	c.jumps = r.mem.jumpLists.Append(c.jumps, j)
}
