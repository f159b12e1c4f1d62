package satisfiability

import (
	"maps"
	"slices"
)

// fieldsToFollow returns the indexes of the fields of a state that must be followed. States that differ in nothing but
// what is provided have most fields in common: one that none of two states provides leads to the same from both, and is
// followed from one of them only. So thousands of different @provides do not multiply with the fields of their type.
//
// The run depth first depends on the order in which states are met again, and follows all.
func (s *search) fieldsToFollow(st *state, contexts []bool) []int32 {
	own := map[int32]bool{}
	provided := false
	for _, id := range st.at {
		n := s.nodes[id]
		if n.base == nil {
			continue
		}
		provided = true
		for i := range n.own {
			if n.typ == st.typ {
				own[i] = true
			} else if field := st.typ.byName[n.typ.fields[i].name]; field != nil { // of an interface object
				own[field.index] = true
			}
		}
	}
	if !provided || s.typesOnly {
		return allFields(st.typ)
	}
	key := s.sharedKey(st, contexts)
	pending, known := s.shared[key]
	if !known {
		pending = allFields(st.typ)
	}
	var left []int32
	for _, i := range pending {
		if own[i] {
			left = append(left, i)
		} else {
			own[i] = true
		}
	}
	s.shared[key] = left
	s.note(func() {
		if s.shared[key] = pending; !known {
			delete(s.shared, key)
		}
	})
	return slices.Sorted(maps.Keys(own))
}

func allFields(t *typ) []int32 {
	all := make([]int32, len(t.fields))
	for i := range all {
		all[i] = int32(i)
	}
	return all
}

// sharedKey is equal for states that differ in nothing but what is provided.
func (s *search) sharedKey(st *state, contexts []bool) string {
	numbers := slices.Clone(st.labels)
	for _, set := range slices.Concat(st.contexts, contexts) {
		number := int32(0)
		if set {
			number = 1
		}
		numbers = append(numbers, number)
	}
	for _, places := range [][]int32{st.from, st.at} {
		numbers = append(numbers, blocked)
		var bases []int32
		for _, id := range places {
			if n := s.nodes[id]; n.base != nil {
				id = n.base.id
			}
			bases = append(bases, id)
		}
		slices.Sort(bases)
		numbers = append(numbers, slices.Compact(bases)...)
	}
	return stateKey(&state{typ: st.typ, at: numbers})
}
