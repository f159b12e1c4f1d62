package exec

import "math/bits"

// requestSet is a set of requests of a plan, by their IDs.
type requestSet []uint64

func (s requestSet) add(i int)      { s[i>>6] |= 1 << (i & 63) }
func (s requestSet) has(i int) bool { return s[i>>6]&(1<<(i&63)) != 0 }

func (s requestSet) join(other requestSet) {
	for i, w := range other {
		s[i] |= w
	}
}

// all yields the requests in increasing order.
func (s requestSet) all(yield func(int) bool) {
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			if !yield(i*64 + bits.TrailingZeros64(w)) {
				return
			}
		}
	}
}
