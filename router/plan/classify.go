package plan

import (
	"encoding/binary"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// classify sorts the runtime types that can occur at a position into classes that are resolved alike.
func (r *run) classify(p *position) {
	types := r.feasible(p)
	if r.canBeObject(p) {
		p.unknown = r.newClass(p, p.typ.Possible, p.typ)
	}
	if types.Empty() {
		// An interface without implementations, which some subgraph defines as an object.
		p.classes = r.mem.classLists.Append(nil, r.newClass(p, p.typ.Possible, p.typ))
		p.unknown = nil
		return
	}
	if p.typ.Kind == ast.Object {
		p.classes = r.mem.classLists.Append(nil, r.newClass(p, types, p.typ))
		return
	}
	byKey := map[string]*class{}
	var key []byte
	for o := range types.All {
		typ := r.t.sg.Objects[o]
		key = r.classKey(key[:0], p, typ, o)
		c := byKey[string(key)]
		if c == nil {
			c = r.newClass(p, supergraph.NewTypeSet(len(r.t.sg.Objects)), typ)
			byKey[string(key)] = c
			p.classes = r.mem.classLists.Append(p.classes, c)
		}
		c.types.Add(o)
	}
}

func (r *run) newClass(p *position, types supergraph.TypeSet, rep *supergraph.Type) *class {
	c := r.mem.classes.New()
	*c = class{position: p, types: types, rep: rep}
	return c
}

// classKey describes everything that decides how objects of a type are resolved at a position.
func (r *run) classKey(key []byte, p *position, typ *supergraph.Type, o int) []byte {
	key = binary.AppendUvarint(key, uint64(r.t.types[typ.ID].class))
	for _, v := range p.views {
		key = append(key, bit(r.t.possible(v, o)))
		for _, set := range v.provided {
			key = appendConditions(key, set, o)
		}
	}
	if p.sel == nil {
		return r.itemsKey(key, p.items, typ)
	}
	for _, f := range p.sel.Fields {
		if f.Def == nil || !f.On.Has(o) {
			key = append(key, 0)
			continue
		}
		key = binary.AppendUvarint(key, uint64(r.t.facts(typ.Field(f.Name)).class)+1)
	}
	return key
}

// appendConditions adds which type conditions of a @provides hold for a type: they decide what of it is for its
// objects.
func appendConditions(key []byte, set supergraph.FieldSet, o int) []byte {
	for _, item := range set {
		if item.On == nil {
			continue
		}
		holds := item.On.Possible.Has(o)
		if key = append(key, bit(holds)); holds {
			key = appendConditions(key, item.Items, o)
		}
	}
	return key
}

func (r *run) itemsKey(key []byte, set supergraph.FieldSet, typ *supergraph.Type) []byte {
	for _, item := range set {
		if item.On != nil {
			if item.On.Possible.Has(typ.ObjectIndex) {
				key = r.itemsKey(append(key, 1), item.Items, typ)
			} else {
				key = append(key, 0)
			}
		} else if f := typ.Field(item.Name); f != nil {
			key = binary.AppendUvarint(key, uint64(r.t.facts(f).class)+1)
		}
	}
	return key
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// possible tells whether a subgraph that sees a position this way can return an object of type o there.
func (t *tables) possible(v view, o int) bool {
	in := v.decl.In[v.graph]
	return in != nil && in.Possible.Has(o)
}

// feasible returns the types that can occur at a position. A field that several subgraphs resolve has the same value in
// all of them, so that only types they all know can occur.
func (r *run) feasible(p *position) supergraph.TypeSet {
	possible := p.typ.Possible
	if p.typ.Kind == ast.Object {
		return possible
	}
	all := possible
	any := supergraph.TypeSet(nil)
	for _, v := range p.views {
		if in := v.decl.In[v.graph]; in != nil {
			all = all.And(in.Possible)
			any = any.Or(in.Possible)
		}
	}
	if !all.Empty() {
		return all
	}
	p.anyOf = true
	return any.And(possible)
}

// canBeObject tells whether the position can be produced by a subgraph that defines its interface as an object.
func (r *run) canBeObject(p *position) bool {
	for _, v := range p.views {
		if v.object() {
			return true
		}
	}
	return false
}

func (v view) object() bool {
	in := v.decl.In[v.graph]
	return in != nil && in.InterfaceObject
}

// complete returns the subgraphs that, once they resolve a field, also resolve all that is wanted below it.
func (r *run) complete(sel *operation.SelectionSet, items supergraph.FieldSet, typ *supergraph.Type) subgraphSet {
	if sel == nil {
		return r.completeItems(items, typ)
	}
	if len(sel.Fields) == 0 {
		return r.t.everywhere
	}
	return r.completeOf[sel.Fields[0].Owner.ID]
}

// findComplete fills completeOf for all composite fields of the operation, the innermost first.
func (r *run) findComplete() {
	n := len(r.op.Fields)
	words := len(r.t.everywhere)
	r.completeOf = r.mem.sets.Make(n)
	for i := n - 1; i >= 0; i-- {
		f := r.op.Fields[i]
		if f.Selection == nil {
			continue
		}
		set := subgraphSet(r.mem.words.Make(words))
		copy(set, r.t.everywhere)
		r.completeOf[i] = set
		r.narrow(set, f.Selection)
	}
}

// narrow removes the subgraphs that do not resolve all of a selection.
func (r *run) narrow(set subgraphSet, sel *operation.SelectionSet) {
	abstract := sel.Parent.Kind != ast.Object
	for _, f := range sel.Fields {
		if abstract && (f.IsTypename() || !sel.Parent.Possible.SubsetOf(f.On)) {
			r.t.minus(set, r.t.types[sel.Parent.ID].object)
		}
		if f.Def == nil {
			continue
		}
		if f.Selection != nil {
			set.keep(r.completeOf[f.ID])
			if r.partial(f) {
				clear(set)
			}
		}
		if !abstract {
			def := f.Def
			if own := sel.Parent.Field(f.Name); own != nil {
				// Selected on an interface, it is still the object's own field that is resolved.
				def = own
			}
			set.keep(r.t.facts(def).plain)
			continue
		}
		r.narrowAbstract(set, f.Name, f.On)
		if sel.Parent.Possible.Empty() {
			set.keep(r.t.facts(f.Def).plain)
		}
	}
}

// partial tells whether a field of abstract type is asked about types that not all of its resolvers know. Then it
// depends on who can resolve it where it stands which of them can occur, and no shortcut is taken.
func (r *run) partial(f *operation.Field) bool {
	common := r.t.facts(f.Def).common
	if common == nil {
		return false
	}
	for _, sub := range f.Selection.Fields {
		if !sub.IsTypename() && !sub.On.SubsetOf(common) {
			return true
		}
	}
	return false
}

func (r *run) narrowAbstract(set subgraphSet, name string, on supergraph.TypeSet) {
	for o := range on.All {
		typ := r.t.sg.Objects[o]
		def := typ.Field(name)
		if def == nil {
			continue
		}
		plain, known := r.t.facts(def).plain, r.t.types[typ.ID].known
		for i := range set {
			set[i] &= plain[i] | ^known[i]
		}
	}
}

func (t *tables) minus(set, o subgraphSet) {
	for i := range set {
		set[i] &^= o[i]
	}
}

func (r *run) completeItems(items supergraph.FieldSet, typ *supergraph.Type) subgraphSet {
	set := r.newSet()
	copy(set, r.t.everywhere)
	var visit func(items supergraph.FieldSet, typ *supergraph.Type)
	visit = func(items supergraph.FieldSet, typ *supergraph.Type) {
		for _, item := range items {
			switch {
			case item.On != nil:
				r.t.minus(set, r.t.types[typ.ID].object)
				visit(item.Items, item.On)
			case item.Field != nil:
				if typ.Kind == ast.Object {
					set.keep(r.t.facts(item.Field).plain)
				} else {
					r.narrowAbstract(set, item.Name, typ.Possible)
				}
				visit(item.Items, item.Field.Named)
			default:
				r.t.minus(set, r.t.types[typ.ID].object)
			}
		}
	}
	visit(items, typ)
	return set
}
