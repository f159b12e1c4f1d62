package operation

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/supergraph"
)

// Operation returns the operation as it is under a set of conditions: fragments inlined, fields merged by response key
// and runtime type (GraphQL specification, section 6.3.2, CollectFields), @skip and @include decided. Every call builds
// a new one; plan caches keep it beside the plan.
func (p *Prepared) Operation(conds ConditionSet) *Operation {
	op := &Operation{Kind: p.Kind, Name: p.Name, Variables: p.Variables, Directives: p.forwarded(p.Definition.Directives)}
	n := normaliser{p: p, sg: p.Supergraph, conds: conds, op: op, scratch: scratches.Get().(*scratch)}
	defer n.release()
	for i, c := range p.conditions {
		n.incremental = n.incremental || c.Incremental && conds.Has(i)
		switch {
		case c.Access != nil && !conds.Has(i):
			n.unfulfilled = append(n.unfulfilled, c.Access.ID)
		case c.Access != nil:
		case c.Label != "" && conds.Has(i):
			op.Labels = append(op.Labels, c.Label)
		}
	}
	root := p.Supergraph.Query
	switch p.Kind {
	case ast.Mutation:
		root = p.Supergraph.Mutation
	case ast.Subscription:
		root = p.Supergraph.Subscription
	}
	op.Root = &SelectionSet{Parent: root}
	first := n.occurrences.Append(nil, occurrence{set: p.Definition.SelectionSet, parent: root})
	n.selection(op.Root, nil, first)
	op.Fields = slices.Clone(n.all)
	return op
}

// normaliser builds one Operation.
type normaliser struct {
	p     *Prepared
	sg    *supergraph.Supergraph
	conds ConditionSet
	op    *Operation
	// incremental tells that the client takes deferred parts.
	incremental bool
	// unfulfilled are the requirements that the caller does not fulfil.
	unfulfilled []int
	// index finds the pending fields by key once there are many; nil before.
	index map[string][]int
	*scratch
}

// manyFields is the number of fields from which a selection set is indexed: documents can have thousands.
const manyFields = 32

// occurrence is a selection set of the document that takes part in a selection set of the operation.
type occurrence struct {
	set    ast.SelectionSet
	parent *supergraph.Type
	standing
}

// standing is what a place in the document stands under.
type standing struct {
	// deferred is the @defer; nil for the first part of the answer.
	deferred *Defer
	// around are the directives of fragments in the same selection set; nil when there are none.
	around *enclosed
}

// pending is a field under construction: the fields of the document that were merged into it.
type pending struct {
	key   string
	on    supergraph.TypeSet
	nodes []node
	// denied is the definition of a field that the caller may not see, of one of the types in on; nil for all others.
	denied *supergraph.Field
}

type node struct {
	field  *ast.Field
	parent *supergraph.Type
	standing
}

// selection fills out, which hangs below owner, from the occurrences.
func (n *normaliser) selection(out *SelectionSet, owner *Field, occurrences []occurrence) {
	n.pending, n.index = n.pending[:0], nil
	n.spreads.reset()
	for _, o := range occurrences {
		on := out.Parent.Possible
		if o.parent != out.Parent && !on.SubsetOf(o.parent.Possible) {
			on = on.And(o.parent.Possible)
		}
		n.collect(o.set, o.parent, on, o.standing, owner)
	}
	collected := n.collected.Make(len(n.pending))
	copy(collected, n.pending)
	collected = n.denied(collected)
	clear(n.pending)

	fields := make([]Field, len(collected))
	out.Fields = make([]*Field, len(collected))
	for i := range collected {
		f := &fields[i]
		n.field(f, &collected[i], out, owner)
		out.Fields[i] = f
		if f.Def == nil || !f.Def.Named.IsComposite() {
			continue
		}
		sub := n.occurrences.Make(len(collected[i].nodes))
		for j, nd := range collected[i].nodes {
			// An implementation can declare a narrower type than the interface, on which the merged field may stand, too.
			sub[j] = occurrence{
				set: nd.field.SelectionSet, parent: nd.parent.Field(f.Name).Named, standing: standing{deferred: nd.deferred},
			}
		}
		f.Selection = &SelectionSet{Parent: f.Def.Named}
		n.selection(f.Selection, f, sub)
	}
}

