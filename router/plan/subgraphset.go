package plan

import "math/bits"

// subgraphSet is a set of subgraphs, by Subgraph.ID. All sets of one planner have the same number of words.
type subgraphSet []uint64

func newSubgraphSet(n int) subgraphSet { return make(subgraphSet, (n+63)/64) }

// newSet returns an empty set in the memory of the run.
func (r *run) newSet() subgraphSet { return r.mem.words.Make((r.t.n + 63) / 64) }

func (g subgraphSet) has(i int) bool { return g[i>>6]&(1<<(i&63)) != 0 }
func (g subgraphSet) add(i int)      { g[i>>6] |= 1 << (i & 63) }

func (g subgraphSet) subsetOf(o subgraphSet) bool {
	for i := range g {
		if g[i]&^o[i] != 0 {
			return false
		}
	}
	return true
}

func (g subgraphSet) empty() bool {
	for _, w := range g {
		if w != 0 {
			return false
		}
	}
	return true
}

func (g subgraphSet) clone() subgraphSet { return append(subgraphSet(nil), g...) }

// keep removes what is not in o.
func (g subgraphSet) keep(o subgraphSet) {
	for i := range g {
		g[i] &= o[i]
	}
}

// all yields the subgraphs in increasing order.
func (g subgraphSet) all(yield func(int) bool) {
	for i, w := range g {
		for w != 0 {
			b := bits.TrailingZeros64(w)
			if !yield(i*64 + b) {
				return
			}
			w &^= 1 << b
		}
	}
}
