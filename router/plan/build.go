package plan

import (
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// builder collects what is asked of which subgraph, over the steps of an operation (one, or one for each mutation
// field), and turns it into a Plan.
type builder struct {
	t  *tables
	op *operation.Operation
	// calls are in the order in which they were begun; step numbers the mutation field at hand.
	calls []*bcall
	step  int

	nodes     int
	waves     int
	exhausted bool
	aliases   int
	// contexts counts the variables for contexts; contextInputs tells what each stands for.
	contexts      int
	contextInputs []contextInput

	mem  *scratch
	made made
}

// bcall is a call under construction.
type bcall struct {
	slot slot
	step int
	sel  *bsel
	// position is what an entity call is for; nil for the operation's root.
	position *position
	targets  []*btarget
	inputs   []*binput
	// contexts are variables that objects further up fill.
	contexts []*bcontext
	// after are calls that must be complete before, besides those the targets and inputs come from.
	after []*bcall
	// number tells calls apart; calls that were merged have the same.
	number int
	// merged is the call this one was merged into.
	merged *bcall
	// request is what it becomes a part of.
	request *Request
}

type btarget struct {
	at *bsel
	on supergraph.TypeSet
}

// binput is a representation for some runtime types.
type binput struct {
	on       supergraph.TypeSet
	typeName string
	fields   []*brep
}

// brep is a field of a representation.
type brep struct {
	name   string
	on     supergraph.TypeSet
	from   []*bfield
	key    bool
	args   []operation.Argument
	fields []*brep
	// told are the calls that tell the runtime type which a __typename is.
	told []*bcall
}

// bsel is a selection set under construction.
type bsel struct {
	call  *bcall
	owner *bfield
	graph int
	decl  *supergraph.Type
	// object tells that decl is an interface object; entity that the set is the root of an _entities field.
	object, entity bool
	fields         []*bfield
	// byName and byKey find fields by name and arguments, and by response key, once there are many.
	byName, byKey map[string][]*bfield
	merged        *bsel
	out           *SelectionSet
}

// manyFields is the number of fields from which a selection set keeps an index: operations can have thousands.
const manyFields = 24

// named returns the fields that can be equal to one with that name and arguments.
func (s *bsel) named(name string, args []operation.Argument) []*bfield {
	if s.byName == nil {
		return s.fields
	}
	return s.byName[nameAndArguments(name, args)]
}

// keyed returns the fields that can have a response key.
func (s *bsel) keyed(key string) []*bfield {
	if s.byKey == nil {
		return s.fields
	}
	return s.byKey[key]
}

func (b *builder) add(s *bsel, f *bfield) {
	s.fields = b.mem.fieldLists.Append(s.fields, f)
	if s.byName == nil && len(s.fields) < manyFields {
		return
	}
	fresh := []*bfield{f}
	if s.byName == nil {
		s.byName, s.byKey = map[string][]*bfield{}, map[string][]*bfield{}
		fresh = s.fields
	}
	for _, f := range fresh {
		s.byKey[f.key] = append(s.byKey[f.key], f)
		if f.def != nil {
			name := nameAndArguments(f.def.Name, f.args)
			s.byName[name] = append(s.byName[name], f)
		}
	}
}

func nameAndArguments(name string, args []operation.Argument) string {
	for _, a := range args {
		name += "," + a.Name + ":" + a.Value.String()
	}
	return name
}

// bfield is a field under construction.
type bfield struct {
	sel *bsel
	key string
	// def is nil for __typename.
	def *supergraph.Field
	// typ is the field's type in the subgraph.
	typ *ast.Type
	on  supergraph.TypeSet
	// as is the interface object a field of an entity root is asked on; nil for the runtime type.
	as   *supergraph.Type
	args []operation.Argument
	// applied are the directives for subgraphs it is asked with.
	applied  []*operation.Applied
	child    *bsel
	position *position
	// also are more positions than one: hidden ones share a field with the client's.
	also   []*position
	serves []*operation.Field
	merged *bfield
	out    *Field
}

func newBuilder(t *tables, op *operation.Operation, mem *scratch) *builder {
	return &builder{t: t, op: op, mem: mem}
}

func (b *builder) nextStep() { b.step++ }

func (b *builder) stats(res result) {
	b.nodes += res.nodes
	b.waves += res.waves
	b.exhausted = b.exhausted || res.exhausted
}

func (b *builder) newCall(s slot, sel *bsel, p *position) *bcall {
	c := b.mem.calls.New()
	*c = bcall{slot: s, step: b.step, sel: sel, position: p}
	sel.call = c
	b.calls = b.mem.callLists.Append(b.calls, c)
	return c
}

// asked is a field to be put into a selection set.
type asked struct {
	def      *supergraph.Field
	typ      *ast.Type
	args     []operation.Argument
	on       supergraph.TypeSet
	as       *supergraph.Type
	client   *operation.Field
	position *position
}

// applied are the directives a field is asked with. What only representations need has none, and is not read from a
// field of the client that has some: they may change its value.
func (a *asked) applied() []*operation.Applied {
	if a.client == nil {
		return nil
	}
	return a.client.AppliedDirectives()
}

// put asks for a field, sharing it with an equal one that is asked for already.
func (b *builder) put(sel *bsel, a asked) *bfield {
	leaf := a.def.Named.IsLeaf()
	if f := b.shared(sel, a, leaf); f != nil {
		if !a.on.SubsetOf(f.on) {
			f.on = f.on.Or(a.on)
		}
		f.standsFor(a.position)
		b.serve(f, a.client)
		return f
	}
	f := b.mem.fields.New()
	*f = bfield{
		sel:      sel,
		def:      a.def,
		typ:      a.typ,
		args:     a.args,
		on:       a.on,
		as:       a.as,
		position: a.position,
		key:      a.def.Name,
		applied:  a.applied(),
	}
	if a.client != nil {
		f.key = a.client.Key
		b.serve(f, a.client)
	}
	if b.keyTaken(f, f.on) {
		b.rename(f)
	}
	if !leaf {
		f.child = b.mem.sels.New()
		*f.child = bsel{call: sel.call, owner: f, graph: sel.graph, decl: b.t.sg.Type(a.typ.Name())}
		f.child.object = view{graph: sel.graph, decl: f.child.decl}.object()
	}
	b.add(sel, f)
	return f
}

// shared finds a field that can answer another request for the same field, too. One that answers the client's field at
// that position already goes first: what a selection set asks for at a position is asked for below one field of it.
func (b *builder) shared(sel *bsel, a asked, leaf bool) (found *bfield) {
	for _, f := range sel.named(a.def.Name, a.args) {
		if f.def == nil || f.def.Name != a.def.Name || f.as != a.as || !sameType(f.typ, a.typ) ||
			!sameArguments(f.args, a.args) ||
			!operation.SameApplied(f.applied, a.applied()) {
			continue
		}
		if !leaf && !f.shares(a) {
			continue
		}
		taken := !a.on.SubsetOf(f.on) && b.keyTaken(f, f.on.Or(a.on))
		switch {
		case leaf && taken:
		case leaf:
			return f
		case a.client != nil && f.isFor(a.position) && slices.Contains(f.serves, a.client):
			if taken {
				b.rename(f)
				if sel.byKey != nil {
					sel.byKey[f.key] = append(sel.byKey[f.key], f)
				}
			}
			return f
		case found == nil && !taken:
			found = f
		}
	}
	return found
}

// rename gives a field a response key that nothing else has.
func (b *builder) rename(f *bfield) {
	b.aliases++
	f.key = "_weft" + strconv.Itoa(b.aliases) + "_" + f.def.Name
}

// shares tells whether a composite field can answer another request for the same field, too: for the same position of
// the response, or for one that only representations need.
func (f *bfield) shares(a asked) bool {
	if len(f.serves) > 0 && a.client != nil && f.serves[0] != a.client {
		return false
	}
	if f.isFor(a.position) && (a.client != nil || a.on.SubsetOf(f.on)) {
		return true
	}
	return f.on.Equal(a.on) && (len(f.serves) == 0 || a.client == nil)
}

// standsFor notes a position whose objects are the field's: that of a client's selection, and those of values that only
// representations need.
func (f *bfield) standsFor(p *position) {
	switch {
	case f.position == nil:
		f.position = p
	case !f.isFor(p):
		f.also = append(f.also, p)
	}
}

func (f *bfield) isFor(p *position) bool { return f.position == p || slices.Contains(f.also, p) }

func (b *builder) serve(f *bfield, client *operation.Field) {
	switch {
	case client == nil || slices.Contains(f.serves, client):
	case f.serves == nil:
		f.serves = b.op.Fields[client.ID : client.ID+1 : client.ID+1]
	default:
		f.serves = append(f.serves, client)
	}
}

// keyTaken tells whether another field of the selection set prevents a field from having its response key on some
// types. Fields of different runtime types may share a key when their values have the same shape, but not on an
// interface object, where no fragments tell them apart. GraphQL specification, section 5.3.2, "Field Selection
// Merging".
func (b *builder) keyTaken(f *bfield, on supergraph.TypeSet) bool {
	for _, o := range f.sel.keyed(f.key) {
		if o == f || o.key != f.key {
			continue
		}
		if o.def == nil || f.sel.object || f.as != nil && f.as == o.as || o.on.Intersects(on) || o.on.Empty() ||
			!sameShape(o.typ, f.typ, b.t.sg) {
			return true
		}
	}
	return false
}

// sameShape tells whether values of two types look alike: the same lists and non-nulls around the same leaf type or
// around any composite types.
func sameShape(a, b *ast.Type, sg *supergraph.Supergraph) bool {
	for {
		if a.NonNull != b.NonNull || (a.Elem == nil) != (b.Elem == nil) {
			return false
		}
		if a.Elem == nil {
			break
		}
		a, b = a.Elem, b.Elem
	}
	if a.NamedType == b.NamedType {
		return true
	}
	at, bt := sg.Type(a.NamedType), sg.Type(b.NamedType)
	return at != nil && bt != nil && at.IsComposite() && bt.IsComposite()
}

func sameType(a, b *ast.Type) bool {
	for a != nil && b != nil {
		if a.NonNull != b.NonNull || a.NamedType != b.NamedType {
			return false
		}
		a, b = a.Elem, b.Elem
	}
	return a == b
}

// typename asks for the runtime type.
func (b *builder) typename(sel *bsel, client *operation.Field) *bfield {
	for _, f := range sel.fields {
		if f.def == nil {
			b.serve(f, client)
			return f
		}
	}
	f := b.mem.fields.New()
	*f = bfield{sel: sel, key: "__typename", on: sel.decl.Possible}
	for _, o := range sel.fields {
		if o.key == f.key {
			b.aliases++
			f.key = "_weft" + strconv.Itoa(b.aliases) + "_typename"
			break
		}
	}
	b.serve(f, client)
	// The type comes first, so that whoever reads the answer knows it before the other fields.
	sel.fields = slices.Insert(sel.fields, 0, f)
	if sel.byKey != nil {
		sel.byKey[f.key] = append(sel.byKey[f.key], f)
	}
	return f
}

// subtree asks a subgraph for everything a client selects below a field.
func (b *builder) subtree(sel *bsel, client *operation.SelectionSet) {
	for _, f := range client.Fields {
		if f.Def == nil {
			if f.IsTypename() {
				b.clientTypename(sel, f)
			}
			continue
		}
		for _, a := range b.variants(sel, f.Def, f.Name, f.On) {
			a.args, a.client = f.Args, f
			bf := b.put(sel, a)
			if f.Selection != nil {
				b.subtree(bf.child, f.Selection)
			}
		}
	}
	b.notEmpty(sel)
}

// clientTypename answers a client's __typename where the subgraph tells the type; for object types it is known anyway.
func (b *builder) clientTypename(sel *bsel, f *operation.Field) {
	if sel.decl.Kind != ast.Object && !sel.object {
		b.typename(sel, f)
	}
}

// notEmpty makes sure that a selection set has a field, so that the subgraph can be asked whether there is an object.
func (b *builder) notEmpty(sel *bsel) {
	if len(sel.fields) == 0 {
		b.typename(sel, nil)
	}
}

// subtreeItems asks a subgraph for all fields of a field set.
func (b *builder) subtreeItems(sel *bsel, items supergraph.FieldSet, on supergraph.TypeSet) {
	for _, item := range items {
		switch {
		case item.On != nil:
			b.subtreeItems(sel, item.Items, on.And(item.On.Possible))
		case item.Field != nil:
			for _, a := range b.variants(sel, item.Field, item.Name, on) {
				a.args = literalArguments(a.def, item.Args)
				bf := b.put(sel, a)
				if bf.child != nil {
					b.subtreeItems(bf.child, item.Items, bf.child.decl.Possible)
				}
			}
		}
	}
	b.notEmpty(sel)
}

// variants returns how a field has to be asked for in a subgraph for a set of runtime types: several times when its
// type differs between them.
func (b *builder) variants(sel *bsel, def *supergraph.Field, name string, on supergraph.TypeSet) []asked {
	if sel.decl.Kind == ast.Object && !on.Empty() && !on.Has(sel.decl.ObjectIndex) {
		// An implementation narrows the field to a type that the client does not ask about.
		return nil
	}
	if sel.decl.Kind == ast.Object || sel.object || on.Empty() {
		own := sel.decl.Field(name)
		if own == nil || own.In[sel.graph] == nil {
			return nil
		}
		return []asked{{def: own, typ: own.In[sel.graph].Type, on: on}}
	}
	in := sel.decl.In[sel.graph]
	var out []asked
next:
	for o := range on.All {
		if in == nil || !in.Possible.Has(o) {
			continue
		}
		own := b.t.sg.Objects[o].Field(name)
		if own == nil || own.In[sel.graph] == nil {
			continue
		}
		typ := own.In[sel.graph].Type
		for i := range out {
			if sameType(out[i].typ, typ) {
				out[i].on.Add(o)
				continue next
			}
		}
		set := supergraph.NewTypeSet(len(b.t.sg.Objects))
		set.Add(o)
		out = append(out, asked{def: own, typ: typ, on: set})
	}
	if len(out) == 1 && def != nil && def.Named == out[0].def.Named {
		out[0].def = def
	}
	return out
}

func (b *builder) newSel(sel bsel) *bsel {
	s := b.mem.sels.New()
	*s = sel
	return s
}
