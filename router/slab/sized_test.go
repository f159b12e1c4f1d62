package slab

import (
	"slices"
	"testing"
)

func TestSized(t *testing.T) {
	s := Sized[int]{Expected: 6}
	kept := s.Keep([]int{1, 2, 3})
	*s.New() = 4
	rest := s.Take(2)
	if more := append(kept, 9); !slices.Equal(rest, []int{0, 0}) || more[3] != 9 {
		t.Errorf("appending to a slice reached what was handed out behind it: %v", rest)
	}
	rest[0] = 5
	// These are more than were expected.
	for i := range 20 {
		if list := s.Take(i); len(list) != i || cap(list) != i || slices.ContainsFunc(list, func(v int) bool { return v != 0 }) {
			t.Fatalf("a list of %d is %v", i, list)
		}
	}
	if !slices.Equal(kept, []int{1, 2, 3}) || rest[0] != 5 {
		t.Errorf("what was handed out has changed to %v, %v", kept, rest)
	}
}

func TestSizedTakesOneAllocation(t *testing.T) {
	if n := testing.AllocsPerRun(10, func() {
		s := Sized[[8]int]{Expected: 64}
		for range 64 {
			s.New()
		}
	}); n != 1 {
		t.Errorf("64 values took %v allocations", n)
	}
}
