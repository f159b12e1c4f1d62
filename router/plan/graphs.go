package plan

import "math/bits"

// graphs is a set of subgraphs, by Subgraph.ID. All sets of one planner have the same number of words.
type graphs []uint64

func newGraphs(n int) graphs { return make(graphs, (n+63)/64) }

func (g graphs) has(i int) bool { return g[i>>6]&(1<<(i&63)) != 0 }
func (g graphs) add(i int)      { g[i>>6] |= 1 << (i & 63) }

func (g graphs) subsetOf(o graphs) bool {
	for i := range g {
		if g[i]&^o[i] != 0 {
			return false
		}
	}
	return true
}

func (g graphs) clone() graphs { return append(graphs(nil), g...) }

// keep removes what is not in o.
func (g graphs) keep(o graphs) {
	for i := range g {
		g[i] &= o[i]
	}
}

// all yields the subgraphs in increasing order.
func (g graphs) all(yield func(int) bool) {
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
