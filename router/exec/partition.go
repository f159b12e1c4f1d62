package exec

import (
	"fmt"
	"slices"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// answerPart is a part of an answer that is delivered in several: the first, or that of a @defer. It is printed as
// soon as the requests that it needs are complete, while others run. So nothing that it reads may come from any but
// these: what it prints, where it looks for that, and which links it follows is compiled for it alone.
type answerPart struct {
	// deferred is the @defer; nil for the first part.
	deferred *operation.Defer
	// needs are the requests that must be complete, by plan.Request.ID; waits counts them.
	needs []bool
	waits int
	// live tells that there is a field in it.
	live bool
	// walk goes from the root of the answer to everything in the part, to find the positions of errors.
	walk *objectProgram
	// denied are the errors about fields that the caller may not see.
	denied []clientError
}

// continuation is what later parts add to an object that a part prints.
type continuation struct {
	// opens are the deferred parts that begin at the object, by operation.Defer.ID.
	opens []int
	rests []rest
}

// rest is what a later part prints of an object.
type rest struct {
	defers  int
	program *objectProgram
	// on are the runtime types that there is something for; nil means all.
	on supergraph.TypeSet
	// within are the parts deferred within this one that have begun where the object is.
	within []int
}

// partition finds out what each part of the answer needs. prog.parts is empty for an answer of one part.
func (c *compiler) partition(prog *Program) {
	op := c.plan.Operation
	if len(op.Defers) == 0 {
		return
	}
	prog.parts = make([]answerPart, 1+len(op.Defers))
	first := &prog.parts[0]
	first.live, first.needs = true, make([]bool, len(prog.requests))
	for i := range prog.requests {
		if prog.requests[i].plan.Defer == nil {
			c.need(first, i)
		}
	}
	for i, d := range op.Defers {
		p := &prog.parts[1+i]
		p.deferred, p.denied = d, deniedErrors(op, d)
		around := first
		if d.Parent != nil {
			around = &prog.parts[1+d.Parent.ID]
		}
		p.needs, p.waits = slices.Clone(around.needs), around.waits
		for j := range prog.requests {
			if prog.requests[j].plan.Defer == d {
				c.need(p, j)
			}
		}
	}
	for _, f := range op.Fields {
		for _, d := range f.DeferredParts() {
			p := &prog.parts[1+d.ID]
			p.live = true
			c.needSources(p, f)
		}
	}
	// What is deferred within a part comes behind it.
	for i := range prog.parts[1:] {
		if p := &prog.parts[1+i]; p.deferred.Parent != nil {
			for j, needed := range prog.parts[1+p.deferred.Parent.ID].needs {
				if needed {
					c.need(p, j)
				}
			}
		}
	}
	for i := range prog.parts {
		for j := range prog.requests {
			if prog.parts[i].needs[j] {
				prog.requests[j].parts = append(prog.requests[j].parts, i)
			}
		}
	}
}

// need makes a part wait for a request, and for those before it.
func (c *compiler) need(p *answerPart, request int) {
	if request < 0 || p.needs[request] {
		return
	}
	p.needs[request] = true
	p.waits++
	for before := range c.before[request].all {
		c.need(p, before)
	}
}

// needSources makes a deferred part wait for the requests that know a field of it. A composite value that other parts
// see, too, need not be seen as these do, where the part gets it for all types anyway: what is below counts by itself.
func (c *compiler) needSources(p *answerPart, f *operation.Field) {
	for _, set := range append(c.sets[:len(c.sets):len(c.sets)], c.root) {
		at := set.position
		var own, all supergraph.TypeSet
		sources := c.sources(at, f)
		c.found = c.found[:len(c.found)-len(sources)]
		for _, s := range sources {
			all = all.Or(s.field.on())
			if c.isOwn(p, s) {
				own = own.Or(s.field.on())
			}
		}
		enough := f.Selection != nil && all.SubsetOf(own)
		for _, s := range sources {
			if enough && !c.isOwn(p, s) {
				continue
			}
			c.need(p, int(c.setOf(s.field.plan.Parent).request))
			for _, r := range s.needs {
				c.need(p, r)
			}
		}
	}
}

// isOwn tells whether a source comes with a request for the part, or for one around it.
func (c *compiler) isOwn(p *answerPart, s source) bool {
	from := c.plan.Requests[c.setOf(s.field.plan.Parent).request].Defer
	return from == nil || p.deferred.Within(from)
}

// has tells whether everything that must be complete for something is so when the part is printed.
func (p *answerPart) has(needs []int) bool {
	return p == nil || !slices.ContainsFunc(needs, func(r int) bool { return r >= 0 && !p.needs[r] })
}

// hasRequest is has for one request.
func (p *answerPart) hasRequest(request int) bool { return p == nil || request < 0 || p.needs[request] }

// prints tells whether a part prints a field where it comes by. passing tells that it does not, and only goes through
// it, as finding the positions of errors does.
func (c *compiler) prints(f *operation.Field) (prints, passing bool) {
	switch {
	case c.part == nil:
		return true, false
	case c.part.deferred == nil:
		return f.DeferredParts() == nil, false
	case slices.Contains(f.DeferredParts(), c.part.deferred):
		return true, false
	case c.walking && f.Selection != nil:
		passing = c.leadsTo(f.Selection, c.part.deferred)
		return passing, passing
	}
	return false, false
}

// leadsTo tells whether something in a selection is in a deferred part.
func (c *compiler) leadsTo(set *operation.SelectionSet, d *operation.Defer) bool {
	return slices.ContainsFunc(set.Fields, func(f *operation.Field) bool {
		return slices.Contains(f.DeferredParts(), d) || f.Selection != nil && c.leadsTo(f.Selection, d)
	})
}

// host returns the part that prints the objects of a field to which a deferred part adds something: the first, or the
// nearest around the deferred one. The result is not known when the deferred part prints the objects itself.
func host(d *operation.Defer, owner *operation.Field) (around *operation.Defer, known bool) {
	if owner == nil || owner.DeferredParts() == nil {
		return nil, true
	}
	if slices.Contains(owner.DeferredParts(), d) {
		return nil, false
	}
	for d = d.Parent; d != nil; d = d.Parent {
		if slices.Contains(owner.DeferredParts(), d) {
			return d, true
		}
	}
	return nil, false
}

// continued compiles what later parts add to objects of a program.
func (c *compiler) continued(o *objectProgram, set *operation.SelectionSet, p *position, second bool) error {
	if c.part == nil || c.walking || len(set.Fields) == 0 {
		return nil
	}
	owner := set.Fields[0].Owner
	var cont continuation
	for _, d := range c.plan.Operation.Defers {
		at := &c.parts[1+d.ID]
		if around, known := host(d, owner); !at.live || !known || around != c.part.deferred {
			continue
		}
		if d.Owner == owner {
			cont.opens = append(cont.opens, d.ID)
		}
		if !slices.ContainsFunc(set.Fields, func(f *operation.Field) bool { return slices.Contains(f.DeferredParts(), d) }) {
			continue
		}
		r := rest{defers: d.ID}
		outer := c.part
		c.part = at
		var err error
		r.program, err = c.output(set, p, second)
		c.part = outer
		if err != nil {
			return err
		}
		if len(r.program.fields) == 0 {
			continue
		}
		r.program.field = owner
		r.on = r.program.filled()
		for _, e := range c.plan.Operation.Defers[d.ID+1:] {
			if e.Within(d) && under(owner, e.Owner) {
				r.within = append(r.within, e.ID)
			}
		}
		cont.rests = append(cont.rests, r)
	}
	if len(cont.opens)+len(cont.rests) > 0 {
		o.continued = &cont
	}
	return nil
}

// filled returns the runtime types that the program has fields for; nil when these are all.
func (o *objectProgram) filled() supergraph.TypeSet {
	var on supergraph.TypeSet
	for i := range o.fields {
		if !o.fields[i].narrowed {
			return nil
		}
		on = on.Or(o.fields[i].field.On)
	}
	return on
}

// under tells whether a field is another one, or stands below it; every field stands below the root, which is nil.
func under(f, other *operation.Field) bool {
	for ; f != nil; f = f.Owner {
		if f == other {
			return true
		}
	}
	return other == nil
}

// outputOf compiles what is printed: the whole answer, or its parts.
func (c *compiler) outputOf(prog *Program) error {
	op := prog.plan.Operation
	c.parts = prog.parts
	if len(prog.parts) > 0 {
		c.part = &prog.parts[0]
	}
	var err error
	if prog.output, err = c.output(op.Root, prog.root, false); err != nil {
		return err
	}
	for i := range prog.parts {
		p := &prog.parts[i]
		if p.walk = prog.output; i == 0 || !p.live {
			continue
		}
		c.part, c.walking = p, true
		if p.walk, err = c.output(op.Root, prog.root, false); err != nil {
			return fmt.Errorf("a deferred part: %w", err)
		}
		c.walking = false
	}
	c.part = nil
	return nil
}

// membersFor are the members of a position that a part may look at, and typersFor the links that tell it a runtime
// type.
func (c *compiler) membersFor(p *position) []member {
	if c.part == nil {
		return p.members
	}
	return slices.DeleteFunc(slices.Clone(p.members), func(m member) bool {
		return !c.part.has(c.needs[m.needs]) || !c.part.hasRequest(int(m.set.request))
	})
}

func (c *compiler) typersFor(p *position) []linkPath {
	if c.part == nil || len(p.typers) == 0 {
		return p.typers
	}
	var typers []linkPath
	for _, m := range c.membersFor(p) {
		if len(m.links) > 0 {
			typers = append(typers, m.links)
		}
	}
	return typers
}
