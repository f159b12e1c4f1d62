package operation

import "unicode/utf8"

// maxJSONDepth bounds the nesting of variables.
const maxJSONDepth = 512

// scanner reads JSON (RFC 8259) without decoding it. After a syntax error bad is set and pos tells where it is.
type scanner struct {
	data []byte
	pos  int
	bad  bool
}

// skipSpace moves to the next character that is not white space and returns its position.
func (s *scanner) skipSpace() int {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return s.pos
		}
	}
	return s.pos
}

// peek is the next character that is not white space; 0 at the end.
func (s *scanner) peek() byte {
	if s.skipSpace(); s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

// open reads an opening bracket.
func (s *scanner) open(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.pos++
	return true
}

// close reads a closing bracket if it comes next.
func (s *scanner) close(c byte) bool { return s.open(c) }

// comma reads what stands between two elements: true after a comma, false after the closing bracket or an error.
func (s *scanner) comma(end byte) bool {
	switch s.peek() {
	case ',':
		s.pos++
		return true
	case end:
		s.pos++
	default:
		s.bad = true
	}
	return false
}

// key reads an object key and its colon; the result includes the quotes.
func (s *scanner) key() (quoted []byte, ok bool) {
	start := s.skipSpace()
	if !s.skipString() {
		return nil, false
	}
	quoted = s.data[start:s.pos]
	if s.peek() != ':' {
		s.bad = true
		return nil, false
	}
	s.pos++
	return quoted, true
}

// skipValue reads one value of any kind.
func (s *scanner) skipValue(depth int) bool {
	if depth > maxJSONDepth {
		s.bad = true
		return false
	}
	switch c := s.peek(); {
	case c == '"':
		return s.skipString()
	case c == '{':
		s.pos++
		for more := !s.close('}'); more; more = s.comma('}') {
			if _, ok := s.key(); !ok || !s.skipValue(depth+1) {
				return false
			}
		}
		return !s.bad
	case c == '[':
		s.pos++
		for more := !s.close(']'); more; more = s.comma(']') {
			if !s.skipValue(depth + 1) {
				return false
			}
		}
		return !s.bad
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	default:
		_, ok := s.skipNumber()
		return ok
	}
}

func (s *scanner) word(w string) bool {
	if len(s.data)-s.pos < len(w) || string(s.data[s.pos:s.pos+len(w)]) != w {
		s.bad = true
		return false
	}
	s.pos += len(w)
	return true
}

func (s *scanner) skipString() bool {
	s.bad = true
	if s.pos >= len(s.data) || s.data[s.pos] != '"' {
		return false
	}
	i := s.pos + 1
	for i < len(s.data) {
		switch c := s.data[i]; {
		case c == '"':
			s.pos, s.bad = i+1, false
			return true
		case c == '\\':
			n := escapeLen(s.data[i:])
			if n == 0 {
				s.pos = i
				return false
			}
			i += n
		case c < 0x20:
			s.pos = i
			return false
		case c < utf8.RuneSelf:
			i++
		default:
			r, n := utf8.DecodeRune(s.data[i:])
			if r == utf8.RuneError && n == 1 {
				s.pos = i
				return false
			}
			i += n
		}
	}
	s.pos = i
	return false
}

// escapeLen is the length of the escape sequence at the start of b; 0 when it is not one.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) < 6 {
			return 0
		}
		for _, c := range b[2:6] {
			if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
				return 0
			}
		}
		return 6
	}
	return 0
}

// skipNumber reads a number and tells whether it is written as an integer.
func (s *scanner) skipNumber() (integer, ok bool) {
	s.bad = true
	i := s.pos
	digits := func() bool {
		from := i
		for i < len(s.data) && s.data[i] >= '0' && s.data[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(s.data) && s.data[i] == '-' {
		i++
	}
	first := i
	if !digits() || s.data[first] == '0' && i > first+1 {
		return false, false
	}
	integer = true
	if i < len(s.data) && s.data[i] == '.' {
		i++
		integer = false
		if !digits() {
			return false, false
		}
	}
	if i < len(s.data) && (s.data[i] == 'e' || s.data[i] == 'E') {
		i++
		integer = false
		if i < len(s.data) && (s.data[i] == '+' || s.data[i] == '-') {
			i++
		}
		if !digits() {
			return false, false
		}
	}
	s.pos, s.bad = i, false
	return integer, true
}
