package cache

import (
	"bytes"
	"slices"

	"github.com/weft-graphql/weft/router/jsontext"
)

func isNull(b []byte) bool { return string(b) == "null" }

// unquote returns the text of a JSON string; false when it is another value.
func unquote(b []byte) (string, bool) {
	if len(b) < 2 || b[0] != '"' {
		return "", false
	}
	return string(jsontext.Text(b)), true
}

// appendCanonical appends the one spelling of a JSON value: no white space, members sorted by name, strings with the
// fewest escapes. Numbers keep their spelling. Text that is not JSON is appended as it is: it can then only be equal
// to itself.
func appendCanonical(dst, b []byte, depth int) []byte {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || depth > jsontext.MaxDepth {
		return append(dst, b...)
	}
	switch b[0] {
	case '"':
		return appendCanonicalString(dst, b)
	case '[':
		dst = append(dst, '[')
		first := true
		for v := range jsontext.Elements(b) {
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = appendCanonical(dst, v, depth+1)
		}
		return append(dst, ']')
	case '{':
		type pair struct{ name, value []byte }
		var pairs []pair
		for n, v := range jsontext.Members(b) {
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
	if bytes.IndexByte(b, '\\') < 0 || jsontext.SkipString(b, 0) != len(b) {
		return append(dst, b...)
	}
	return jsontext.AppendQuoted(dst, jsontext.Text(b))
}
