package operation

import (
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/slab"
	"github.com/weft-graphql/weft/router/supergraph"
)

// scratch is the memory in which an operation is normalised. Nothing of it is in the operation: it serves the next one.
type scratch struct {
	// pending are the fields being collected.
	pending []pending
	spreads spreads
	// all are the fields of the operation.
	all []*Field

	collected   slab.Slab[pending]
	nodes       slab.Slab[node]
	occurrences slab.Slab[occurrence]
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// keptPending bounds the memory for fields that is kept.
const keptPending = 1024

func (s *scratch) release() {
	if cap(s.pending) > keptPending {
		s.pending = nil
	}
	if cap(s.all) > keptPending {
		s.all = nil
	}
	clear(s.all)
	s.all = s.all[:0]
	s.spreads.reset()
	s.collected.Reset()
	s.nodes.Reset()
	s.occurrences.Reset()
	scratches.Put(s)
}

// spread is a fragment where it is spread: in a part of the answer, below directives.
type spread struct {
	fragment *ast.FragmentDefinition
	deferred *Defer
	around   string
}

// spreads has the types for which the fragments in a selection set were collected already.
type spreads struct {
	few  [8]seenSpread
	n    int
	many map[spread]*seenSpread
}

type seenSpread struct {
	spread
	types supergraph.TypeSet
	// known tells that it was collected: there are spreads for no types at all.
	known bool
}

func (s *spreads) reset() {
	clear(s.few[:s.n])
	s.n, s.many = 0, nil
}

// of returns what is known of a spread.
func (s *spreads) of(sp spread) *seenSpread {
	for i := range s.few[:s.n] {
		if s.few[i].spread == sp {
			return &s.few[i]
		}
	}
	if s.n < len(s.few) {
		s.n++
		s.few[s.n-1].spread = sp
		return &s.few[s.n-1]
	}
	seen := s.many[sp]
	if seen == nil {
		if s.many == nil {
			s.many = map[spread]*seenSpread{}
		}
		seen = &seenSpread{spread: sp}
		s.many[sp] = seen
	}
	return seen
}
