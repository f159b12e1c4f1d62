package syntax

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// string reads a string or a block string. https://spec.graphql.org/September2025/#StringValue
func (l *lexer) string() token {
	if l.has(`"""`) {
		return l.blockString()
	}
	opening := l.token(stringValue, l.pos, "")
	l.pos++
	// Without escapes the value is a piece of the source; with them it is put together in decoded.
	start := l.pos
	var decoded []byte
	for l.pos < len(l.text) {
		switch b := l.text[l.pos]; {
		case b == '"':
			opening.value = l.text[start:l.pos]
			if decoded != nil {
				opening.value = string(append(decoded, opening.value...))
			}
			l.pos++
			opening.end = l.pos
			return opening
		case b == '\\':
			decoded = append(decoded, l.text[start:l.pos]...)
			r, ok := l.escape()
			if !ok {
				return l.token(endOfFile, l.pos, "")
			}
			decoded = utf8.AppendRune(decoded, r)
			start = l.pos
		case b == '\n' || b == '\r':
			return l.fail("Unterminated string.")
		case b < utf8.RuneSelf:
			l.pos++
		case !l.multibyte():
			return l.token(endOfFile, l.pos, "")
		}
	}
	return l.fail("Unterminated string.")
}

// multibyte reads a character of several bytes.
func (l *lexer) multibyte() bool {
	r, size := utf8.DecodeRuneInString(l.text[l.pos:])
	if r == utf8.RuneError && size == 1 {
		l.fail("Invalid character within String: %s.", l.character())
		return false
	}
	l.pos += size
	l.trail(size - 1)
	return true
}

// escaped is what the character behind a backslash stands for.
var escaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads an escape sequence. https://spec.graphql.org/September2025/#EscapedCharacter
func (l *lexer) escape() (rune, bool) {
	if l.pos+1 < len(l.text) {
		if b := l.text[l.pos+1]; b == 'u' {
			return l.unicodeEscape()
		} else if r := escaped[b]; r != 0 {
			l.pos += 2
			return rune(r), true
		}
	}
	l.fail("Invalid character escape sequence: %q.", l.excerpt(2))
	return 0, false
}

// unicodeEscape reads \u{…}, \u and four digits, or two of these that are a surrogate pair. What it stands for is a
// character: half of a pair stands for none. https://spec.graphql.org/September2025/#EscapedUnicode
func (l *lexer) unicodeEscape() (rune, bool) {
	rest := l.text[l.pos+2:]
	if strings.HasPrefix(rest, "{") {
		const most = 8 // digits; leading zeros are digits like others
		end := strings.IndexByte(rest[:min(len(rest), most+2)], '}')
		if end > 1 {
			if r, ok := hex(rest[1:end]); ok && utf8.ValidRune(r) {
				l.pos += len(`\u`) + end + 1
				return r, true
			}
		}
		if end < 0 {
			end = most
		}
		l.fail("Invalid Unicode escape sequence: %q.", l.excerpt(len(`\u`)+end+1))
		return 0, false
	}
	const length = len(`\u0000`)
	if len(rest) >= 4 {
		r, ok := hex(rest[:4])
		if ok && utf8.ValidRune(r) {
			l.pos += length
			return r, true
		}
		if ok && len(rest) >= 4+length && rest[4:6] == `\u` {
			low, ok := hex(rest[6:10])
			if pair := utf16.DecodeRune(r, low); ok && pair != utf8.RuneError {
				l.pos += 2 * length
				return pair, true
			}
		}
	}
	l.fail("Invalid Unicode escape sequence: %q.", l.excerpt(length))
	return 0, false
}

// excerpt is some of what comes next, for an error: at most n bytes, of whole characters, of the same line.
func (l *lexer) excerpt(n int) string {
	text := l.text[l.pos:min(len(l.text), l.pos+n)]
	if end := strings.IndexAny(text, "\r\n\""); end >= 0 {
		text = text[:end]
	}
	return strings.ToValidUTF8(text, "")
}

// hex reads up to eight hexadecimal digits. What does not fit into 32 bits comes out negative.
func hex(digits string) (r rune, ok bool) {
	for i := range len(digits) {
		c := digits[i]
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// blockString reads a block string, which knows one escape sequence only: that of its own quotes.
// https://spec.graphql.org/September2025/#BlockStringCharacter
func (l *lexer) blockString() token {
	opening := l.token(blockString, l.pos, "")
	l.pos += len(`"""`)
	start := l.pos
	var raw []byte // what was read before start; nil as long as it is nothing
	plain := true  // one line, nothing escaped
	for l.pos < len(l.text) {
		switch b := l.text[l.pos]; {
		case b == '"' && l.has(`"""`):
			opening.value = l.text[start:l.pos]
			if !plain {
				opening.value = dedent(string(append(raw, opening.value...)))
			} else {
				opening.value = trimBlank(opening.value)
			}
			l.pos += len(`"""`)
			opening.end = l.pos
			return opening
		case b == '\\' && l.has(`\"""`):
			raw = append(append(raw, l.text[start:l.pos]...), `"""`...)
			l.pos += len(`\"""`)
			start, plain = l.pos, false
		case b == '\n' || b == '\r':
			raw = append(append(raw, l.text[start:l.pos]...), '\n')
			l.newline()
			start, plain = l.pos, false
		case b < utf8.RuneSelf:
			l.pos++
		case !l.multibyte():
			return l.token(endOfFile, l.pos, "")
		}
	}
	return l.fail("Unterminated string.")
}

// trimBlank is dedent for a single line: a blank one is left out.
func trimBlank(line string) string {
	if strings.TrimLeft(line, " \t") == "" {
		return ""
	}
	return line
}

// dedent takes away the indentation all lines but the first have in common, and blank lines at both ends.
// https://spec.graphql.org/September2025/#BlockStringValue()
func dedent(raw string) string {
	lines := strings.Split(raw, "\n")
	common, first, last := -1, -1, -1
	for i, line := range lines {
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		if indent == len(line) {
			continue
		}
		if first < 0 {
			first = i
		}
		last = i
		if i > 0 && (common < 0 || indent < common) {
			common = indent
		}
	}
	if first < 0 {
		return ""
	}
	for i := range lines {
		if i > 0 && common > 0 {
			lines[i] = lines[i][min(common, len(lines[i])):]
		}
	}
	return strings.Join(lines[first:last+1], "\n")
}
