// Package exectest tests the executor: a planner without any cleverness but with free choices, subgraphs made of
// nothing but a schema, and a reference executor that knows no subgraphs at all.
package exectest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// Plan plans an operation field by field. choose picks one of n ways to get a field, so that random choices make all
// sorts of plans. It knows keys, @requires of leaves, and value types split over subgraphs; not @provides, interface
// objects or contexts.
func Plan(sg *supergraph.Supergraph, op *operation.Operation, choose func(n int) int) (*plan.Plan, error) {
	p := &planner{sg: sg, choose: choose, plan: &plan.Plan{Supergraph: sg, Operation: op}}
	if err := p.root(); err != nil {
		return nil, err
	}
	for _, r := range p.plan.Requests {
		slices.Sort(r.After)
		r.After = slices.Compact(r.After)
		r.Document, r.Variables = document(sg, r, op)
	}
	return p.plan, nil
}

type planner struct {
	sg     *supergraph.Supergraph
	choose func(n int) int
	plan   *plan.Plan
}

// spot is where fields are being planned: a selection set of a request, on an entity or below one.
type spot struct {
	set     *plan.SelectionSet
	request *plan.Request
	// entity is the spot whose objects can be targets; nil when there is none. It is the spot itself for entities.
	entity *spot
	// path leads from the entity to here, for value types.
	path []*operation.Field
	// calls are the entity calls that target the spot, by subgraph and inputs.
	calls map[string]*spot
	// from is the spot that a call targets.
	from *spot
}

func (p *planner) request(sub *supergraph.Subgraph, kind ast.Operation, t *supergraph.Type) *spot {
	r := &plan.Request{ID: len(p.plan.Requests), Subgraph: sub, Kind: kind}
	c := &plan.Call{ID: p.plan.Calls}
	p.plan.Calls++
	c.Selection = &plan.SelectionSet{Call: c, Type: t}
	r.Calls = []*plan.Call{c}
	p.plan.Requests = append(p.plan.Requests, r)
	s := &spot{set: c.Selection, request: r, calls: map[string]*spot{}}
	return s
}

func (p *planner) root() error {
	op := p.plan.Operation
	spots := map[int]*spot{}
	var last *spot
	for _, f := range op.Root.Fields {
		if f.IsTypename() || f.Introspected() != nil {
			continue
		}
		subs := resolvers(f.Def)
		if len(subs) == 0 {
			return fmt.Errorf("nobody resolves %s", f.Name)
		}
		sub := subs[p.choose(len(subs))]
		s := spots[sub.ID]
		if op.Kind == ast.Mutation {
			if s = nil; last != nil && last.request.Subgraph == sub {
				s = last
			}
		}
		if s == nil {
			s = p.request(sub, op.Kind, op.Root.Parent)
			if op.Kind == ast.Mutation {
				for i := range s.request.ID {
					s.request.After = append(s.request.After, i)
				}
			}
			spots[sub.ID] = s
		}
		last = s
		if err := p.field(s, f, f.On); err != nil {
			return err
		}
	}
	return nil
}

// resolvers returns the subgraphs that resolve a field themselves.
func resolvers(f *supergraph.Field) []*supergraph.Subgraph {
	var subs []*supergraph.Subgraph
	for _, in := range f.In {
		if in != nil && !in.External && !in.Overridden {
			subs = append(subs, in.Subgraph)
		}
	}
	return subs
}

// add adds a field to a selection set, or finds an equal one.
func (p *planner) add(
	s *plan.SelectionSet,
	key string,
	def *supergraph.Field,
	args []operation.Argument,
	on supergraph.TypeSet,
) *plan.Field {
	for suffix := 0; ; suffix++ {
		k := key
		if suffix > 0 {
			k = fmt.Sprintf("%s_%d", key, suffix)
		}
		taken := false
		for _, f := range s.Fields {
			if f.Key != k {
				continue
			}
			if f.Def == def && printArgs(f.Args) == printArgs(args) {
				f.On = f.On.Or(on)
				return f
			}
			taken = true
		}
		if taken {
			continue
		}
		f := &plan.Field{ID: p.plan.Fields, Key: k, Def: def, Args: args, On: on, Parent: s}
		p.plan.Fields++
		if def != nil && def.Named.IsComposite() {
			f.Selection = &plan.SelectionSet{Call: s.Call, Owner: f, Type: def.Named}
		}
		s.Fields = append(s.Fields, f)
		return f
	}
}

