package slab

import (
	"slices"
	"testing"
)

func TestWhatIsHandedOutIsZeroAndApart(t *testing.T) {
	var s Slab[int]
	for round := range 3 {
		var values []*int
		var lists [][]int
		for i := range 1000 {
			v := s.New()
			list := s.Make(i % 5)
			if *v != 0 || slices.ContainsFunc(list, func(n int) bool { return n != 0 }) {
				t.Fatalf("round %d: handed out %d and %v, which are not zero", round, *v, list)
			}
			*v = i
			for j := range list {
				list[j] = i
			}
			values, lists = append(values, v), append(lists, append(list, -1))
		}
		for i, v := range values {
			if *v != i {
				t.Fatalf("round %d: value %d became %d", round, i, *v)
			}
			for _, n := range lists[i][:i%5] {
				if n != i {
					t.Fatalf("round %d: list %d became %v", round, i, lists[i])
				}
			}
		}
		s.Reset()
	}
}

func TestAppendedListsDoNotMeet(t *testing.T) {
	var s Slab[int]
	lists := make([][]int, 50)
	for n := range 200 {
		for i := range lists {
			lists[i] = s.Append(lists[i], i*1000+n)
		}
	}
	for i, list := range lists {
		for n, v := range list {
			if v != i*1000+n {
				t.Fatalf("list %d has %d at %d", i, v, n)
			}
		}
	}
}

func TestResetKeepsABoundedAmount(t *testing.T) {
	var s Slab[[64]byte]
	for range 100_000 {
		s.New()
	}
	s.Reset()
	size := 0
	for _, chunk := range s.chunks {
		size += len(chunk) * 64
	}
	if size > kept {
		t.Errorf("%d bytes are kept, more than %d", size, kept)
	}
	s.Make(100_000)
	s.Reset()
	if len(s.chunks) > 20 {
		t.Errorf("%d chunks are kept", len(s.chunks))
	}
}
