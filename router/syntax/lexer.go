package syntax

import (
	"fmt"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// kind is the kind of a token. Punctuators are their own first character.
type kind byte

const (
	endOfFile   kind = 0
	spread      kind = '.'
	name        kind = 'n'
	intValue    kind = 'i'
	floatValue  kind = 'f'
	stringValue kind = 's'
	blockString kind = 'b'
)

func (k kind) String() string {
	switch k {
	case endOfFile:
		return "<EOF>"
	case spread:
		return `"..."`
	case name:
		return "Name"
	case intValue:
		return "Int"
	case floatValue:
		return "Float"
	case stringValue:
		return "String"
	case blockString:
		return "BlockString"
	}
	return `"` + string(k) + `"`
}

// token is a lexical token. value is what names, numbers and strings say.
type token struct {
	kind         kind
	value        string
	start, end   int
	line, column int
	// runes is start counted in characters.
	runes int
}

// String describes the token in errors.
func (t token) String() string {
	switch t.kind {
	case name, intValue, floatValue, stringValue, blockString:
		return fmt.Sprintf("%s %q", t.kind, t.value)
	}
	return t.kind.String()
}

// lexer cuts a source into tokens.
type lexer struct {
	source *ast.Source
	text   string
	// pos is the next byte, line the line it stands in and lineStart where that begins.
	pos, line, lineStart int
	// trailing and lineTrailing count, of the bytes before pos, in the whole and in its line, those that are not the
	// first of their character: positions are told in characters.
	trailing, lineTrailing int
	err                    *gqlerror.Error
}

func newLexer(source *ast.Source) lexer { return lexer{source: source, text: source.Input, line: 1} }

// class says what a token or character of the ignored kind starts with a byte.
type class byte

const (
	other class = iota
	letter
	digit
	ignored
	newline
	punctuator
)

var classes = func() (c [256]class) {
	for b := range c {
		switch {
		case b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '_':
			c[b] = letter
		case b >= '0' && b <= '9':
			c[b] = digit
		}
	}
	for _, b := range []byte(" \t,") {
		c[b] = ignored
	}
	for _, b := range []byte("\n\r") {
		c[b] = newline
	}
	for _, b := range []byte("!$&():=@[]{|}") {
		c[b] = punctuator
	}
	return c
}()

const byteOrderMark = "\ufeff"

// next reads the next token; after an error it is the end of the file.
func (l *lexer) next() token {
	for l.pos < len(l.text) {
		switch b := l.text[l.pos]; classes[b] {
		case ignored:
			l.pos++
		case newline:
			l.newline()
		case letter:
			return l.name()
		case punctuator:
			l.pos++
			return l.token(kind(b), l.pos-1, "")
		case digit:
			return l.number()
		default:
			switch {
			case b == '#':
				l.comment()
			case b == '"':
				return l.string()
			case b == '-':
				return l.number()
			case l.has("..."):
				l.pos += len("...")
				return l.token(spread, l.pos-len("..."), "")
			case l.has(byteOrderMark):
				l.pos += len(byteOrderMark)
				l.trail(len(byteOrderMark) - 1)
			default:
				return l.fail("%s", l.unexpected())
			}
		}
	}
	return l.token(endOfFile, l.pos, "")
}

// has tells whether what comes next begins with some text.
func (l *lexer) has(text string) bool {
	return len(l.text)-l.pos >= len(text) && l.text[l.pos:l.pos+len(text)] == text
}

// token is the token from start to pos.
func (l *lexer) token(k kind, start int, value string) token {
	return token{
		kind: k, value: value, start: start, end: l.pos, line: l.line, column: start - l.lineStart - l.lineTrailing + 1,
		runes: start - l.trailing,
	}
}

// newline reads the end of a line.
func (l *lexer) newline() {
	if l.text[l.pos] == '\r' && l.pos+1 < len(l.text) && l.text[l.pos+1] == '\n' {
		l.pos++
	}
	l.pos++
	l.line++
	l.lineStart, l.lineTrailing = l.pos, 0
}

// trail notes that n bytes were read that are not the first of their character.
func (l *lexer) trail(n int) {
	l.trailing += n
	l.lineTrailing += n
}

// fail notes the first error, at pos.
func (l *lexer) fail(format string, args ...any) token {
	return l.failAt(l.token(endOfFile, l.pos, ""), format, args...)
}

func (l *lexer) failAt(t token, format string, args ...any) token {
	if l.err == nil {
		l.err = gqlerror.ErrorLocf(l.source.Name, t.line, t.column, format, args...)
	}
	l.pos = len(l.text)
	return l.token(endOfFile, l.pos, "")
}

// unexpected says what is wrong with the character that comes next.
func (l *lexer) unexpected() string {
	switch {
	case l.text[l.pos] == '\'':
		return `Unexpected single quote character ('), did you mean to use a double quote (")?`
	case l.text[l.pos] == '.':
		return `Unexpected ".".`
	}
	return "Unexpected character: " + l.character() + "."
}

// character shows the character that comes next: as itself if it is printable ASCII, else by its number.
func (l *lexer) character() string {
	if l.pos >= len(l.text) {
		return "<EOF>"
	}
	r, size := utf8.DecodeRuneInString(l.text[l.pos:])
	switch {
	case r == '"':
		return `'"'`
	case r >= 0x20 && r < 0x7f:
		return `"` + string(r) + `"`
	case r == utf8.RuneError && size == 1:
		return fmt.Sprintf("byte 0x%02X, which is not UTF-8", l.text[l.pos])
	}
	return fmt.Sprintf("U+%04X", r)
}

// comment skips a comment. https://spec.graphql.org/September2025/#Comment
func (l *lexer) comment() {
	for l.pos < len(l.text) && classes[l.text[l.pos]] != newline {
		if !utf8.RuneStart(l.text[l.pos]) {
			l.trail(1)
		}
		l.pos++
	}
}

// name reads a name. https://spec.graphql.org/September2025/#Name
func (l *lexer) name() token {
	start := l.pos
	for l.pos++; l.pos < len(l.text); l.pos++ {
		if c := classes[l.text[l.pos]]; c != letter && c != digit {
			break
		}
	}
	return l.token(name, start, l.text[start:l.pos])
}

// number reads an integer or a float. https://spec.graphql.org/September2025/#IntValue
func (l *lexer) number() token {
	start, k := l.pos, intValue
	l.accept("-")
	if l.accept("0") {
		if l.pos < len(l.text) && classes[l.text[l.pos]] == digit {
			return l.fail("Invalid number, unexpected digit after 0: %s.", l.character())
		}
	} else if !l.digits() {
		return l.token(endOfFile, l.pos, "")
	}
	if l.accept(".") {
		k = floatValue
		if !l.digits() {
			return l.token(endOfFile, l.pos, "")
		}
	}
	if l.accept("eE") {
		k = floatValue
		l.accept("+-")
		if !l.digits() {
			return l.token(endOfFile, l.pos, "")
		}
	}
	// What follows has to be something that cannot be taken for a part of the number.
	if l.pos < len(l.text) && (l.text[l.pos] == '.' || classes[l.text[l.pos]] == letter) {
		return l.fail("Invalid number, expected digit but got: %s.", l.character())
	}
	return l.token(k, start, l.text[start:l.pos])
}

// accept reads one of some ASCII characters.
func (l *lexer) accept(any string) bool {
	for i := range len(any) {
		if l.pos < len(l.text) && l.text[l.pos] == any[i] {
			l.pos++
			return true
		}
	}
	return false
}

// digits reads at least one digit.
func (l *lexer) digits() bool {
	start := l.pos
	for l.pos < len(l.text) && classes[l.text[l.pos]] == digit {
		l.pos++
	}
	if l.pos == start {
		l.fail("Invalid number, expected digit but got: %s.", l.character())
		return false
	}
	return true
}
