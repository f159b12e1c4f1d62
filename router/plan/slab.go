package plan

// slab hands out values from chunks, so that planning an operation makes few allocations. What it hands out lives as
// long as the whole chunk does, which is until the operation is planned.
type slab[T any] struct {
	free  []T
	chunk int
}

// maxChunk bounds the growth of chunks, in values.
const maxChunk = 256

func (s *slab[T]) new() *T {
	if len(s.free) == 0 {
		s.chunk = min(max(2*s.chunk, 4), maxChunk)
		s.free = make([]T, s.chunk)
	}
	v := &s.free[0]
	s.free = s.free[1:]
	return v
}
