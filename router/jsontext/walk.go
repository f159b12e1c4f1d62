package jsontext

import "iter"

// Members goes through the members of the object that b is, with their names as they are written, without the quotes.
// It ends early where b is not JSON; IsObject tells that it is.
func Members(b []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		r := Reader{Data: b}
		if !r.Accept('{') {
			return
		}
		for more := !r.Accept('}'); more; more = r.More('}') {
			name, ok := r.Key()
			if !ok {
				return
			}
			value := r.Value()
			if value == nil || !yield(name[1:len(name)-1], value) {
				return
			}
		}
	}
}

// Elements goes through the elements of the array that b is. It ends early where b is not JSON.
func Elements(b []byte) iter.Seq[[]byte] {
	return func(yield func(value []byte) bool) {
		r := Reader{Data: b}
		if !r.Accept('[') {
			return
		}
		for more := !r.Accept(']'); more; more = r.More(']') {
			if value := r.Value(); value == nil || !yield(value) {
				return
			}
		}
	}
}

// Member returns the value of the first member with that name, as it is written, of the object that b is; nil when
// there is none.
func Member(b []byte, name string) []byte {
	for n, value := range Members(b) {
		if string(n) == name {
			return value
		}
	}
	return nil
}

// IsObject tells that b is one object, with nothing but white space around it.
func IsObject(b []byte) bool {
	i := SkipSpace(b, 0)
	if i >= len(b) || b[i] != '{' {
		return false
	}
	end := SkipValue(b, i)
	return end > 0 && SkipSpace(b, end) == len(b)
}
