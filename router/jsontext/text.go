package jsontext

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// escapes maps the letter of a short escape to what it stands for (RFC 8259, section 7).
var escapes = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// Text returns what a string stands for; quoted is its JSON, with the quotes, and must have been checked. The result
// points into quoted when there are no escapes. Half a surrogate pair becomes U+FFFD, as in encoding/json.
func Text(quoted []byte) []byte {
	inner := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	return Unescape(bytes.Clone(inner))
}

// Unescape resolves the escapes of a checked string, given without its quotes, in place: no escape is shorter than what
// it stands for.
func Unescape(s []byte) []byte {
	to := bytes.IndexByte(s, '\\')
	if to < 0 {
		return s
	}
	for from := to; from < len(s); {
		c := s[from]
		if c != '\\' {
			s[to] = c
			from++
			to++
			continue
		}
		if s[from+1] != 'u' {
			s[to] = escapes[s[from+1]]
			from += 2
			to++
			continue
		}
		r := hex4(s[from+2:])
		from += 6
		if utf16.IsSurrogate(r) {
			low := rune(-1)
			if from+5 < len(s) && s[from] == '\\' && s[from+1] == 'u' {
				low = hex4(s[from+2:])
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				from += 6
			}
		}
		to += utf8.EncodeRune(s[to:], r)
	}
	return s[:to]
}

// hex4 is the number written in the first four bytes of s, which it must have; -1 when they are not hexadecimal.
func hex4(s []byte) rune {
	var r rune
	for _, c := range s[:4] {
		digit := hexDigit(c)
		if digit < 0 {
			return -1
		}
		r = r<<4 | digit
	}
	return r
}

func hexDigit(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return rune(c|0x20-'a') + 10
	}
	return -1
}

// AppendQuoted appends s as a JSON string with the fewest escapes. Bytes that are not UTF-8 are appended as they are.
func AppendQuoted[T string | []byte](out []byte, s T) []byte {
	return append(AppendEscaped(append(out, '"'), s), '"')
}

// AppendEscaped appends what stands between the quotes of a JSON string.
func AppendEscaped[T string | []byte](out []byte, s T) []byte {
	const hex = "0123456789abcdef"
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c == '\n':
			out = append(out, '\\', 'n')
		case c == '\r':
			out = append(out, '\\', 'r')
		case c == '\t':
			out = append(out, '\\', 't')
		case c < ' ':
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			out = append(out, c)
		}
	}
	return out
}

// ToValidUTF8 returns b with every run of bytes that are not UTF-8 replaced by U+FFFD; b itself when there are none.
func ToValidUTF8(b []byte) []byte {
	if utf8.Valid(b) {
		return b
	}
	return bytes.ToValidUTF8(b, []byte("\uFFFD"))
}
