package syntax

// slab hands out values of one type from pieces of many: a document has thousands of nodes, all of which live as long
// as it does.
type slab[T any] struct {
	free []T
	size int
}

// largestPiece bounds how much of a piece can be left over.
const largestPiece = 32

func (s *slab[T]) grow(n int) {
	s.size = min(max(2*s.size, 4), largestPiece)
	s.free = make([]T, max(s.size, n))
}

func (s *slab[T]) new() *T {
	if len(s.free) == 0 {
		s.grow(1)
	}
	v := &s.free[0]
	s.free = s.free[1:]
	return v
}

// list collects the elements of lists that are nested in each other: those of inner lists lie above those of outer
// ones.
type list[T any] struct {
	stack  []T
	pieces slab[T]
}

// from returns the elements that were added since the stack had a length, and takes them off it.
func (l *list[T]) from(length int) []T {
	n := len(l.stack) - length
	if n == 0 {
		return nil
	}
	if len(l.pieces.free) < n {
		l.pieces.grow(n)
	}
	out := l.pieces.free[:n:n]
	l.pieces.free = l.pieces.free[n:]
	copy(out, l.stack[length:])
	clear(l.stack[length:])
	l.stack = l.stack[:length]
	return out
}
