package plan

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/supergraph"
)

// finish turns what was collected into a Plan.
func (b *builder) finish() *Plan {
	p := &Plan{Supergraph: b.t.sg, Operation: b.op}
	b.tellTypes()
	for _, c := range b.calls {
		b.separateKeys(c.sel)
	}
	b.mergeCalls()
	slices.SortStableFunc(b.calls, func(x, y *bcall) int {
		return cmp.Or(
			cmp.Compare(x.step, y.step),
			cmp.Compare(x.slot.part, y.slot.part),
			cmp.Compare(x.slot.level, y.slot.level),
			cmp.Compare(x.slot.graph, y.slot.graph),
		)
	})
	b.made.expect(b.calls)
	groups := b.mem.groups[:0]
	for _, c := range b.calls {
		n := len(groups)
		if n > 0 && c.position != nil && c.sel.entity && len(c.contexts) == 0 {
			if last := groups[n-1][0]; last.step == c.step && last.slot == c.slot && last.sel.entity && len(last.contexts) == 0 {
				groups[n-1] = b.mem.callLists.Append(groups[n-1], c)
				c.request = p.Requests[n-1]
				continue
			}
		}
		req := b.made.requests.New()
		*req = Request{ID: n, Subgraph: b.t.sg.Subgraphs[c.slot.graph], Kind: ast.Query}
		switch {
		case c.position == nil:
			req.Kind = b.op.Kind
		case !c.sel.entity && c.sel.decl == b.t.sg.Mutation:
			req.Kind = ast.Mutation
		}
		if c.slot.part > 0 {
			req.Defer = b.op.Defers[c.slot.part-1]
		}
		p.Requests = append(p.Requests, req)
		groups = append(groups, b.mem.callLists.Append(nil, c))
		c.request = req
	}
	b.mem.groups = groups
	for i, calls := range groups {
		b.request(p, p.Requests[i], calls)
	}
	for i, calls := range groups {
		for j, c := range calls {
			b.connect(p.Requests[i].Calls[j], c)
		}
	}
	b.order(p, groups)
	p.Stats = Stats{Nodes: b.nodes, BudgetExhausted: b.exhausted, Waves: waves(p)}
	return p
}

// tellTypes asks for the runtime type wherever it decides something: which fields an object has, how its representation
// is written, or whether clients may see it.
func (b *builder) tellTypes() {
	var visit func(sel *bsel)
	visit = func(sel *bsel) {
		// What is only passed through on the way to a representation can have no field of its own.
		b.notEmpty(sel)
		if !sel.entity && !sel.object && sel.decl.IsAbstract() && b.typeMatters(sel) {
			b.typename(sel, nil)
		}
		for _, f := range sel.fields {
			if f.child != nil {
				visit(f.child)
			}
		}
	}
	for _, c := range b.calls {
		visit(c.sel)
		for _, t := range c.targets {
			if sel := t.at; !sel.entity && !sel.object && sel.decl.IsAbstract() {
				b.typename(sel, nil)
			}
		}
	}
}

func (b *builder) typeMatters(sel *bsel) bool {
	for _, f := range sel.fields {
		if f.def != nil && !sel.decl.Possible.SubsetOf(f.on) {
			return true
		}
		for _, client := range f.serves {
			if !sel.decl.Possible.SubsetOf(client.On) {
				return true
			}
		}
	}
	for o := range sel.decl.Possible.All {
		if b.t.sg.Objects[o].Inaccessible {
			return true
		}
	}
	return false
}

// request writes a request's document and builds its calls.
func (b *builder) request(p *Plan, req *Request, calls []*bcall) {
	keys, variables := callNames(calls, b.op.Variables)
	d := document{
		t: b.t, out: b.mem.text[:0], front: b.mem.head[:0], used: b.mem.used[:0],
		literals: &literals{t: b.t, graph: req.Subgraph.ID, declared: b.op.Variables},
	}
	req.Document, req.Variables = d.request(req.Kind, calls, keys, variables, b.op)
	b.mem.text, b.mem.head, b.mem.used = d.out, d.front, d.used
	req.Literals, req.Directed = d.literals.list, d.directed
	req.Calls = b.made.callLists.Take(len(calls))
	for i, c := range calls {
		call := b.made.calls.New()
		*call = Call{ID: p.Calls, Entities: c.sel.entity, Key: keys[i], Variable: variables[i]}
		p.Calls++
		call.Selection = b.selection(p, call, nil, c.sel)
		req.Calls[i] = call
	}
}

// selection builds a selection set with its fields in the order of the document.
func (b *builder) selection(p *Plan, call *Call, owner *Field, sel *bsel) *SelectionSet {
	out := b.made.sets.New()
	*out = SelectionSet{Call: call, Owner: owner, Type: sel.decl}
	sel.out = out
	d := document{t: b.t}
	plain, frags := d.split(sel)
	fields := plain
	if len(frags) > 0 {
		fields = slices.Clone(plain)
	}
	for _, frag := range frags {
		for _, f := range frag.fields {
			if len(frags) == 1 || !slices.Contains(fields, f) {
				fields = append(fields, f)
			}
		}
	}
	out.Fields = b.made.fieldLists.Take(len(fields))
	block := b.made.fields.Take(len(fields))
	for i, f := range fields {
		pf := &block[i]
		*pf = Field{
			ID:       p.Fields,
			Key:      f.key,
			Def:      f.def,
			On:       f.on,
			Args:     f.args,
			Directed: len(f.applied) > 0,
			Serves:   f.serves,
			Parent:   out,
		}
		p.Fields++
		f.out = pf
		if f.child != nil {
			pf.Selection = b.selection(p, call, pf, f.child)
		}
		out.Fields[i] = pf
	}
	return out
}

