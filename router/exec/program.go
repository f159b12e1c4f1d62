package exec

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/plan"
)

// Program is a compiled plan. It is immutable and shared by all executions.
type Program struct {
	engine   *Engine
	plan     *plan.Plan
	types    *typeNames
	requests []request
	// initial are the requests that wait for nothing.
	initial []int
	// calls counts the plan's calls.
	calls int
	// zips in the order in which they must run.
	zips []*zip
	root *position
	// sets are all selection sets, by their IDs.
	sets []*selectionSet
	// output prints the client's answer.
	output *objectProgram
	// parts are those of an answer that is delivered in several: the first, then the deferred ones. Nil for one of one
	// part.
	parts []answerPart
	// denied are the errors about fields that the caller may not see.
	denied []clientError
	// untyped tells that there are objects whose types are told by other subgraphs than those that have them.
	untyped bool
	pool    sync.Pool
	// ran tells that there was an execution of it.
	ran atomic.Bool
}

// request is a compiled plan.Request.
type request struct {
	plan  *plan.Request
	calls []call
	// before are the requests that wait for this one, zips those that need it.
	before []int
	zips   []int
	// parts are those of the answer that need the request.
	parts []int
	text  requestText
	// narrowed are the texts that ask for a part of the fields; nil when the request is not cached.
	narrowed   *narrowedTexts
	query      bool
	collectors int
	cache      RequestCache
	// halves is the most requests that a batch of entities that failed as a whole may be repeated with.
	halves int
}

// requestText is what the body of a request is made of: bodyOpening, the document in pieces with the values of inlined
// between them, and what is behind it.
type requestText struct {
	// opening is the document up to the first of inlined, or to its end when there are none; what has to be escaped in it
	// is.
	opening string
	inlined []inlinedLiteral
	// operation is the operation's name as the entry behind the document; empty when it has none.
	operation string
	variables []requestVariable
	literals  []requestLiteral
}

// requestVariable is a variable of the client that goes along with a request.
type requestVariable struct {
	spelled string
	index   int
}

// requestLiteral is a compiled plan.Literal.
type requestLiteral struct {
	spelled string
	value   *ast.Value
	// indexes are those of the client's variables in it, by name.
	indexes map[string]int
}

// call is a compiled plan.Call.
type call struct {
	plan *plan.Call
	// spelled is the name of the representations' variable, `"r":[`.
	spelled string
	set     *selectionSet
	// link is the link of the root object, for the calls at the operation's root.
	link    int32
	targets []target
	// contexts are the variables that objects above the targets fill.
	contexts []contextProgram
	// unshared tells that every target gets an entity of its own, even if another's would be equal.
	unshared bool
	// wanted are the indexes of the fields asked for each runtime type, and for unknown types at the end; only when the
	// request is cached.
	wanted [][]int
	// subtrees are the fields that the cache can remember as they are printed.
	subtrees []*Subtree
}

// target is where the objects are that a call completes.
type target struct {
	position *position
	plan     *plan.Target
	link     int32
	// all tells that plan.On has every type the objects can have.
	all             bool
	typers          []linkPath
	representations []representation
	// known is the link to an entity that decides the representation: targets with the same entity there have the same
	// representation. Nil when there is none.
	known linkPath
}

