package supergraph

import "math/bits"

// TypeSet is a set of object types, by Type.ObjectIndex. Sets of one supergraph have the same length, except that nil
// is the empty set. Operations return new sets; a TypeSet is never changed after it was shared.
type TypeSet []uint64

// NewTypeSet returns an empty set with room for n object types.
func NewTypeSet(n int) TypeSet { return make(TypeSet, (n+63)/64) }

// Add puts object type i in the set, which must have room for it. Only for sets under construction.
func (s TypeSet) Add(i int) { s[i/64] |= 1 << (i % 64) }

// Has tells whether object type i is in the set.
func (s TypeSet) Has(i int) bool {
	return i >= 0 && i/64 < len(s) && s[i/64]&(1<<(i%64)) != 0
}

// Empty tells whether no type is in the set.
func (s TypeSet) Empty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

// Count returns the number of types in the set.
func (s TypeSet) Count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// Equal tells whether both sets have the same types.
func (s TypeSet) Equal(o TypeSet) bool {
	for i := range max(len(s), len(o)) {
		if s.word(i) != o.word(i) {
			return false
		}
	}
	return true
}

// SubsetOf tells whether all types of s are in o.
func (s TypeSet) SubsetOf(o TypeSet) bool {
	for i := range s {
		if s[i]&^o.word(i) != 0 {
			return false
		}
	}
	return true
}

// Intersects tells whether the sets share a type.
func (s TypeSet) Intersects(o TypeSet) bool {
	for i := range min(len(s), len(o)) {
		if s[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

// And returns the types in both sets.
func (s TypeSet) And(o TypeSet) TypeSet {
	r := make(TypeSet, max(len(s), len(o)))
	for i := range r {
		r[i] = s.word(i) & o.word(i)
	}
	return r
}

// Or returns the types in either set.
func (s TypeSet) Or(o TypeSet) TypeSet {
	r := make(TypeSet, max(len(s), len(o)))
	for i := range r {
		r[i] = s.word(i) | o.word(i)
	}
	return r
}

// Minus returns the types of s that are not in o.
func (s TypeSet) Minus(o TypeSet) TypeSet {
	r := make(TypeSet, len(s))
	for i := range r {
		r[i] = s[i] &^ o.word(i)
	}
	return r
}

// All yields the object indexes of the set in increasing order.
func (s TypeSet) All(yield func(int) bool) {
	for i, w := range s {
		for w != 0 {
			b := bits.TrailingZeros64(w)
			if !yield(i*64 + b) {
				return
			}
			w &^= 1 << b
		}
	}
}

func (s TypeSet) word(i int) uint64 {
	if i < len(s) {
		return s[i]
	}
	return 0
}