// collect adds the fields of a document's selection set for the runtime types in on.
func (n *normaliser) collect(
	set ast.SelectionSet,
	parent *supergraph.Type,
	on supergraph.TypeSet,
	under standing,
	owner *Field,
) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if n.included(sel.Directives) {
				n.add(sel, parent, on, under)
			}
		case *ast.InlineFragment:
			if n.included(sel.Directives) {
				n.fragment(sel.SelectionSet, sel.TypeCondition, parent, on, n.under(under, owner, sel.Directives, nil), owner)
			}
		case *ast.FragmentSpread:
			def := n.p.fragments[sel.Name]
			if def == nil || !n.included(sel.Directives) {
				continue
			}
			below := n.under(under, owner, sel.Directives, def.Directives)
			if n.visit(def, below, on) {
				n.fragment(def.SelectionSet, def.TypeCondition, parent, on, below, owner)
			}
		}
	}
}

// visit tells whether a fragment is still to be collected for some of the types in on.
func (n *normaliser) visit(fragment *ast.FragmentDefinition, under standing, on supergraph.TypeSet) bool {
	s := spread{fragment: fragment, deferred: under.deferred}
	if under.around != nil {
		s.around = under.around.key
	}
	seen := n.spreads.of(s)
	if seen.known && on.SubsetOf(seen.types) {
		return false
	}
	if seen.known {
		on = on.Or(seen.types)
	}
	seen.known, seen.types = true, on
	return true
}

// under is what the fields of a fragment stand under: its directives, and those of its definition if it has a name.
func (n *normaliser) under(around standing, owner *Field, own, defined ast.DirectiveList) standing {
	around.deferred = n.deferral(own, around.deferred, owner)
	if n.p.directed {
		around.around = around.around.below(n.p.forwarded(own)).below(n.p.forwarded(defined))
	}
	return around
}

func (n *normaliser) fragment(
	set ast.SelectionSet,
	condition string,
	parent *supergraph.Type,
	on supergraph.TypeSet,
	under standing,
	owner *Field,
) {
	if condition != "" && condition != parent.Name {
		parent = n.sg.Type(condition)
		if parent == nil {
			return
		}
		if !on.SubsetOf(parent.Possible) {
			on = on.And(parent.Possible)
		}
		if on.Empty() {
			return
		}
	}
	n.collect(set, parent, on, under, owner)
}

// add merges a field into the pending fields with the same response key, splitting them by runtime type where it
// applies to some types only.
func (n *normaliser) add(f *ast.Field, parent *supergraph.Type, on supergraph.TypeSet, under standing) {
	key := f.Alias
	if key == "" {
		key = f.Name
	}
	nd := node{field: f, parent: parent, standing: under}
	for i := n.next(key, 0); i >= 0; i = n.next(key, i+1) {
		if parent.Possible.Empty() {
			n.pending[i].nodes = n.nodes.Append(n.pending[i].nodes, nd)
			return
		}
		if on = n.merge(i, on, nd); on.Empty() {
			return
		}
	}
	n.pending = append(n.pending, pending{key: key, on: on, nodes: n.nodes.Append(nil, nd)})
	if n.index != nil {
		n.index[key] = append(n.index[key], len(n.pending)-1)
	} else if len(n.pending) > manyFields {
		n.reindex()
	}
}

// next finds the pending field with a key at or after position i, -1 when there is none.
func (n *normaliser) next(key string, i int) int {
	if n.index != nil {
		at := n.index[key]
		if j, _ := slices.BinarySearch(at, i); j < len(at) {
			return at[j]
		}
		return -1
	}
	for ; i < len(n.pending); i++ {
		if n.pending[i].key == key {
			return i
		}
	}
	return -1
}