// Compile makes a program of a plan. It fails only when the plan is not consistent, which is a planner's mistake.
func (e *Engine) Compile(p *plan.Plan) (*Program, error) {
	if p == nil || p.Operation == nil || p.Supergraph == nil {
		return nil, errors.New("a plan needs an operation and a supergraph")
	}
	c := &compiler{
		engine: e, plan: p, forms: e.formOf(p.Supergraph), compilerScratch: compilerScratches.Get().(*compilerScratch),
	}
	defer c.release()
	c.begin()
	prog := &Program{engine: e, plan: p, types: c.forms.names, requests: make([]request, len(p.Requests))}
	prog.denied = deniedErrors(p.Operation, nil)
	root := &selectionSet{request: -1, typ: int32(p.Operation.Root.Parent.ObjectIndex), collector: -1}
	prog.root = &position{set: root, members: c.joined.Append(nil, member{set: root})}
	root.position, c.root = prog.root, root
	for _, r := range p.Requests {
		for _, pc := range r.Calls {
			for _, rep := range pc.Input {
				c.noteAlternatives(rep.Fields)
			}
		}
	}
	for i, r := range p.Requests {
		if err := c.request(prog, &prog.requests[i], r); err != nil {
			return nil, err
		}
		prog.calls += len(r.Calls)
		if len(r.After) == 0 {
			prog.initial = append(prog.initial, i)
		}
		for _, before := range r.After {
			if before >= i || before < 0 {
				return nil, fmt.Errorf("request %d of the plan waits for %d, which does not come before it", i, before)
			}
			prog.requests[before].before = append(prog.requests[before].before, i)
		}
	}
	c.representations(prog)
	if err := c.readable(prog); err != nil {
		return nil, err
	}
	if err := c.finish(prog); err != nil {
		return nil, err
	}
	prog.sets = c.sets
	for _, n := range c.sets {
		n.memberOf = nil
	}
	return prog, nil
}

// request compiles a request but for its representations, which need all positions.
func (c *compiler) request(prog *Program, r *request, pr *plan.Request) error {
	if pr.Subgraph.ID >= len(prog.engine.config.Subgraphs) || prog.engine.config.Subgraphs[pr.Subgraph.ID] == nil {
		return fmt.Errorf("no way to the subgraph %q is configured", pr.Subgraph.Name)
	}
	r.plan = pr
	before := requestSet(c.words.Make((len(c.plan.Requests) + 63) / 64))
	for _, a := range pr.After {
		if a >= 0 && a < len(c.before) {
			before.add(a)
			before.join(c.before[a])
		}
	}
	c.before = append(c.before, before)
	r.query = pr.Kind != ast.Mutation
	if halving := prog.engine.config.Halving; halving != nil && r.query && pr.Calls[0].Entities {
		if n := halving[pr.Subgraph.ID]; n >= 2 {
			r.halves = n
		}
	}
	r.calls = c.calls.Take(len(pr.Calls))
	r.text = textOf(pr, pr.Document, func(string) bool { return true })
	own := c.needing(pr.ID)
	for i, pc := range pr.Calls {
		cl := &r.calls[i]
		cl.plan, cl.set = pc, c.selectionSet(pc.Selection, pr.ID, own)
		if pc.Entities {
			cl.spelled = spell(pc.Variable) + "["
		}
		if len(pc.Targets) == 0 {
			if pc.Entities {
				return fmt.Errorf("request %d of the plan asks for entities without a target", pr.ID)
			}
			c.targeted = append(c.targeted[:0], prog.root)
			cl.link = c.join(c.targeted, cl.set, own)[0]
			continue
		}
		if err := c.targetsOf(cl, pr, own); err != nil {
			return err
		}
	}
	return nil
}

// targetsOf finds the targets of a call. own is the list of its request.
func (c *compiler) targetsOf(cl *call, pr *plan.Request, own needs) error {
	places, targets := c.targeted[:0], c.targetOf[:0]
	for _, t := range cl.plan.Targets {
		found := c.targetPositions(pr.ID, t.At, cl.plan.Input)
		if len(found) == 0 {
			return fmt.Errorf("request %d of the plan has a target that no earlier request fetches", pr.ID)
		}
		for _, p := range found {
			c.collect(p.set)
			places, targets = append(places, p), append(targets, t)
		}
	}
	c.targeted, c.targetOf = places, targets
	cl.targets = c.targets.Take(len(places))
	for i, link := range c.join(places, cl.set, own) {
		p, t := places[i], targets[i]
		cl.targets[i] = target{
			position: p, link: link, plan: t,
			all: p.set.plan != nil && p.set.plan.Type != nil && p.set.plan.Type.Possible.SubsetOf(t.On),
		}
		m := p.member(cl.set)
		m.on = m.on.Or(t.On)
	}
	return nil
}

