package exec

import (
	"bytes"
	"slices"

	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/supergraph"
)

// contextProgram is a variable of a call that objects further up fill.
// Specification: Apollo Federation, @context and @fromContext.
type contextProgram struct {
	// spelled is the variable's name, `"weft_context1":`.
	spelled string
	chains  []contextChain
}

// contextChain leads from the objects that set a context to the targets of a call.
type contextChain struct {
	base   *position
	typers []linkPath
	fields []representationField
	steps  []contextStep
}

// contextStep goes from an object over links into one of its fields; slot is -1 if it ends with the links.
type contextStep struct {
	links linkPath
	slot  int32
}

// contexts compiles the contexts of a call.
func (c *compiler) contexts(request int, cl *call) {
	for _, ctx := range cl.plan.Contexts {
		cp := contextProgram{spelled: spell(ctx.Variable)}
		at := c.setOf(ctx.At)
		if at == nil {
			continue
		}
		setters := slices.Clone(at.memberOf)
		if at.plan.Owner != nil {
			setters = append(setters, at.position)
		}
		for _, t := range cl.targets {
			for _, chain := range c.above(t.position.set, setters) {
				chain.typers = c.typers(chain.base, request)
				chain.fields = c.representationFields(request, chain.base, ctx.Fields, typesOf(chain.base))
				c.collect(chain.base.set)
				cp.chains = append(cp.chains, chain)
			}
		}
		cl.contexts = append(cl.contexts, cp)
	}
}

func typesOf(p *position) supergraph.TypeSet {
	if p.set.plan == nil || p.set.plan.Type == nil {
		return nil
	}
	return p.set.plan.Type.Possible
}

// above finds the chains from setters to the objects of a selection set, from the nearest setters only. The calls a
// chain leads through must not share entities between targets: their objects stand under more than one setter then.
func (c *compiler) above(n *selectionSet, setters []*position) []contextChain {
	var found []contextChain
	if n.plan == nil {
		return nil
	}
	if n.plan.Owner == nil {
		for _, q := range n.memberOf {
			step := contextStep{links: q.member(n).links, slot: -1}
			n.unshared = true
			for _, chain := range c.from(q, setters) {
				chain.steps = append(slices.Clone(chain.steps), step)
				found = append(found, chain)
			}
		}
		return found
	}
	parent := c.setOf(n.plan.Owner.Parent)
	slot := slices.Index(parent.plan.Fields, n.plan.Owner)
	step := contextStep{slot: int32(slot)}
	var chains []contextChain
	if parent.plan.Owner == nil {
		chains = c.above(parent, setters)
	} else {
		chains = c.from(parent.position, setters)
	}
	for _, chain := range chains {
		chain.steps = append(slices.Clone(chain.steps), step)
		found = append(found, chain)
	}
	return found
}

// from finds the chains to the objects of a position, which can be setters themselves.
func (c *compiler) from(p *position, setters []*position) []contextChain {
	if slices.Contains(setters, p) {
		return []contextChain{{base: p}}
	}
	return c.above(p.set, setters)
}

// contextValues returns, for each target object of a call, the variables that its contexts fill, `"a":1,"b":2`.
func (x *execution) contextValues(c *call) map[ref][]byte {
	values := map[ref][]byte{}
	for i := range c.contexts {
		cp := &c.contexts[i]
		found := map[ref][]byte{}
		for j := range cp.chains {
			chain := &cp.chains[j]
			x.eachObject(chain.base, func(r ref) {
				value := x.contextValue(chain, r)
				x.descend(r, chain.steps, func(target ref) { found[target] = value })
			})
		}
		for j := range c.targets {
			x.eachObject(c.targets[j].position, func(target ref) {
				value := found[target]
				if value == nil {
					value = null
				}
				if i > 0 {
					values[target] = append(values[target], ',')
				}
				values[target] = append(append(values[target], cp.spelled...), value...)
			})
		}
	}
	return values
}

// contextValue reads the value of a context: that of the innermost single field.
func (x *execution) contextValue(chain *contextChain, r ref) []byte {
	typ := x.typeOf(chain.typers, r)
	fields := chain.fields
	for i := range fields {
		f := &fields[i]
		if !f.isFor(typ) {
			continue
		}
		out, fits := x.representField(nil, f, r, typ)
		if fits != fit {
			return nil
		}
		value := out[len(f.spelled):]
		for f.composite() && value[0] == '{' {
			if value = value[1 : len(value)-1]; len(value) == 0 {
				return nil
			}
			value = value[jsontext.SkipKey(value, 0):]
			f = f.inner()
		}
		return value
	}
	return nil
}

func (f *representationField) composite() bool { return f.inner() != nil }

// inner returns the single field below a composite one.
func (f *representationField) inner() *representationField {
	for i := range f.sources {
		if below := f.sources[i].below; below != nil && len(below.fields) > 0 {
			return &below.fields[0]
		}
	}
	return nil
}

// descend goes from an object along steps and calls f for every object at their end.
func (x *execution) descend(r ref, steps []contextStep, f func(ref)) {
	if len(steps) == 0 {
		f(r)
		return
	}
	to, ok := x.follow(r, steps[0].links)
	if !ok {
		return
	}
	if steps[0].slot < 0 {
		x.descend(to, steps[1:], f)
		return
	}
	a := x.answers[to.answer()]
	var visit func(v value)
	visit = func(v value) {
		switch v.kind() {
		case kindObject:
			x.descend(newRef(a.index, v.at), steps[1:], f)
		case kindList:
			for _, e := range a.elements(v) {
				visit(e)
			}
		}
	}
	visit(a.slot(to.object(), steps[0].slot))
}

// fetchContexts makes a request once for each combination of context values among its targets. The answers are kept
// one behind the other.
func (x *execution) fetchContexts(request int, r *request, f *fetch) {
	run := &f.calls[0]
	a := x.answers[firstAnswer(request)+fetchedAnswer]
	var body []byte
	done := make([]bool, len(run.spans))
	for i := range run.spans {
		if done[i] {
			continue
		}
		variables := run.context(i)
		var picked []uint32
		for j := i; j < len(run.spans); j++ {
			if !done[j] && bytes.Equal(run.context(j), variables) {
				done[j] = true
				picked = append(picked, uint32(j))
			}
		}
		f.body = x.body(f.body[:0], &r.text, r, f, [][]uint32{picked}, variables)
		f.parser = parser{a: a}
		f.reader.marks = f.reader.marks[:0]
		for _, collected := range a.collected {
			f.reader.marks = append(f.reader.marks, len(collected))
		}
		f.response.Release()
		err := x.ctx.Err()
		if err == nil {
			err = x.send(r, f, f.body, &f.response)
		}
		if err == nil {
			f.parser.start = len(body)
			body = append(body, jsontext.ToValidUTF8(f.response.Body)...)
			err = x.read(&f.parser, body, r, f, f.response.Status, [][]uint32{picked})
		}
		if err != nil {
			x.failed(r, f, err, func(_, entity int) bool { return slices.Contains(picked, uint32(entity)) })
		}
	}
}

// context returns the context variables of a representation.
func (run *callRun) context(i int) []byte { return run.text[run.spans[i].end:run.spans[i].full] }
