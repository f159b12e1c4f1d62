package cache

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/weft-graphql/weft/router/jsontext"
)

// maxDepth bounds the nesting of JSON that is looked into.
const maxDepth = 200

// skipBlanks returns the index of the first byte at or after i that is not JSON white space.
func skipBlanks(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// skipString returns the index after the string that starts at i, or -1.
func skipString(b []byte, i int) int {
	for i++; ; i++ {
		if i = jsontext.Special(b, i); i >= len(b) {
			return -1
		}
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}

// skipValue returns the index after the value that starts at i, or -1. It checks brackets and strings, not scalars.
func skipValue(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"':
		return skipString(b, i)
	case '{', '[':
		depth := 0
		for i < len(b) {
			switch b[i] {
			case '"':
				if i = skipString(b, i); i < 0 {
					return -1
				}
				continue
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
			i++
		}
		return -1
	case '}', ']', ',', ':':
		return -1
	}
	start := i
	for i < len(b) && !strings.ContainsRune(",]} \n\t\r", rune(b[i])) {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

// members walks the members of a JSON object.
type members struct {
	b []byte
	i int
	// broken tells that the text is not an object.
	broken bool
}

// membersOf starts at the opening brace of b, which may have white space before it.
func membersOf(b []byte) members {
	i := skipBlanks(b, 0)
	if i >= len(b) || b[i] != '{' {
		return members{broken: true}
	}
	return members{b: b, i: i + 1}
}

// next returns the name (without quotes, escapes untouched) and the raw value of the next member.
func (m *members) next() (name, value []byte, ok bool) {
	if m.broken {
		return nil, nil, false
	}
	i := skipBlanks(m.b, m.i)
	if i < len(m.b) && m.b[i] == ',' {
		i = skipBlanks(m.b, i+1)
	}
	if i >= len(m.b) || m.b[i] == '}' {
		m.broken = i >= len(m.b)
		return nil, nil, false
	}
	end := -1
	if m.b[i] == '"' {
		end = skipString(m.b, i)
	}
	if end < 0 {
		m.broken = true
		return nil, nil, false
	}
	name = m.b[i+1 : end-1]
	if i = skipBlanks(m.b, end); i >= len(m.b) || m.b[i] != ':' {
		m.broken = true
		return nil, nil, false
	}
	i = skipBlanks(m.b, i+1)
	if end = skipValue(m.b, i); end < 0 {
		m.broken = true
		return nil, nil, false
	}
	m.i = end
	return name, m.b[i:end], true
}

// member returns the raw value of the member with that name, or nil.
func member(object []byte, name string) []byte {
	m := membersOf(object)
	for {
		n, v, ok := m.next()
		if !ok {
			return nil
		}
		if string(n) == name {
			return v
		}
	}
}

// elements walks the elements of a JSON array.
type elements struct {
	b []byte
	i int
}

func elementsOf(b []byte) elements {
	i := skipBlanks(b, 0)
	if i >= len(b) || b[i] != '[' {
		return elements{}
	}
	return elements{b: b, i: i + 1}
}

func (e *elements) next() ([]byte, bool) {
	i := skipBlanks(e.b, e.i)
	if i < len(e.b) && e.b[i] == ',' {
		i = skipBlanks(e.b, i+1)
	}
	end := skipValue(e.b, i)
	if end < 0 {
		return nil, false
	}
	e.i = end
	return e.b[i:end], true
}

// unquote returns the text of a JSON string.
func unquote(b []byte) (string, bool) {
	if len(b) < 2 || b[0] != '"' {
		return "", false
	}
	if bytes.IndexByte(b, '\\') < 0 {
		return string(b[1 : len(b)-1]), true
	}
	var s string
	return s, json.Unmarshal(b, &s) == nil
}

func isNull(b []byte) bool { return string(b) == "null" }

// appendCanonical appends the one spelling of a JSON value: no white space, members sorted by name, strings with the
// fewest escapes. Numbers keep their spelling. Text that is not JSON is appended as it is: it can then only be equal
// to itself.
func appendCanonical(dst, b []byte, depth int) []byte {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || depth > maxDepth {
		return append(dst, b...)
	}
	switch b[0] {
	case '"':
		return appendCanonicalString(dst, b)
	case '[':
		dst = append(dst, '[')
		e, first := elementsOf(b), true
		for {
			v, ok := e.next()
			if !ok {
				return append(dst, ']')
			}
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = appendCanonical(dst, v, depth+1)
		}
	case '{':
		type pair struct{ name, value []byte }
		var pairs []pair
		m := membersOf(b)
		for {
			n, v, ok := m.next()
			if !ok {
				break
			}
			pairs = append(pairs, pair{n, v})
		}
		slices.SortStableFunc(pairs, func(a, b pair) int { return bytes.Compare(a.name, b.name) })
		dst = append(dst, '{')
		for i, p := range pairs {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(append(append(dst, '"'), p.name...), '"', ':')
			dst = appendCanonical(dst, p.value, depth+1)
		}
		return append(dst, '}')
	}
	return append(dst, b...)
}

// appendCanonicalString appends a JSON string; the usual one, without escapes, is copied.
func appendCanonicalString(dst, b []byte) []byte {
	if bytes.IndexByte(b, '\\') < 0 {
		return append(dst, b...)
	}
	var s string
	if json.Unmarshal(b, &s) != nil {
		return append(dst, b...)
	}
	return appendQuoted(dst, s)
}

// appendQuoted appends s as a JSON string with the fewest escapes.
func appendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			dst = append(dst, c)
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += n
			continue
		}
		i++
	}
	return append(dst, '"')
}
