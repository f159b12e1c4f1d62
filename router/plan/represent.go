package plan

import (
	"slices"

	"github.com/weft-graphql/weft/router/supergraph"
)

// repFields takes the fields of a key or @requires for a class, known by a level, and says how they are written into
// the representation.
func (t *assigner) repFields(c *class, set supergraph.FieldSet, level int, key bool) []*brep {
	var out []*brep
	for _, item := range set {
		switch {
		case item.On != nil:
			if c.rep.ObjectIndex < 0 || item.On.Possible.Has(c.rep.ObjectIndex) {
				for _, f := range t.repFields(c, item.Items, level, key) {
					out = t.b.mem.mergeRep(out, f)
				}
			}
		case item.Field == nil:
			out = t.b.mem.mergeRep(out, t.b.newRep(brep{name: item.Name, key: key}))
		default:
			if f := t.repField(c, item, level, key); f != nil {
				out = t.b.mem.mergeRep(out, f)
			}
		}
	}
	return out
}

func (t *assigner) repField(c *class, item *supergraph.FieldSetItem, level int, key bool) *brep {
	w, m := findInput(c, item)
	if w == nil {
		return nil
	}
	o, n := t.best(w, level)
	if n == 0 {
		return nil
	}
	bf := t.ask(w, m, o, nil)
	out := t.b.newRep(brep{name: item.Name, from: t.b.mem.fieldLists.Append(nil, bf), key: key, args: bf.args})
	switch {
	case bf.child == nil:
	case w.child.collapsed || w.settled:
		t.b.subtreeItems(bf.child, item.Items, bf.child.decl.Possible)
		out.fields = t.repItems(bf.child, item.Items, key)
	default:
		t.repPosition(out, w.child, item.Items, level, key)
	}
	return out
}

// repPosition reads a composite value whose parts can come from several calls.
func (t *assigner) repPosition(out *brep, p *position, items supergraph.FieldSet, level int, key bool) {
	sel := t.typed(p, level)
	if sel != nil && (p.typ.IsAbstract() || tellsTypes(items)) {
		told := t.b.mem.callLists.Append(nil, sel.call)
		out.fields = t.b.mem.repLists.Append(out.fields, t.b.newRep(brep{name: "__typename", told: told}))
		if sel.entity || sel.decl.IsAbstract() {
			t.b.typename(sel, nil)
		}
	}
	for _, c := range p.classes {
		for _, f := range t.repFields(c, items, level, key) {
			// What is read of an object whose type is not known is read from an interface object, whatever it is.
			if len(p.classes) > 1 && sel != nil {
				f.on = c.types
			}
			out.fields = t.b.mem.mergeRep(out.fields, f)
		}
	}
	for _, n := range p.nodes {
		for l := 1; l <= level && n.jump == nil; l++ {
			if sel := t.sels[had{n, l}]; sel != nil && sel.owner != nil && !slices.Contains(out.from, sel.owner) {
				out.from = t.b.mem.fieldLists.Append(out.from, sel.owner)
			}
		}
	}
}

// tellsTypes tells whether a field set depends on the runtime type of an object: whoever reads the representation then
// needs its __typename, even where the planner knows it without asking.
func tellsTypes(items supergraph.FieldSet) bool {
	return slices.ContainsFunc(
		items,
		func(item *supergraph.FieldSetItem) bool { return item.On != nil || item.Field == nil },
	)
}

// repItems reads a composite value that one subgraph resolves with all below it.
func (t *assigner) repItems(sel *bsel, items supergraph.FieldSet, key bool) []*brep {
	var out []*brep
	abstract := sel.decl.IsAbstract() && !sel.object
	if abstract {
		t.b.typename(sel, nil)
	}
	if abstract || tellsTypes(items) {
		out = t.b.mem.repLists.Append(out, t.b.newRep(brep{name: "__typename"}))
	}
	if sel.object {
		return t.repItemsOn(out, sel, items, nil, nil, key)
	}
	possible := sel.decl.Possible
	if in := sel.decl.In[sel.graph]; in != nil && in.Possible.Intersects(possible) {
		possible = possible.And(in.Possible)
	}
	groups := alike(items, possible)
	for _, types := range groups {
		on := types
		if len(groups) == 1 {
			on = nil
		}
		out = t.repItemsOn(out, sel, items, types, on, key)
	}
	return out
}

