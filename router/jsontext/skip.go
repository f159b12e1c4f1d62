package jsontext

// MaxDepth bounds how many arrays and objects a value may stand in.
const MaxDepth = 1000

// The functions here take text and a position in it, and return the position behind what they read. Where the text is
// not JSON they return a negative position, of which Offset tells where that was.

// Offset is the position of the byte that made a function return the negative position i: the first one that no JSON
// text could have there, or the length of the text when it ends too early.
func Offset(i int) int { return ^i }

// SkipSpace returns the position of the first byte at or after i that is not white space.
func SkipSpace(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// SkipValue expects a value of any kind at i, with no white space before it.
func SkipValue(b []byte, i int) int { return skipValue(b, i, 0) }

func skipValue(b []byte, i, depth int) int {
	if i < 0 || i >= len(b) {
		return ^max(i, 0)
	}
	switch c := b[i]; c {
	case '"':
		return skipString(b, i+1)
	case '{', '[':
		if depth >= MaxDepth {
			return ^i
		}
		return skipContainer(b, i+1, depth+1, c == '{')
	case 't':
		return SkipWord(b, i, "true")
	case 'f':
		return SkipWord(b, i, "false")
	case 'n':
		return SkipWord(b, i, "null")
	}
	return SkipNumber(b, i)
}

// skipContainer expects i to be behind the opening bracket of an object or an array.
func skipContainer(b []byte, i, depth int, object bool) int {
	end := byte(']')
	if object {
		end = '}'
	}
	i = SkipSpace(b, i)
	if i < len(b) && b[i] == end {
		return i + 1
	}
	for {
		if object {
			if i = SkipKey(b, i); i < 0 {
				return i
			}
		}
		if i = skipValue(b, SkipSpace(b, i), depth); i < 0 {
			return i
		}
		i = SkipSpace(b, i)
		if i >= len(b) {
			return ^i
		}
		switch b[i] {
		case ',':
			i = SkipSpace(b, i+1)
		case end:
			return i + 1
		default:
			return ^i
		}
	}
}

// SkipKey expects the name of an object's member at i, and returns the position behind its colon.
func SkipKey(b []byte, i int) int {
	if i = SkipString(b, i); i < 0 {
		return i
	}
	i = SkipSpace(b, i)
	if i >= len(b) || b[i] != ':' {
		return ^i
	}
	return i + 1
}

// SkipString expects a string at i.
func SkipString(b []byte, i int) int {
	if i >= len(b) || b[i] != '"' {
		return ^i
	}
	return skipString(b, i+1)
}

// skipString expects i to be behind the opening quote.
func skipString(b []byte, i int) int {
	for {
		if i = Special(b, i); i >= len(b) {
			return ^i
		}
		switch b[i] {
		case '"':
			return i + 1
		case '\\':
			if i = skipEscape(b, i+1); i < 0 {
				return i
			}
		default:
			return ^i
		}
	}
}

// skipEscape expects i to be behind a backslash.
func skipEscape(b []byte, i int) int {
	if i >= len(b) {
		return ^i
	}
	if b[i] != 'u' {
		if escapes[b[i]] == 0 {
			return ^i
		}
		return i + 1
	}
	for end := i + 5; ; {
		if i++; i == end {
			return i
		}
		if i >= len(b) || hexDigit(b[i]) < 0 {
			return ^i
		}
	}
}

// SkipNumber expects a number at i (RFC 8259, section 6).
func SkipNumber(b []byte, i int) int {
	if i < len(b) && b[i] == '-' {
		i++
	}
	switch {
	case i >= len(b):
		return ^i
	case b[i] == '0':
		i++
	case b[i] >= '1' && b[i] <= '9':
		i = skipDigits(b, i)
	default:
		return ^i
	}
	if i < len(b) && b[i] == '.' {
		start := i + 1
		if i = skipDigits(b, start); i == start {
			return ^i
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		start := i
		if i = skipDigits(b, start); i == start {
			return ^i
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

// SkipWord expects true, false or null at i: the word that is given.
func SkipWord(b []byte, i int, word string) int {
	for k := range len(word) {
		if i+k >= len(b) || b[i+k] != word[k] {
			return ^min(i+k, len(b))
		}
	}
	return i + len(word)
}
