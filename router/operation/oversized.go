package operation

import (
	"bytes"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/syntax"
)

// lookedOver is the length in bytes from which a document is looked over before it is parsed.
const lookedOver = 16 << 10

// Oversized refuses a document that has so many tokens, aliases or directives that no reading of it would pass the
// limits, without parsing it, which takes ten times as long: hostile documents are as large as they may be. It returns
// nil for any document that could be within the limits.
//
// What is within one operation, or one fragment (which is used by some operation, or the document is not valid), counts
// for an operation; and everything does when there is only one.
func Oversized(document []byte, limits Limits) gqlerror.List {
	if len(document) < lookedOver {
		return nil
	}
	return oversized(document, limits)
}

func oversized(document []byte, limits Limits) gqlerror.List {
	hard := limits.withDefaults().hard()
	c := census{text: document, tokens: hard.Tokens, aliases: hard.Aliases, directives: hard.Directives}
	switch code := c.take(); code {
	case CodeTokens:
		return gqlerror.List{parseError(&syntax.TokenLimitError{Limit: hard.Tokens})}
	case CodeAliases:
		return beyond("The operation has more than %d aliases, which is the limit.", hard.Aliases, code)
	case CodeDirectives:
		return beyond("The operation has more than %d directives, which is the limit.", hard.Directives, code)
	}
	return nil
}

func beyond(format string, limit int, code string) gqlerror.List {
	err := gqlerror.Errorf(format, limit)
	err.Extensions = map[string]any{"code": code}
	return gqlerror.List{err}
}

// census counts what is in a document. It knows tokens, braces and parentheses, and nothing of what they mean; of what
// is no valid document its counts mean nothing.
type census struct {
	text []byte
	// tokens, aliases and directives are the limits.
	tokens, aliases, directives int
	// all are the counts of the document, own those of the present definition.
	all, own counts
	// operations counts definitions of operations.
	operations int
}

type counts struct{ aliases, directives int }

// bytesOf says what the bytes of a document are.
var bytesOf = func() (table [256]byte) {
	for b := range table {
		switch {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b == '_':
			table[b] = inName | startsName
		case b >= '0' && b <= '9':
			table[b] = inName | startsNumber
		case b == '-':
			table[b] = startsNumber
		case b == ' ', b == '\t', b == '\n', b == '\r', b == ',', b >= 0x80:
			// Beyond ASCII there is a byte order mark, outside of strings and comments.
			table[b] = ignored
		}
	}
	return table
}()

const (
	inName = 1 << iota
	startsName
	startsNumber
	ignored
)

// take counts, and returns the code of the limit that the document is beyond; empty when it may be within all of them.
func (c *census) take() string {
	text := c.text
	tokens, braces, parens := 0, 0, 0
	// The last name began and ended here; renamed tells that a colon has come behind it.
	var last []byte
	renamed, more := false, false
	for at := 0; at < len(text); {
		b := text[at]
		class := bytesOf[b]
		if class&ignored != 0 {
			at++
			continue
		}
		if tokens++; tokens > c.tokens {
			return CodeTokens
		}
		if class&startsName != 0 {
			start := at
			for at++; at < len(text) && bytesOf[text[at]]&inName != 0; at++ {
			}
			switch name := text[start:at]; {
			case renamed:
				if renamed = false; !bytes.Equal(last, name) {
					c.own.aliases++
					more = true
				}
			case braces == 0 && parens == 0 && string(name) != "fragment" && isKeyword(name):
				c.operations++
				last = name
			default:
				last = name
			}
			if !more {
				continue
			}
		} else {
			switch at++; b {
			case '{':
				if braces++; braces == 1 && parens == 0 && last == nil {
					c.operations++ // a query without a name
				}
			case '}':
				if braces--; braces == 0 && parens == 0 {
					c.all.aliases += c.own.aliases
					c.all.directives += c.own.directives
					c.own, last = counts{}, nil
				}
			case '(':
				parens++
			case ')':
				parens--
			case ':':
				renamed = parens == 0 && braces > 0
			case '@':
				if parens == 0 && braces > 0 {
					c.own.directives++
					more = true
				}
			case '#':
				tokens--
				if end := bytes.IndexByte(text[at:], '\n'); end >= 0 {
					at += end
				} else {
					at = len(text)
				}
			case '"':
				at = afterString(text, at)
			case '.':
				at += min(2, len(text)-at)
			default:
				if class&startsNumber != 0 {
					for at < len(text) && (bytesOf[text[at]]&(inName|startsNumber) != 0 || text[at] == '.' || text[at] == '+') {
						at++
					}
				}
			}
		}
		if more {
			more = false
			if code := c.beyond(c.own); code != "" {
				return code
			}
		}
	}
	c.all.aliases += c.own.aliases
	c.all.directives += c.own.directives
	if c.operations == 1 {
		return c.beyond(c.all)
	}
	return ""
}

func (c *census) beyond(n counts) string {
	switch {
	case n.aliases > c.aliases:
		return CodeAliases
	case n.directives > c.directives:
		return CodeDirectives
	}
	return ""
}

func isKeyword(name []byte) bool {
	switch string(name) {
	case "query", "mutation", "subscription":
		return true
	}
	return false
}

// afterString is the place behind a string of which the first quote is before at.
func afterString(text []byte, at int) int {
	if bytes.HasPrefix(text[at:], []byte(`""`)) {
		for at += 2; ; {
			end := bytes.Index(text[at:], []byte(`"""`))
			if end < 0 {
				return len(text)
			}
			if at += end + 3; text[at-4] != '\\' {
				return at
			}
		}
	}
	for ; at < len(text) && text[at] != '"' && text[at] != '\n'; at++ {
		if text[at] == '\\' {
			at++
		}
	}
	return min(at+1, len(text))
}
