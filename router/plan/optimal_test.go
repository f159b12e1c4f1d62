package plan_test

import (
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan/plantest"
	"github.com/weft-graphql/weft/router/supergraph"
)

// exhaustive finds the least waves and then the fewest requests by trying all sets of requests. It shares nothing with
// the planner: it simulates what is known after each wave, field by field, when everything that a chosen request could
// fetch is fetched. It knows object types, leaf keys and leaf @requires, which is what its graphs have.
type exhaustive struct {
	sg        *supergraph.Supergraph
	positions []*spot
	root      *spot
}

// spot is a composite value of the operation.
type spot struct {
	typ      *supergraph.Type
	children map[*supergraph.Field]*spot
	wanted   []*supergraph.Field
	// known is the wave after which a field is known, had the wave in which a subgraph sees the object; 0 is never.
	known map[*supergraph.Field]int
	had   map[int]int
}

func newExhaustive(sg *supergraph.Supergraph, op *operation.Operation) *exhaustive {
	x := &exhaustive{sg: sg}
	x.root = x.spot(op.Root)
	return x
}

func (x *exhaustive) spot(sel *operation.SelectionSet) *spot {
	s := &spot{typ: sel.Parent, children: map[*supergraph.Field]*spot{}}
	x.positions = append(x.positions, s)
	x.extend(s, sel)
	return s
}

func (x *exhaustive) extend(s *spot, sel *operation.SelectionSet) {
	for _, f := range sel.Fields {
		if f.Def == nil {
			continue
		}
		s.wanted = append(s.wanted, f.Def)
		switch child := s.children[f.Def]; {
		case f.Selection == nil:
		case child != nil:
			x.extend(child, f.Selection)
		default:
			s.children[f.Def] = x.spot(f.Selection)
		}
	}
}

// possible tells whether a set of requests, given as subgraphs by wave, answers the operation.
func (x *exhaustive) possible(waves [][]int) bool {
	for _, s := range x.positions {
		s.known, s.had = map[*supergraph.Field]int{}, map[int]int{}
	}
	for _, g := range waves[0] {
		if x.root.typ.In[g] != nil {
			x.see(x.root, g, 1)
		}
	}
	for i, graphs := range waves[1:] {
		wave := i + 2
		for _, g := range graphs {
			x.enter(g, wave)
		}
	}
	for _, s := range x.positions {
		for _, f := range s.wanted {
			if s.known[f] == 0 {
				return false
			}
		}
	}
	return true
}

// enter makes the entity calls of one request.
func (x *exhaustive) enter(g, wave int) {
	for _, s := range x.positions {
		in := s.typ.In[g]
		if in == nil || s == x.root {
			continue
		}
		enterable := false
		for _, k := range in.Keys {
			enterable = enterable || k.Resolvable && x.allKnown(s, k.FieldSet, wave-1)
		}
		if !enterable {
			continue
		}
		x.see(s, g, wave)
		for _, f := range s.typ.Fields {
			if fi := f.In[g]; fi != nil && len(fi.Requires) > 0 && x.allKnown(s, fi.Requires, wave-1) {
				x.know(s, f, g, wave)
			}
		}
	}
}

func (x *exhaustive) allKnown(s *spot, set supergraph.FieldSet, wave int) bool {
	for _, item := range set {
		if k := s.known[item.Field]; k == 0 || k > wave {
			return false
		}
	}
	return true
}

// see gives a subgraph the objects of a position in a wave.
func (x *exhaustive) see(s *spot, g, wave int) {
	for _, f := range s.typ.Fields {
		if fi := f.In[g]; fi != nil && !fi.External && len(fi.Requires) == 0 {
			x.know(s, f, g, wave)
		}
	}
}

func (x *exhaustive) know(s *spot, f *supergraph.Field, g, wave int) {
	if s.known[f] == 0 {
		s.known[f] = wave
	}
	if child := s.children[f]; child != nil {
		x.see(child, g, wave)
	}
}

// least returns the fewest waves and the fewest requests with that many waves.
func (x *exhaustive) least(maxWaves int) (waves, requests int) {
	n := len(x.sg.Subgraphs)
	for waves = 1; waves <= maxWaves; waves++ {
		full := make([][]int, waves)
		for w := range full {
			for g := range n {
				full[w] = append(full[w], g)
			}
		}
		if !x.possible(full) {
			continue
		}
		for requests = 1; requests <= n*waves; requests++ {
			for set := range uint64(1) << (n * waves) {
				if bits.OnesCount64(set) != requests {
					continue
				}
				chosen := make([][]int, waves)
				for i := range n * waves {
					if set&(1<<i) != 0 {
						chosen[i/n] = append(chosen[i/n], i%n)
					}
				}
				if x.possible(chosen) {
					return waves, requests
				}
			}
		}
	}
	return 0, 0
}

// TestOptimal compares the planner's waves and requests with the exhaustive minimum.
func TestOptimal(t *testing.T) {
	const want = 2000
	cases, choices := 0, map[int]int{}
	for seed := uint64(0); cases < want && seed < 4*want; seed++ {
		rnd := rand.New(rand.NewPCG(seed, 11))
		f := randomFixture(t, rnd, plantest.Shape{Subgraphs: 2 + rnd.IntN(3), Entities: 1 + rnd.IntN(2), Values: rnd.IntN(2)})
		if f == nil {
			continue
		}
		for range 4 {
			query := plantest.RandomQuery(rnd, f.Supergraph.API, 2)
			op, _, err := f.Prepare(query, "", nil)
			if err != nil || len(op.Fields) > 40 {
				continue
			}
			p, err := f.Planner.Plan(op)
			if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, query, err)
			}
			if p.Stats.Waves*len(f.Supergraph.Subgraphs) > 12 {
				continue
			}
			cases++
			waves, requests := newExhaustive(f.Supergraph, op).least(4)
			choices[requests]++
			if waves == p.Stats.Waves && requests == len(p.Requests) {
				continue
			}
			t.Errorf("seed %d: %s\n%d requests in %d waves, the least are %d in %d", seed, query, len(p.Requests), p.Stats.Waves, requests, waves)
			for _, r := range p.Requests {
				t.Log(r.ID, r.Subgraph.Name, r.After, r.Document)
			}
			return
		}
	}
	t.Logf("%d cases, by number of requests: %v", cases, choices)
	if cases < want {
		t.Errorf("only %d cases", cases)
	}
}
