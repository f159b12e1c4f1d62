package jsontext

// Reader walks over JSON text value by value. After the first thing that is not JSON it is broken: Bad tells so, At
// where that was, and nothing more is read.
type Reader struct {
	Data []byte
	// At is the position of what is read next.
	At  int
	bad bool
}

// Bad tells that the text turned out not to be JSON.
func (r *Reader) Bad() bool { return r.bad }

// Peek is the next byte that is not white space, where At then stands; 0 at the end, where no JSON has one.
func (r *Reader) Peek() byte {
	if r.SkipSpace() < len(r.Data) {
		return r.Data[r.At]
	}
	return 0
}

// SkipSpace moves to what is not white space and returns its position.
func (r *Reader) SkipSpace() int {
	r.At = SkipSpace(r.Data, r.At)
	return r.At
}

// AtEnd tells that nothing but white space follows.
func (r *Reader) AtEnd() bool {
	return r.SkipSpace() == len(r.Data)
}

// Accept reads the byte c, a bracket, if it comes next.
func (r *Reader) Accept(c byte) bool {
	if r.bad || r.Peek() != c {
		return false
	}
	r.At++
	return true
}

// More reads what stands behind an element: true after a comma, false after the closing bracket or an error.
func (r *Reader) More(end byte) bool {
	if r.bad || r.Accept(end) {
		return false
	}
	r.bad = !r.Accept(',')
	return !r.bad
}

// Key reads the name of a member and its colon; the name is returned with its quotes.
func (r *Reader) Key() (quoted []byte, ok bool) {
	if quoted = r.String(); r.bad || !r.Accept(':') {
		r.bad = true
		return nil, false
	}
	return quoted, true
}

// String reads a string, which is returned with its quotes; nil when there is none.
func (r *Reader) String() []byte {
	if r.bad {
		return nil
	}
	start := r.SkipSpace()
	return r.behind(start, SkipString(r.Data, start))
}

// Value reads a value of any kind; nil when there is none.
func (r *Reader) Value() []byte {
	if r.bad {
		return nil
	}
	start := r.SkipSpace()
	return r.behind(start, SkipValue(r.Data, start))
}

// behind moves to the end of what was read from start on.
func (r *Reader) behind(start, end int) []byte {
	if end < 0 {
		r.At, r.bad = Offset(end), true
		return nil
	}
	r.At = end
	return r.Data[start:end:end]
}

// TooDeep tells that reading broke off because values are nested deeper than MaxDepth.
func (r *Reader) TooDeep() bool {
	if !r.bad {
		return false
	}
	depth := 0
	for i := 0; i < r.At; {
		switch r.Data[i] {
		case '"':
			i = SkipString(r.Data, i)
			if i < 0 {
				return false
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		i++
	}
	return depth >= MaxDepth && r.At < len(r.Data) && (r.Data[r.At] == '{' || r.Data[r.At] == '[')
}
