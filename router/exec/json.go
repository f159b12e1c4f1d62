package exec

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/weft-graphql/weft/router/jsontext"
)

// The functions here walk JSON text (RFC 8259) without building anything. Each takes the text and a position and
// returns the position after what it read, or -1 when the text is not JSON there. They accept what encoding/json
// accepts.

// maxDepth bounds the nesting of values that are passed through unseen (custom scalars, errors, extensions).
const maxDepth = 1000

// skipSpace returns the position of the first byte at or after i that is not white space.
func skipSpace(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// skipString expects i to be behind the opening quote, and returns the position behind the closing one.
func skipString(b []byte, i int) int {
	for {
		if i = jsontext.Special(b, i); i >= len(b) {
			return -1
		}
		switch b[i] {
		case '"':
			return i + 1
		case '\\':
			if i = skipEscape(b, i+1); i < 0 {
				return -1
			}
		default:
			return -1
		}
	}
}

// skipEscape expects i to be behind a backslash.
func skipEscape(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	case 'u':
		if i+5 > len(b) {
			return -1
		}
		for _, c := range b[i+1 : i+5] {
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return -1
			}
		}
		return i + 5
	}
	return -1
}

// skipNumber expects a number at i.
func skipNumber(b []byte, i int) int {
	if i < len(b) && b[i] == '-' {
		i++
	}
	switch {
	case i >= len(b):
		return -1
	case b[i] == '0':
		i++
	case b[i] >= '1' && b[i] <= '9':
		i = skipDigits(b, i)
	default:
		return -1
	}
	if i < len(b) && b[i] == '.' {
		start := i + 1
		if i = skipDigits(b, start); i == start {
			return -1
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		start := i
		if i = skipDigits(b, start); i == start {
			return -1
		}
	}
	return i
}

func skipDigits(b []byte, i int) int {
	for i < len(b) && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	return i
}

// skipWord expects true, false or null at i.
func skipWord(b []byte, i int, word string) int {
	if len(b)-i < len(word) || string(b[i:i+len(word)]) != word {
		return -1
	}
	return i + len(word)
}

// skipValue expects a value at i, with no white space before it, of any kind.
func skipValue(b []byte, i, depth int) int {
	if i < 0 || i >= len(b) {
		return -1
	}
	switch c := b[i]; c {
	case '"':
		return skipString(b, i+1)
	case '{', '[':
		if depth >= maxDepth {
			return -1
		}
		return skipContainer(b, i+1, depth+1, c == '{')
	case 't':
		return skipWord(b, i, "true")
	case 'f':
		return skipWord(b, i, "false")
	case 'n':
		return skipWord(b, i, "null")
	}
	return skipNumber(b, i)
}

// skipContainer expects i to be behind the opening bracket of an object or an array.
func skipContainer(b []byte, i, depth int, object bool) int {
	end := byte(']')
	if object {
		end = '}'
	}
	i = skipSpace(b, i)
	if i < len(b) && b[i] == end {
		return i + 1
	}
	for {
		if object {
			if i = skipKey(b, i); i < 0 {
				return -1
			}
		}
		if i = skipValue(b, skipSpace(b, i), depth); i < 0 {
			return -1
		}
		i = skipSpace(b, i)
		if i >= len(b) {
			return -1
		}
		switch b[i] {
		case ',':
			i = skipSpace(b, i+1)
		case end:
			return i + 1
		default:
			return -1
		}
	}
}

// skipKey expects an object's key at i, and returns the position behind its colon.
func skipKey(b []byte, i int) int {
	if i >= len(b) || b[i] != '"' {
		return -1
	}
	if i = skipString(b, i+1); i < 0 {
		return -1
	}
	i = skipSpace(b, i)
	if i >= len(b) || b[i] != ':' {
		return -1
	}
	return i + 1
}

// decodeString returns the text of a raw JSON string that was already checked, without allocating when it has no escapes.
func decodeString(raw []byte) []byte {
	inner := raw[1 : len(raw)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return inner
	}
	return []byte(s)
}

// validUTF8 returns text in which every invalid byte sequence is replaced, as encoding/json does; text itself when it
// is valid.
func validUTF8(text []byte) []byte {
	if utf8.Valid(text) {
		return text
	}
	return bytes.ToValidUTF8(text, []byte("\uFFFD"))
}
