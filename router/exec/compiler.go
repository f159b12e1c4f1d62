package exec

import (
	"slices"
	"sync"

	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/slab"
)

// compiler is the state of Compile.
type compiler struct {
	plan   *plan.Plan
	sets   []*selectionSet
	engine *Engine
	forms  *supergraphForm
	root   *selectionSet
	zips   []*zip
	// rootNeeds is the list of what the root comes with, which is no request.
	rootNeeds needs
	// outputs counts the fields of the output.
	outputs uint32
	// part is the part of the answer whose output is being compiled; nil when there is but one. walking tells that it is
	// what finds the positions of errors.
	part    *answerPart
	walking bool
	parts   []answerPart
	// What the program is made of.
	fields        slab.Sized[selectedField]
	blocks        slab.Sized[setBlock]
	members       slab.Sized[member]
	paths         slab.Sized[linkPath]
	objects       slab.Sized[objectProgram]
	outputFields  slab.Sized[outputField]
	outputSources slab.Sized[outputSource]
	calls         slab.Sized[call]
	targets       slab.Sized[target]
	reps          slab.Sized[representation]
	repFields     slab.Sized[representationField]
	repSources    slab.Sized[representationSource]
	*compilerScratch
}

// compilerScratch is the memory in which a program is compiled. Nothing of it is in the program: it serves the next
// one.
type compilerScratch struct {
	// ofField and ofCall are the selection sets below fields and calls, by their IDs.
	ofField, ofCall []*selectionSet
	// alternatives are the fields that are sources of the same field of a representation, each with that field.
	alternatives   []alternative
	alternativesOf map[*plan.Field][]alternative
	collectors     []int
	// twins are those that are to be linked, by the number of requests they need.
	twins []twinQueue
	// before tells, for each request, which others are complete when it starts.
	before []requestSet
	// answering are the fields of selection sets that answer each field of the client, by its ID: those from
	// answeringFrom[ID] to answeringFrom[ID+1].
	answering     []answering
	answeringFrom []int32
	// answeringNext is where the next of each field goes while these are found.
	answeringNext []int32
	// found are the sources of the fields that are being compiled, those of inner fields above those of outer ones.
	found []source
	// foundIn are those of the fields of representations that are being compiled, inner ones above outer ones.
	foundIn []representationSource
	// needs are the lists of requests that must be complete for something, and numbers what they are made of.
	needs   [][]int
	numbers slab.Slab[int]
	// joined are the members of positions and memberOf the positions of members, until all are known.
	joined   slab.Slab[member]
	memberOf slab.Slab[*position]
	// targeted are the positions of the targets of a call, targetOf these, and links those to them.
	targeted []*position
	targetOf []*plan.Target
	links    []int32
	words    slab.Slab[uint64]
}

// begin makes room for what the plan says that there will be.
func (c *compiler) begin() {
	c.ofField, c.ofCall = zeroed(c.ofField, c.plan.Fields), zeroed(c.ofCall, c.plan.Calls)
	c.collectors = zeroed(c.collectors, len(c.plan.Requests))
	c.needs = append(c.needs, nil)
	c.rootNeeds = c.needing(-1)
	sets := 0
	for _, r := range c.plan.Requests {
		for _, cl := range r.Calls {
			c.targets.Expected += len(cl.Targets)
			sets += countSets(cl.Selection)
		}
	}
	c.fields.Expected, c.blocks.Expected, c.calls.Expected = c.plan.Fields, sets, c.plan.Calls
	c.sets = make([]*selectionSet, 0, sets)
}

// countSets counts a selection set and those below it.
func countSets(set *plan.SelectionSet) int {
	n := 1
	for _, f := range set.Fields {
		if f.Selection != nil {
			n += countSets(f.Selection)
		}
	}
	return n
}

// needs is the number of a list of requests that must be complete for something; that with number 0 is empty.
type needs int32

// needing returns the list of one request.
func (c *compiler) needing(request int) needs { return c.list(c.numbers.Append(nil, request)) }

// list numbers a list.
func (c *compiler) list(requests []int) needs {
	c.needs = append(c.needs, requests)
	return needs(len(c.needs) - 1)
}

// union is a list with the requests of two.
func (c *compiler) union(a, b needs) needs {
	if a == b || b == 0 {
		return a
	}
	if a == 0 {
		return b
	}
	all := c.numbers.Make(len(c.needs[a]) + len(c.needs[b]))
	copy(all[copy(all, c.needs[a]):], c.needs[b])
	slices.Sort(all)
	return c.list(slices.Compact(all))
}

// settle moves the members of positions from where they were collected into the program.
func (c *compiler) settle() {
	positions := append(c.sets[:len(c.sets):len(c.sets)], c.root)
	typers := 0
	for _, set := range positions {
		if c.members.Expected += len(set.position.members); set.typ < 0 {
			typers += len(set.position.members) - 1
		}
	}
	c.paths.Expected = typers
	for _, set := range positions {
		p := set.position
		p.members = c.members.Keep(p.members)
		if set.typ < 0 {
			p.typers = c.paths.Take(len(p.members) - 1)
			for i, m := range p.members[1:] {
				p.typers[i] = m.links
			}
		}
	}
}

// alternative is a field that is a source of a field of a representation.
type alternative struct {
	field *plan.Field
	of    *plan.RepresentationField
}

var compilerScratches = sync.Pool{New: func() any { return new(compilerScratch) }}

// maxKeptScratch bounds the lists that are kept for the next program.
const maxKeptScratch = 4096

func (s *compilerScratch) release() {
	s.ofField, s.ofCall = emptied(s.ofField), emptied(s.ofCall)
	s.alternatives, s.alternativesOf = emptied(s.alternatives), nil
	s.collectors = emptied(s.collectors)
	for i := range s.twins {
		s.twins[i] = twinQueue{list: emptied(s.twins[i].list)}
	}
	s.twins = s.twins[:0]
	s.before = emptied(s.before)
	s.answering, s.answeringFrom = emptied(s.answering), emptied(s.answeringFrom)
	s.answeringNext = emptied(s.answeringNext)
	s.found = emptied(s.found[:cap(s.found)])
	s.foundIn = emptied(s.foundIn)
	s.needs = emptied(s.needs)
	s.numbers.Reset()
	s.joined.Reset()
	s.memberOf.Reset()
	s.targeted, s.targetOf, s.links = emptied(s.targeted), emptied(s.targetOf), emptied(s.links)
	s.words.Reset()
	compilerScratches.Put(s)
}

// emptied returns a list without its values, with room for others; nil when that is much.
func emptied[T any](list []T) []T {
	if cap(list) > maxKeptScratch {
		return nil
	}
	clear(list)
	return list[:0]
}

// zeroed returns a list of n zero values in the memory of an emptied one.
func zeroed[T any](list []T, n int) []T {
	if cap(list) < n {
		return make([]T, n)
	}
	return list[:n]
}
