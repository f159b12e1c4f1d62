package plan

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/supergraph"
)

// identify asks mutations for the keys of the entities they answer with, so that a cache can tell which ones have
// changed. Only keys of the subgraph itself are asked for, which it must be able to resolve.
func (b *builder) identify() {
	for _, c := range b.calls {
		if c.position == nil {
			b.identifyBelow(c.sel)
		}
	}
}

func (b *builder) identifyBelow(sel *bsel) {
	// What only representations need is not what the client asked to be changed.
	for _, f := range slices.Clone(sel.fields) {
		if f.child != nil && len(f.serves) > 0 {
			b.identifyBelow(f.child)
		}
	}
	if sel.owner == nil {
		return
	}
	if sel.object || sel.decl.Kind == ast.Object {
		b.identifyType(sel, sel.decl, sel.decl.Possible)
		return
	}
	in := sel.decl.In[sel.graph]
	if in == nil {
		return
	}
	any := false
	for o := range in.Possible.All {
		only := supergraph.NewTypeSet(len(b.t.sg.Objects))
		only.Add(o)
		any = b.identifyType(sel, b.t.sg.Objects[o], only) || any
	}
	if any {
		b.typename(sel, nil)
	}
}

// identifyType asks for the keys of a type and reports whether it is an entity.
func (b *builder) identifyType(sel *bsel, t *supergraph.Type, on supergraph.TypeSet) bool {
	in := t.In[sel.graph]
	if in == nil || len(in.Keys) == 0 {
		return false
	}
	for _, key := range b.identifying(t, sel.graph) {
		b.subtreeItems(sel, key, on)
	}
	return true
}

// identifying picks keys by which the most subgraphs know a type: the first, and others for subgraphs that do not have
// that one.
func (b *builder) identifying(t *supergraph.Type, graph int) []supergraph.FieldSet {
	own := t.In[graph].Keys
	var picked []supergraph.FieldSet
	pick := func(known []*supergraph.Key) {
		has := func(set supergraph.FieldSet) bool {
			return slices.ContainsFunc(known, func(k *supergraph.Key) bool { return sameFieldSet(k.FieldSet, set) })
		}
		if len(known) == 0 || slices.ContainsFunc(picked, has) {
			return
		}
		for _, k := range own {
			if has(k.FieldSet) && b.resolves(graph, k.FieldSet) {
				picked = append(picked, k.FieldSet)
				return
			}
		}
	}
	pick(own)
	for _, as := range append([]*supergraph.Type{t}, t.Interfaces...) {
		for _, in := range as.In {
			if in != nil && (as == t || in.InterfaceObject) {
				pick(in.Keys)
			}
		}
	}
	return picked
}

// resolves tells whether a subgraph can be asked for all fields of a field set without further input.
func (b *builder) resolves(graph int, set supergraph.FieldSet) bool {
	for _, item := range set {
		if item.Field != nil && !b.t.facts(item.Field).plain.has(graph) || !b.resolves(graph, item.Items) {
			return false
		}
	}
	return true
}