// alike sorts object types by the fragments of a field set that apply to them: a field that stands in several of them
// must be written once, with all that any of them selects.
func alike(items supergraph.FieldSet, possible supergraph.TypeSet) []supergraph.TypeSet {
	groups := []supergraph.TypeSet{possible}
	var split func(items supergraph.FieldSet)
	split = func(items supergraph.FieldSet) {
		for _, item := range items {
			if item.On == nil {
				continue
			}
			var finer []supergraph.TypeSet
			for _, g := range groups {
				for _, part := range []supergraph.TypeSet{g.And(item.On.Possible), g.Minus(item.On.Possible)} {
					if !part.Empty() {
						finer = append(finer, part)
					}
				}
			}
			groups = finer
			split(item.Items)
		}
	}
	split(items)
	return groups
}

// repItemsOn reads the fields that a field set has for types that the same fragments apply to; nil stands for all.
func (t *assigner) repItemsOn(
	out []*brep,
	sel *bsel,
	items supergraph.FieldSet,
	types, on supergraph.TypeSet,
	key bool,
) []*brep {
	for _, item := range items {
		switch {
		case item.On != nil:
			if types == nil || types.Intersects(item.On.Possible) {
				out = t.repItemsOn(out, sel, item.Items, types, on, key)
			}
		case item.Field == nil:
			out = t.b.mem.mergeRep(out, t.b.newRep(brep{name: item.Name, key: key}))
		default:
			f := t.b.newRep(brep{name: item.Name, on: on, key: key})
			for _, bf := range sel.fields {
				if bf.def == nil || bf.def.Name != item.Name || len(bf.applied) > 0 ||
					!sameArguments(bf.args, literalArguments(bf.def, item.Args)) {
					continue
				}
				if types != nil && !bf.on.Empty() && !bf.on.Intersects(types) {
					continue
				}
				f.from = t.b.mem.fieldLists.Append(f.from, bf)
				f.args = bf.args
				if bf.child != nil {
					for _, sub := range t.repItems(bf.child, item.Items, key) {
						f.fields = t.b.mem.mergeRep(f.fields, sub)
					}
				}
			}
			if len(f.from) > 0 {
				out = t.b.mem.mergeRep(out, f)
			}
		}
	}
	return out
}

// findInput finds the want, and its member, that stands for an item of a field set.
func findInput(c *class, item *supergraph.FieldSetItem) (*want, *member) {
	for _, w := range c.wants {
		if !w.input {
			continue
		}
		for i := range w.members {
			m := &w.members[i]
			if m.def.Name != item.Name || m.directed() || !sameArguments(m.args, literalArguments(m.def, item.Args)) {
				continue
			}
			if m.def.Named.IsLeaf() || w.items != nil && sameFieldSet(w.items, item.Items) {
				return w, m
			}
		}
	}
	return nil, nil
}

// mergeRep adds a field to those of a representation; fields of the same name and types become one.
func (s *scratch) mergeRep(list []*brep, f *brep) []*brep {
	for _, o := range list {
		if o.name != f.name || (o.on == nil) != (f.on == nil) || o.on != nil && !o.on.Equal(f.on) {
			continue
		}
		for _, bf := range f.from {
			if !slices.Contains(o.from, bf) {
				o.from = s.fieldLists.Append(o.from, bf)
			}
		}
		o.told = append(o.told, f.told...)
		o.key = o.key || f.key
		for _, sub := range f.fields {
			o.fields = s.mergeRep(o.fields, sub)
		}
		return list
	}
	return s.repLists.Append(list, f)
}

func (b *builder) newRep(rep brep) *brep {
	r := b.mem.reps.New()
	*r = rep
	return r
}

// contradict tells whether two sets of fields cannot be part of one representation: a name would stand for two values.
func contradict(a, b []*brep) bool {
	for _, x := range a {
		for _, y := range b {
			if x.name == y.name && (!sameArguments(x.args, y.args) || contradict(x.fields, y.fields)) {
				return true
			}
		}
	}
	return false
}
