// Package slab hands out many small values of one type from few large pieces of memory.
package slab

import "unsafe"

// Slab hands out values and slices of one type from chunks, so that whoever needs many makes few allocations. The zero
// Slab is ready for use. What is handed out lives until Reset, or, if that is not called, as long as any value of its
// chunk is referred to. A Slab must not be used by several goroutines at once.
type Slab[T any] struct {
	// chunks are those that Reset keeps, and the one in use; at is its index, and used the number of values taken of it.
	chunks [][]T
	at     int
	used   int
}

// smallest and largest bound the sizes of chunks, in values; kept bounds the memory that Reset keeps, in bytes.
const (
	smallest = 8
	largest  = 256
	kept     = 128 << 10
)

// New hands out a zero value.
func (s *Slab[T]) New() *T { return &s.take(1)[0] }

// Make hands out a slice of n zero values. Nothing can be appended to it in place.
func (s *Slab[T]) Make(n int) []T {
	if n == 0 {
		return nil
	}
	return s.take(n)[:n:n]
}

// Append appends a value to a slice that this slab has handed out, or to nil. A slice that has no room left is copied
// within the slab.
func (s *Slab[T]) Append(list []T, v T) []T {
	n := len(list)
	if n == cap(list) {
		grown := s.take(max(1, 2*n))
		copy(grown, list)
		list = grown[:n]
	}
	list = list[: n+1 : cap(list)]
	list[n] = v
	return list
}

// take returns n zero values in a row.
func (s *Slab[T]) take(n int) []T {
	for s.at < len(s.chunks) {
		if chunk := s.chunks[s.at]; len(chunk)-s.used >= n {
			out := chunk[s.used : s.used+n : s.used+n]
			s.used += n
			return out
		}
		s.at++
		s.used = 0
	}
	size := smallest
	if len(s.chunks) > 0 {
		size = min(2*len(s.chunks[len(s.chunks)-1]), largest)
	}
	s.chunks = append(s.chunks, make([]T, max(size, n)))
	s.used = n
	return s.chunks[s.at][:n:n]
}

// Reset takes everything back that was handed out. Nobody may use it any more.
func (s *Slab[T]) Reset() {
	size := 0
	for i, chunk := range s.chunks {
		if size += len(chunk) * int(unsafe.Sizeof(*new(T))); size > kept && i > 0 {
			clear(s.chunks[i:])
			s.chunks = s.chunks[:i]
			break
		}
		if i <= s.at {
			clear(chunk)
		}
	}
	s.at, s.used = 0, 0
}
