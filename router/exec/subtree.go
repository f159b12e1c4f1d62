package exec

import (
	"slices"
	"sync/atomic"
)

// Subtree is a composite field of a cached call, with everything below it that later calls add, where all of these are
// cached, too. How such a value is printed depends on nothing but what the cache says, so that the cache can remember
// the printed form: then nothing below the field needs to be looked up, read into slots or printed again.
type Subtree struct {
	// ID is unique in the process.
	ID uint64
	// Variables are the indexes of the client's variables that the calls below the field use, sorted.
	Variables []int
	slot      int
	set       *selectionSet
	output    *outputField
}

// CacheSubtree is what the cache says of a subtree of an entity.
type CacheSubtree struct {
	// Subtree is the field's, and Value the index of its value in CacheEntity.Values.
	Subtree *Subtree
	Value   int
	// Printed tells that the value is not what the subgraph sent but the printed form.
	Printed bool
	// Handle is the cache's own. When it is not nil and Printed is not set, the cache wants to know the printed form.
	Handle any
}

// SubtreeCache is a RequestCache that can remember printed forms.
type SubtreeCache interface {
	RequestCache
	// Shareable tells that what the cache says of the request's entities is the same for everybody.
	Shareable() bool
	// Keep tells the printed form of a subtree for which Lookup left a handle. used are all entities of later calls that
	// it is made of. text, used and what they refer to must not be kept. A nil text tells that there is nothing to keep,
	// and will not be for a while.
	Keep(s *CacheSubtree, variables Variables, text []byte, used []UsedEntity)
}

// UsedEntity is an entity that a printed form is made of, with the cache that knows it.
type UsedEntity struct {
	Cache  SubtreeCache
	Entity *CacheEntity
}

var lastSubtree atomic.Uint64

// subtrees finds the subtrees of all cached calls.
func (c *compiler) subtrees(prog *Program) {
	s := subtreeFinder{c: c, prog: prog, outputs: map[*selectedField][]*outputField{}, inputs: map[*selectionSet]bool{}}
	s.countOutputs(prog.output)
	for i := range prog.requests {
		for j := range prog.requests[i].calls {
			s.noteInputs(&prog.requests[i].calls[j])
		}
	}
	for i := range prog.requests {
		r := &prog.requests[i]
		for j := range r.calls {
			if s.keeps(i) {
				s.find(&r.calls[j])
			}
		}
	}
}

// subtreeFinder looks for fields whose printed form depends on cached calls only.
type subtreeFinder struct {
	c    *compiler
	prog *Program
	// outputs are the client's fields that are printed from a field.
	outputs map[*selectedField][]*outputField
	// inputs are the selections that representations of calls on the object itself, or on one above it, read.
	inputs map[*selectionSet]bool
}

func (s *subtreeFinder) countOutputs(o *objectProgram) {
	for i := range o.fields {
		f := &o.fields[i]
		for j := range f.sources {
			from := &f.sources[j]
			if from.field.set == nil {
				continue
			}
			s.outputs[from.field] = append(s.outputs[from.field], f)
			s.countOutputs(from.program)
		}
	}
}

func (s *subtreeFinder) noteInputs(cl *call) {
	var note func(fields []representationField)
	note = func(fields []representationField) {
		for i := range fields {
			for j := range fields[i].sources {
				if below := fields[i].sources[j].below; below != nil {
					s.inputs[below.position.set] = true
					note(below.fields)
				}
			}
		}
	}
	for i := range cl.targets {
		for j := range cl.targets[i].representations {
			note(cl.targets[i].representations[j].fields)
		}
	}
	for i := range cl.contexts {
		for j := range cl.contexts[i].chains {
			note(cl.contexts[i].chains[j].fields)
		}
	}
}

// keeps tells whether what the cache says of a request is the same for everybody.
func (s *subtreeFinder) keeps(request int) bool {
	r := &s.prog.requests[request]
	keeper, ok := r.cache.(SubtreeCache)
	return ok && r.query && keeper.Shareable()
}

// find finds the subtrees of a call.
func (s *subtreeFinder) find(cl *call) {
	for slot := range cl.set.fields {
		f := &cl.set.fields[slot]
		outputs := s.outputs[f]
		// A value that is printed in two ways would need two printed forms.
		if f.set == nil || s.inputs[f.set] || len(outputs) != 1 || len(outputs[0].sources) != 1 ||
			outputs[0].introspects() {
			continue
		}
		found := closure{finder: s, seen: map[*selectionSet]bool{}}
		if !found.add(f.set) {
			continue
		}
		slices.Sort(found.variables)
		cl.subtrees = append(cl.subtrees, &Subtree{
			ID: lastSubtree.Add(1), Variables: slices.Compact(found.variables), slot: slot, set: f.set, output: outputs[0],
		})
	}
}

// introspects tells whether something below a field is answered by the router itself, from variables of its own.
func (f *outputField) introspects() bool {
	if f.what == outputIntrospection {
		return true
	}
	for i := range f.sources {
		if o := f.sources[i].program; o != nil {
			for j := range o.fields {
				if o.fields[j].introspects() {
					return true
				}
			}
		}
	}
	return false
}

// closure is everything below a field.
type closure struct {
	finder    *subtreeFinder
	seen      map[*selectionSet]bool
	variables []int
}

// add adds a selection set and what is below it. It returns false when something there does not come from the cache,
// or is not for this field alone to say: twins bring what other calls know of the same value.
func (cl *closure) add(n *selectionSet) bool {
	if cl.seen[n] {
		return true
	}
	cl.seen[n] = true
	if n.plan.Owner != nil && len(n.memberOf) > 0 {
		return false
	}
	for _, m := range n.position.members[1:] {
		if len(m.links) != 1 || m.set.plan.Owner != nil || !cl.finder.keeps(int(m.set.request)) {
			return false
		}
		r := &cl.finder.prog.requests[m.set.request]
		for _, v := range r.text.variables {
			cl.variables = append(cl.variables, v.index)
		}
		for _, l := range r.text.inlined {
			cl.variables = append(cl.variables, l.index)
		}
		for _, l := range r.text.literals {
			for _, index := range l.indexes {
				cl.variables = append(cl.variables, index)
			}
		}
		if !cl.add(m.set) {
			return false
		}
	}
	for i := range n.fields {
		if below := n.fields[i].set; below != nil && !cl.add(below) {
			return false
		}
	}
	return true
}
