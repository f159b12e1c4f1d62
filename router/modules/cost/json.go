package cost

import (
	"bytes"
	"strconv"
	"unsafe"
)

// The values of variables are canonical JSON: valid, and without white space (operation.Variables).

// value returns the value at the beginning of some text.
func value(text []byte) []byte {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return text[:i]
			}
			depth--
		case ',', ':':
			if depth == 0 {
				return text[:i]
			}
		}
	}
	return text
}

// next takes the first element of a list, or entry of an object, off what is behind its bracket; key is nil in lists.
func next(rest []byte, object bool) (key, v, after []byte, ok bool) {
	if len(rest) < 2 {
		return nil, nil, nil, false
	}
	if object {
		key = value(rest)
		rest = rest[len(key)+1:]
	}
	v = value(rest)
	if rest = rest[len(v):]; len(rest) > 0 {
		rest = rest[1:] // a comma, or the bracket that closes
	}
	return key, v, rest, true
}

// entry is the entry of an object; nil when there is none, or it is no object.
func entry(object []byte, name string) []byte {
	if len(object) == 0 || object[0] != '{' {
		return nil
	}
	for key, v, rest, ok := next(object[1:], true); ok; key, v, rest, ok = next(rest, true) {
		if named(key, name) {
			return v
		}
	}
	return nil
}

// named tells whether a key is a name. Names of GraphQL need no escapes.
func named(key []byte, name string) bool {
	return len(key) == len(name)+2 && string(key[1:len(key)-1]) == name
}

// parseNumber reads a number that is not negative; what is negative is 0.
func parseNumber(raw []byte) (n float64, ok bool) {
	if len(raw) == 0 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return 0, false
	}
	if raw[0] == '-' {
		return 0, true
	}
	if len(raw) < 16 && !bytes.ContainsAny(raw, ".eE") {
		whole := 0
		for _, digit := range raw {
			whole = 10*whole + int(digit-'0')
		}
		return float64(whole), true
	}
	// The text is only read while it is parsed.
	n, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(raw), len(raw)), 64)
	return n, err == nil
}