// merge adds a field to the pending field i for the types they share and returns the types that are left.
func (n *normaliser) merge(i int, on supergraph.TypeSet, nd node) supergraph.TypeSet {
	e := &n.pending[i]
	if !e.on.Intersects(on) {
		return on
	}
	if !e.on.SubsetOf(on) {
		rest := pending{key: e.key, on: e.on.Minus(on), nodes: slices.Clone(e.nodes)}
		e.on = e.on.And(on)
		n.pending = slices.Insert(n.pending, i+1, rest)
		if n.index != nil {
			n.reindex()
		}
		e = &n.pending[i]
	}
	e.nodes = n.nodes.Append(e.nodes, nd)
	return on.Minus(e.on)
}

func (n *normaliser) reindex() {
	n.index = make(map[string][]int, len(n.pending))
	for i := range n.pending {
		key := n.pending[i].key
		n.index[key] = append(n.index[key], i)
	}
}

// field fills f from what was collected for it and numbers it.
func (n *normaliser) field(f *Field, c *pending, parent *SelectionSet, owner *Field) {
	first := c.nodes[0]
	*f = Field{
		ID: len(n.all), Key: c.key, Name: first.field.Name, On: c.on, Parent: parent, Owner: owner,
		Def: first.parent.Field(first.field.Name),
	}
	if pos := first.field.Position; pos != nil {
		f.Line, f.Column = pos.Line, pos.Column
	}
	n.all = append(n.all, f)
	rest := uncommon{denied: c.denied, defers: deferrals(c.nodes)}
	if c.denied == nil {
		rest.applied = n.applied(c.nodes)
		if isIntrospection(f.Name) {
			rest.introspection = mergedIntrospection(c.nodes)
		}
	}
	if rest.denied != nil || rest.defers != nil || rest.applied != nil || rest.introspection != nil {
		f.uncommon = &uncommon{}
		*f.uncommon = rest
	}
	if c.denied != nil {
		f.Def, f.Name = nil, "__typename"
		n.op.Denied = append(n.op.Denied, f)
		return
	}
	if rest.introspection != nil {
		return
	}
	if f.Def == nil || len(first.field.Arguments) == 0 {
		return
	}
	f.Args = make([]Argument, 0, len(first.field.Arguments))
	for _, def := range f.Def.Args {
		if a := first.field.Arguments.ForName(def.Name); a != nil {
			f.Args = append(f.Args, Argument{Name: def.Name, Value: a.Value, Type: def.Type})
		}
	}
}

// mergedIntrospection joins several __schema, __type or __service fields with one response key.
func mergedIntrospection(nodes []node) *ast.Field {
	if len(nodes) == 1 {
		return nodes[0].field
	}
	f := *nodes[0].field
	f.SelectionSet = slices.Clone(f.SelectionSet)
	for _, nd := range nodes[1:] {
		f.SelectionSet = append(f.SelectionSet, nd.field.SelectionSet...)
	}
	return &f
}

// included decides @skip and @include. GraphQL specification, sections 3.13.1 and 3.13.2.
func (n *normaliser) included(ds ast.DirectiveList) bool {
	for _, d := range ds {
		switch d.Name {
		case "skip":
			if n.flag(d, false) {
				return false
			}
		case "include":
			if !n.flag(d, true) {
				return false
			}
		}
	}
	return true
}

// flag is the value of a directive's "if" argument.
func (n *normaliser) flag(d *ast.Directive, absent bool) bool {
	arg := d.Arguments.ForName("if")
	if arg == nil || arg.Value.Kind == ast.NullValue { // which only @defer takes, as a variable that is null
		return absent
	}
	if arg.Value.Kind != ast.Variable {
		return arg.Value.Raw == "true"
	}
	if i, known := n.p.byVariable[arg.Value.Raw]; known {
		return n.conds.Has(i)
	}
	return absent
}
