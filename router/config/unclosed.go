package config

import (
	"fmt"
	"strings"
)

// unclosed finds the bracket or quote of a YAML text that nothing closes, where parsers only tell how far they came. It
// reports whether there is one, where it opens (line and column from 1) and what is wrong with it. It is for texts that
// a parser has refused: of block scalars and plain scalars it knows just enough to leave their brackets alone.
//
// Specification: YAML 1.2.2, section 7.4 (flow collections) and 7.3 (flow scalars).
func unclosed(text []byte) (line, column int, message string, found bool) {
	s := &scanner{text: string(text), line: 1}
	s.run()
	if s.wrong == "" && len(s.open) > 0 {
		s.complain(s.open[len(s.open)-1], "is never closed: add a %q", closer[s.open[len(s.open)-1].bracket])
	}
	return s.at.line, s.at.column, s.wrong, s.wrong != ""
}

var closer = map[byte]string{'[': "]", '{': "}", '"': `"`, '\'': "'"}

// opening is a bracket or quote and where it stands.
type opening struct {
	bracket      byte
	line, column int
}

// scanner goes through a text and keeps what is open.
type scanner struct {
	text            string
	pos             int
	line, lineStart int
	open            []opening
	at              opening
	wrong           string
}

func (s *scanner) here() opening {
	return opening{s.text[s.pos], s.line, s.pos - s.lineStart + 1}
}

func (s *scanner) complain(at opening, format string, args ...any) {
	s.at, s.wrong = at, fmt.Sprintf("the %c that opens here "+format, append([]any{at.bracket}, args...)...)
}

// run scans until the end or the first thing that is wrong.
func (s *scanner) run() {
	// value: a bracket or quote here would begin a value; in the middle of plain text it is just a character.
	value := true
	for s.pos < len(s.text) && s.wrong == "" {
		c := s.text[s.pos]
		switch {
		case c == '\n':
			s.newline()
			value = true
			continue
		case c == ' ' || c == '\t' || c == '\r':
		case c == '#' && s.blankBefore():
			s.skipLine()
			continue
		case (c == '"' || c == '\'') && value:
			s.quoted(c)
			value = false
			continue
		case (c == '[' || c == '{') && (value || len(s.open) > 0):
			s.open = append(s.open, s.here())
			value = true
		case (c == ']' || c == '}') && len(s.open) > 0:
			s.shut(c)
			value = false
		case c == ',' && len(s.open) > 0:
			value = true
		case (c == ':' || c == '-' || c == '?') && s.blankAfter():
			value = true
		case (c == '|' || c == '>') && value && len(s.open) == 0:
			s.blockScalar()
			continue
		case (c == '&' || c == '!') && value:
			s.skipWord()
			continue
		default:
			value = false
		}
		s.pos++
	}
}

func (s *scanner) newline() {
	s.pos++
	s.line++
	s.lineStart = s.pos
}

func (s *scanner) blankBefore() bool {
	return s.pos == s.lineStart || strings.IndexByte(" \t", s.text[s.pos-1]) >= 0
}

func (s *scanner) blankAfter() bool {
	return s.pos+1 == len(s.text) || strings.IndexByte(" \t\r\n", s.text[s.pos+1]) >= 0
}

func (s *scanner) skipLine() {
	for s.pos < len(s.text) && s.text[s.pos] != '\n' {
		s.pos++
	}
}

func (s *scanner) skipWord() {
	for s.pos < len(s.text) && strings.IndexByte(" \t\r\n", s.text[s.pos]) < 0 {
		s.pos++
	}
}

func (s *scanner) shut(c byte) {
	last := s.open[len(s.open)-1]
	if closer[last.bracket] != string(c) {
		s.complain(last, "is met by a %c in line %d: add a %q before that", c, s.line, closer[last.bracket])
		return
	}
	s.open = s.open[:len(s.open)-1]
}

// quoted passes a quoted scalar.
func (s *scanner) quoted(quote byte) {
	begin := s.here()
	for s.pos++; s.pos < len(s.text); {
		switch c := s.text[s.pos]; {
		case c == '\n':
			s.newline()
		case c == '\\' && quote == '"':
			s.pos++
			if s.pos < len(s.text) && s.text[s.pos] != '\n' {
				s.pos++
			}
		case c != quote:
			s.pos++
		case quote == '\'' && strings.HasPrefix(s.text[s.pos+1:], "'"):
			s.pos += 2
		default:
			s.pos++
			return
		}
	}
	s.complain(begin, "is never closed: add a %q", closer[quote])
}

// blockScalar passes the lines of a literal or folded scalar: those that are empty or deeper than the one it begins in.
func (s *scanner) blockScalar() {
	indent := indentOf(s.text[s.lineStart:])
	s.skipLine()
	for s.pos < len(s.text) {
		next := s.text[s.pos+1:]
		content, _, _ := strings.Cut(next, "\n")
		if strings.TrimSpace(content) != "" && indentOf(next) <= indent {
			return
		}
		s.newline()
		s.skipLine()
	}
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
