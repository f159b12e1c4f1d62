package slab

// Sized hands out slices of one allocation, which is made for as many values as are expected in all. They live
// together: what is made once and kept, such as a program, consists of hundreds of small lists.
type Sized[T any] struct {
	free []T
	// Expected is how many values the next allocation is for.
	Expected int
}

// Take hands out a slice of n zero values, to which nothing can be appended in place.
func (s *Sized[T]) Take(n int) []T {
	if n == 0 {
		return nil
	}
	if len(s.free) < n {
		size := max(s.Expected, n)
		// What comes on top of that is allocated a few at a time.
		s.free, s.Expected = make([]T, size), size/8
	}
	out := s.free[:n:n]
	s.free = s.free[n:]
	return out
}

// New hands out a zero value.
func (s *Sized[T]) New() *T { return &s.Take(1)[0] }

// Keep copies a list, which may stand in memory that others will use.
func (s *Sized[T]) Keep(list []T) []T {
	out := s.Take(len(list))
	copy(out, list)
	return out
}