// connect fills what refers to other calls.
func (b *builder) connect(call *Call, c *bcall) {
	targets := b.made.targetLists.Take(len(c.targets))[:0]
	for _, t := range c.targets {
		at := t.at.real().out
		if at == nil || slices.ContainsFunc(targets, func(o *Target) bool { return o.At == at }) {
			continue
		}
		on := t.on
		if on == nil {
			for _, in := range c.inputs {
				on = on.Or(in.on)
			}
			if len(c.inputs) == 0 {
				on = at.Type.Possible
			}
		}
		target := b.made.targets.New()
		*target = Target{At: at, On: on, Path: path(b.t.sg, t.at, 0)}
		targets = append(targets, target)
	}
	if len(targets) > 0 {
		call.Targets = targets
	}
	b.connectContexts(call, c)
	inputs := b.made.inputs.Take(len(c.inputs))
	call.Input = b.made.inputLists.Take(len(c.inputs))
	for i, in := range c.inputs {
		inputs[i] = Representation{On: in.on, TypeName: in.typeName, Fields: b.representationFields(in.fields)}
		call.Input[i] = &inputs[i]
	}
}

// connectContexts fills where the values of a call's context variables come from.
func (b *builder) connectContexts(call *Call, c *bcall) {
	for _, ctx := range c.contexts {
		call.Contexts = append(call.Contexts, &Context{
			Variable: ctx.variable, Type: ctx.typ, At: ctx.at.real().out, Fields: b.representationFields(ctx.fields),
		})
	}
}

func (b *builder) representationFields(fields []*brep) []*RepresentationField {
	if len(fields) == 0 {
		return nil
	}
	out, block := b.made.repLists.Take(len(fields)), b.made.reps.Take(len(fields))
	for i, f := range fields {
		r := &block[i]
		*r = RepresentationField{Name: f.name, On: f.on, Key: f.key, Fields: b.representationFields(f.fields)}
		if len(f.from) > 0 {
			r.From = b.made.fieldLists.Take(len(f.from))[:0]
		}
		for _, bf := range f.from {
			if pf := bf.real().out; !slices.Contains(r.From, pf) {
				r.From = append(r.From, pf)
			}
		}
		out[i] = r
	}
	return out
}

// path describes where in the response the objects of a selection set stand. below is how many elements will be
// appended.
func path(sg *supergraph.Supergraph, sel *bsel, below int) []PathElement {
	if sel.owner == nil {
		if len(sel.call.targets) > 0 {
			return path(sg, sel.call.targets[0].at, below)
		}
		return make([]PathElement, 0, below)
	}
	f := sel.owner
	e := PathElement{Key: f.key}
	if len(f.serves) > 0 {
		e.Key = f.serves[0].Key
	}
	for t := f.typ; t != nil; t = t.Elem {
		if t.Elem != nil {
			e.Lists++
		}
	}
	if f.sel.decl.IsAbstract() && !f.sel.decl.Possible.SubsetOf(f.on) {
		for o := range f.on.All {
			e.On = append(e.On, sg.Objects[o].Name)
		}
	}
	return append(path(sg, f.sel, below+1), e)
}

// order fills in which requests must be complete before which.
func (b *builder) order(p *Plan, groups [][]*bcall) {
	step, before := 0, []int(nil)
	for i, calls := range groups {
		req := p.Requests[i]
		need := func(c *bcall) {
			if r := c.real().request; r != nil && r != req && !slices.Contains(req.After, r.ID) {
				req.After = append(req.After, r.ID)
			}
		}
		for _, c := range calls {
			if c.step != step {
				step, before = c.step, sinks(p.Requests[:i])
			}
			for _, t := range c.targets {
				need(t.at.call)
			}
			for _, in := range c.inputs {
				eachSource(in.fields, need)
			}
			for _, ctx := range c.contexts {
				need(ctx.at.call)
				eachSource(ctx.fields, need)
			}
			for _, a := range c.after {
				need(a)
			}
		}
		if len(req.After) == 0 && step > 0 {
			req.After = slices.Clone(before)
		}
		slices.Sort(req.After)
	}
}

// eachSource calls do with the calls that fields of a representation come from.
func eachSource(fields []*brep, do func(c *bcall)) {
	for _, r := range fields {
		for _, f := range r.from {
			do(f.sel.call)
		}
		for _, c := range r.told {
			do(c)
		}
		eachSource(r.fields, do)
	}
}

// sinks returns the requests that no other waits for. What is deferred does not count: nothing waits for it.
func sinks(requests []*Request) []int {
	waited := make([]bool, len(requests))
	for i, r := range requests {
		if r.Defer != nil {
			waited[i] = true
			continue
		}
		for _, id := range r.After {
			waited[id] = true
		}
	}
	var out []int
	for i := range requests {
		if !waited[i] {
			out = append(out, i)
		}
	}
	return out
}

// waves is the number of requests on the longest chain.
func waves(p *Plan) int {
	depth := make([]int, len(p.Requests))
	longest := 0
	for i, r := range p.Requests {
		for _, id := range r.After {
			depth[i] = max(depth[i], depth[id])
		}
		depth[i]++
		longest = max(longest, depth[i])
	}
	return longest
}