// field adds a client's field where it can be resolved, and plans what is below it.
func (p *planner) field(s *spot, f *operation.Field, on supergraph.TypeSet) error {
	pf := p.add(s.set, f.Key, f.Def, f.Args, on)
	pf.Serves = append(pf.Serves, f)
	if f.Selection == nil {
		return nil
	}
	child := &spot{set: pf.Selection, request: s.request, calls: map[string]*spot{}}
	if f.Selection.Parent.IsAbstract() {
		p.add(pf.Selection, "__typename", nil, nil, f.Selection.Parent.Possible)
	}
	if p.keyed(child) {
		child.entity = child
	} else if s.entity != nil && len(s.path) < 3 && !f.Selection.Parent.IsAbstract() {
		child.entity, child.path = s.entity, append(slices.Clone(s.path), f)
	}
	return p.selection(child, f.Selection)
}

// keyed tells whether the objects of a spot are entities, all of them.
func (p *planner) keyed(s *spot) bool {
	for i := range s.set.Type.Possible.All {
		if p.keyOf(p.sg.Objects[i], s.request.Subgraph) == nil {
			return false
		}
	}
	return true
}

// keyOf returns a key of an object type that a subgraph knows.
func (p *planner) keyOf(t *supergraph.Type, sub *supergraph.Subgraph) supergraph.FieldSet {
	if in := t.In[sub.ID]; in != nil && len(in.Keys) > 0 {
		return in.Keys[0].FieldSet
	}
	return nil
}

func (p *planner) selection(s *spot, set *operation.SelectionSet) error {
	for _, f := range set.Fields {
		if f.IsTypename() {
			pf := p.add(s.set, "__typename", nil, nil, set.Parent.Possible)
			pf.Serves = append(pf.Serves, f)
			continue
		}
		if f.On.Equal(set.Parent.Possible) && set.Parent.IsAbstract() && f.Def.Parent == set.Parent && p.allResolve(s, f) &&
			p.choose(2) == 0 {
			if err := p.field(s, f, f.On); err != nil {
				return err
			}
			continue
		}
		for i := range f.On.All {
			one := supergraph.NewTypeSet(len(p.sg.Objects))
			one.Add(i)
			if err := p.place(s, f, p.sg.Objects[i], one); err != nil {
				return err
			}
		}
	}
	return nil
}

// allResolve tells whether the spot's subgraph resolves an interface's field for all types.
func (p *planner) allResolve(s *spot, f *operation.Field) bool {
	sub := s.request.Subgraph
	if in := f.Def.In[sub.ID]; in == nil {
		return false
	}
	for i := range f.On.All {
		d := p.sg.Objects[i].Field(f.Name)
		if d == nil || !slices.Contains(resolvers(d), sub) || len(d.In[sub.ID].Requires) > 0 {
			return false
		}
	}
	return true
}