// textOf makes the text of a request with one of its documents, and those of its variables that the document has.
func textOf(pr *plan.Request, document string, has func(variable string) bool) (text requestText) {
	text.cut(pr, document)
	for _, v := range pr.Variables {
		if !v.Literal && has(v.Name) {
			spelled := spell(v.Name)
			text.variables = append(text.variables, requestVariable{spelled: spelled, index: v.Index})
		}
	}
	for _, l := range pr.Literals {
		if !has(l.Name) {
			continue
		}
		literal := requestLiteral{spelled: spell(l.Name), value: l.Value, indexes: map[string]int{}}
		for _, v := range l.Variables {
			literal.indexes[v.Name] = v.Index
		}
		text.literals = append(text.literals, literal)
	}
	return text
}

// wanted lists the fields of a selection set for each object type, and for unknown types at the end.
func (c *compiler) wanted(n *selectionSet) [][]int {
	types := len(c.plan.Supergraph.Objects)
	wanted := make([][]int, types+1)
	all := make([]int, len(n.fields))
	for i := range n.fields {
		all[i] = i
	}
	wanted[types] = all
	for t := range types {
		for i := range n.fields {
			if n.fields[i].on().Has(t) {
				wanted[t] = append(wanted[t], i)
			}
		}
		if len(wanted[t]) == len(all) {
			wanted[t] = all
		}
	}
	return wanted
}

func (c *compiler) representations(prog *Program) {
	c.countRepresentations(prog)
	for i := range prog.requests {
		for j := range prog.requests[i].calls {
			cl := &prog.requests[i].calls[j]
			for k := range cl.targets {
				t := &cl.targets[k]
				t.typers = c.typers(t.position, i)
				t.representations = c.reps.Take(len(cl.plan.Input))
				for l, r := range cl.plan.Input {
					rep := &t.representations[l]
					c.representation(rep, i, t.position, r)
					prog.untyped = prog.untyped || rep.untyped
					rep.forUnknown = rep.untyped || t.all && (r.On == nil || t.plan.On.SubsetOf(r.On))
				}
			}
			c.contexts(i, cl)
			for k := range cl.targets {
				c.findKnown(prog, cl, &cl.targets[k])
			}
		}
	}
}

// index remembers the selection set that was made of one of the plan's.
func (c *compiler) index(set *plan.SelectionSet, n *selectionSet) {
	if set.Owner != nil {
		c.ofField[set.Owner.ID] = n
	} else {
		c.ofCall[set.Call.ID] = n
	}
}

// setOf returns the selection set that was made of one of the plan's; nil when there is none yet.
func (c *compiler) setOf(set *plan.SelectionSet) *selectionSet {
	switch {
	case set == nil:
		return nil
	case set.Owner != nil:
		return c.ofField[set.Owner.ID]
	}
	return c.ofCall[set.Call.ID]
}

// finish compiles the output and what depends on all requests being known.
func (c *compiler) finish(prog *Program) error {
	prog.zips = c.zips
	c.settle()
	for i, z := range c.zips {
		z.needs = slices.DeleteFunc(slices.Clone(z.needs), func(r int) bool { return r < 0 })
		for _, r := range z.needs {
			prog.requests[r].zips = append(prog.requests[r].zips, i)
		}
	}
	c.findAnswering()
	c.partition(prog)
	if err := c.outputOf(prog); err != nil {
		return err
	}
	for i := range prog.requests {
		r := &prog.requests[i]
		r.collectors = c.collectors[i]
		contextual := false
		for j := range r.calls {
			r.calls[j].unshared = r.calls[j].set.unshared
			contextual = contextual || len(r.calls[j].contexts) > 0
		}
		// Representations do not name context values, and what a directive makes of a field is the subgraph's to know: such
		// requests are not cached. Mutations still tell what they changed.
		if prog.engine.config.Cache != nil && !contextual && !(r.query && r.plan.Directed) {
			if r.cache = prog.engine.config.Cache.Prepare(r.plan); r.cache != nil && r.query {
				r.narrowed = new(narrowedTexts)
			}
		}
		for j := range r.calls {
			if r.cache != nil {
				r.calls[j].wanted = c.wanted(r.calls[j].set)
			}
		}
	}
	if len(prog.parts) == 0 && prog.engine.config.Cache != nil {
		c.subtrees(prog)
	}
	return nil
}

// onlyQueries tells that the program changes nothing: it can be run again.
func (p *Program) onlyQueries() bool {
	return !slices.ContainsFunc(p.requests, func(r request) bool { return !r.query })
}