// place chooses a subgraph for a field of one object type.
func (p *planner) place(s *spot, f *operation.Field, t *supergraph.Type, one supergraph.TypeSet) error {
	def := t.Field(f.Name)
	here := s.request.Subgraph
	var ways []*supergraph.Subgraph
	for _, sub := range resolvers(def) {
		switch {
		case sub == here && len(def.In[sub.ID].Requires) == 0:
			ways = append(ways, sub, sub)
		case s.entity != nil && (len(s.path) > 0 || p.keyOf(t, sub) != nil):
			if len(s.path) > 0 && !p.pathThrough(s, sub) {
				continue
			}
			ways = append(ways, sub)
		}
	}
	if len(ways) == 0 {
		return fmt.Errorf("no way from %s to %s.%s", here.Name, t.Name, f.Name)
	}
	sub := ways[p.choose(len(ways))]
	if sub == here && len(def.In[sub.ID].Requires) == 0 {
		return p.concrete(s, f, def, one)
	}
	e := s.entity
	et := t
	if len(s.path) > 0 {
		et = e.set.Type
		for i := range et.Possible.All {
			et = p.sg.Objects[i]
		}
	}
	call, err := p.call(e, et, sub, def)
	if err != nil {
		return err
	}
	// A value type: walk down to it in the other subgraph, too.
	for _, step := range s.path {
		pf := p.add(call.set, step.Key, step.Def, step.Args, step.On)
		if !slices.Contains(pf.Serves, step) {
			pf.Serves = append(pf.Serves, step)
		}
		call = &spot{set: pf.Selection, request: call.request, calls: map[string]*spot{}, entity: e, path: s.path}
	}
	return p.concrete(call, f, def, one)
}

// concrete adds a field on an object type; on an interface the client's field still is the one that is served.
func (p *planner) concrete(s *spot, f *operation.Field, def *supergraph.Field, on supergraph.TypeSet) error {
	pf := p.add(s.set, f.Key, def, f.Args, on)
	if !slices.Contains(pf.Serves, f) {
		pf.Serves = append(pf.Serves, f)
	}
	if f.Selection == nil {
		return nil
	}
	child := &spot{set: pf.Selection, request: s.request, calls: map[string]*spot{}}
	if f.Selection.Parent.IsAbstract() {
		p.add(pf.Selection, "__typename", nil, nil, f.Selection.Parent.Possible)
	}
	if p.keyed(child) {
		child.entity = child
	} else if s.entity != nil && len(s.path) < 3 && !f.Selection.Parent.IsAbstract() {
		child.entity, child.path = s.entity, append(slices.Clone(s.path), f)
	}
	return p.selection(child, f.Selection)
}

// pathThrough tells whether another subgraph resolves the path from the entity to a value type, and the entity itself.
func (p *planner) pathThrough(s *spot, sub *supergraph.Subgraph) bool {
	if s.entity.set.Type.IsAbstract() || p.keyOf(s.entity.set.Type, sub) == nil {
		return false
	}
	for _, f := range s.path {
		if !slices.Contains(resolvers(f.Def), sub) || len(f.Def.In[sub.ID].Requires) > 0 {
			return false
		}
	}
	return true
}

// call finds or makes the entity call on an object type's entities of a spot to another subgraph for a field.
func (p *planner) call(e *spot, t *supergraph.Type, sub *supergraph.Subgraph, def *supergraph.Field) (*spot, error) {
	if e.from != nil {
		e = e.from
	}
	requires := supergraph.FieldSet(nil)
	if def.Parent == t {
		requires = def.In[sub.ID].Requires
	}
	name := fmt.Sprintf("%s %s %s", sub.Name, t.Name, printSet(requires))
	if c, ok := e.calls[name]; ok {
		return c, nil
	}
	on := supergraph.NewTypeSet(len(p.sg.Objects))
	on.Add(t.ObjectIndex)
	var after []int
	var fields []*plan.RepresentationField
	for _, item := range p.keyOf(t, sub) {
		rf, err := p.input(e, t, item, on, true, &after)
		if err != nil {
			return nil, err
		}
		fields = append(fields, rf)
	}
	for _, item := range requires {
		rf, err := p.input(e, t, item, on, false, &after)
		if err != nil {
			return nil, err
		}
		fields = append(fields, rf)
	}
	s := p.request(sub, ast.Query, t)
	s.request.After = append(after, e.request.ID)
	c := s.request.Calls[0]
	c.Entities, c.Key, c.Variable = true, "_entities", "representations"
	c.Targets = []*plan.Target{{At: e.set, On: on}}
	c.Input = []*plan.Representation{{On: on, Fields: fields}}
	s.from = e
	s.entity = s
	e.calls[name] = s
	return s, nil
}

// input makes sure that a field of a key or @requires is fetched, here or by another call.
func (p *planner) input(
	e *spot,
	t *supergraph.Type,
	item *supergraph.FieldSetItem,
	on supergraph.TypeSet,
	key bool,
	after *[]int,
) (*plan.RepresentationField, error) {
	def := t.Field(item.Name)
	here := e.request.Subgraph
	known := slices.Contains(resolvers(def), here)
	if in := def.In[here.ID]; !known && in != nil {
		// An external key field.
		for _, k := range t.In[here.ID].Keys {
			for _, i := range k.FieldSet {
				known = known || i.Name == item.Name
			}
		}
	}
	at := e
	if !known {
		subs := resolvers(def)
		sub := subs[p.choose(len(subs))]
		c, err := p.call(e, t, sub, def)
		if err != nil {
			return nil, err
		}
		at = c
		*after = append(*after, c.request.ID)
	}
	pf := p.add(at.set, item.Name, def, nil, on)
	rf := &plan.RepresentationField{Name: item.Name, From: []*plan.Field{pf}, Key: key}
	for _, sub := range item.Items {
		child := &spot{set: pf.Selection, request: at.request, calls: map[string]*spot{}}
		r, err := p.input(child, def.Named, sub, def.Named.Possible, key, after)
		if err != nil {
			return nil, err
		}
		rf.Fields = append(rf.Fields, r)
	}
	return rf, nil
}

// document prints a request, and finds the variables it uses.
func document(sg *supergraph.Supergraph, r *plan.Request, op *operation.Operation) (string, []*operation.Variable) {
	used := map[string]bool{}
	var body strings.Builder
	c := r.Calls[0]
	if c.Entities {
		body.WriteString("{_entities(representations:$representations){... on " + c.Selection.Type.Name)
	}
	printSelection(sg, &body, c.Selection, used)
	if c.Entities {
		body.WriteString("}}")
	}
	var variables []*operation.Variable
	var declared []string
	for _, v := range op.Variables {
		if used[v.Name] {
			variables = append(variables, v)
			declared = append(declared, "$"+v.Name+":"+v.Type.String())
		}
	}
	if c.Entities {
		declared = append(declared, "$representations:[_Any!]!")
	}
	head := string(r.Kind)
	if len(declared) > 0 {
		head += "(" + strings.Join(declared, ",") + ")"
	}
	return head + body.String(), variables
}

func printSelection(sg *supergraph.Supergraph, b *strings.Builder, s *plan.SelectionSet, used map[string]bool) {
	b.WriteString("{")
	if len(s.Fields) == 0 {
		// Everything below is asked of other subgraphs.
		b.WriteString("__typename")
	}
	for _, f := range s.Fields {
		print := func() {
			b.WriteString(" ")
			name := "__typename"
			if f.Def != nil {
				name = f.Def.Name
			}
			if f.Key != name {
				b.WriteString(f.Key + ":")
			}
			b.WriteString(name + printArgs(f.Args))
			for _, a := range f.Args {
				usedVariables(a.Value, used)
			}
			if f.Selection != nil {
				printSelection(sg, b, f.Selection, used)
			}
		}
		if s.Type.Possible.SubsetOf(f.On) && (f.Def == nil || f.Def.Parent == s.Type) {
			print()
			continue
		}
		for i := range f.On.All {
			b.WriteString(" ... on " + sg.Objects[i].Name + "{")
			print()
			b.WriteString("}")
		}
	}
	b.WriteString("}")
}

func usedVariables(v *ast.Value, used map[string]bool) {
	if v == nil {
		return
	}
	if v.Kind == ast.Variable {
		used[v.Raw] = true
	}
	for _, c := range v.Children {
		usedVariables(c.Value, used)
	}
}

func printArgs(args []operation.Argument) string {
	if len(args) == 0 {
		return ""
	}
	var parts []string
	for _, a := range args {
		parts = append(parts, a.Name+":"+a.Value.String())
	}
	return "(" + strings.Join(parts, ",") + ")"
}

func printSet(set supergraph.FieldSet) string {
	var parts []string
	for _, i := range set {
		s := i.Name
		if len(i.Items) > 0 {
			s += "{" + printSet(i.Items) + "}"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}
