package syntax

import (
	"errors"
	"fmt"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// maxDepth is how deep selection sets, list and object values and list types can be nested, all counted together. The
// parser, and what works on its result, goes down recursively.
const maxDepth = 1000

// TokenLimitError says that a document has more tokens than it may have.
type TokenLimitError struct{ Limit int }

func (e *TokenLimitError) Error() string {
	return fmt.Sprintf("it exceeds the token limit of %d", e.Limit)
}

// parser reads a document token by token. After an error every token is the end of the file, which ends all lists.
type parser struct {
	lexer lexer
	tok   token
	// tokens counts those that were read, maxTokens bounds them.
	tokens, maxTokens int
	depth             int

	// everywhere is the position of all nodes where nobody will ask for one.
	everywhere *ast.Position
	positions  slab[ast.Position]
	fields     slab[ast.Field]
	arguments  slab[ast.Argument]
	values     slab[ast.Value]
	children   slab[ast.ChildValue]
	// applied are the values of directives' arguments, where the reader of the document drops most directives: those
	// that are kept must not keep the others in memory.
	applied    slab[ast.Value]
	types      slab[ast.Type]
	selections list[ast.Selection]
	argument   list[*ast.Argument]
	child      list[*ast.ChildValue]
	directive  list[*ast.Directive]
}

func newParser(source *ast.Source, maxTokens int) *parser {
	p := new(parser)
	p.begin(source, maxTokens)
	return p
}

func (p *parser) begin(source *ast.Source, maxTokens int) {
	p.lexer, p.maxTokens = newLexer(source), maxTokens
	p.tok = p.lexer.next()
}

// parsers keeps parsers of clients' documents, for the stacks of their lists.
var parsers = sync.Pool{New: func() any { return new(parser) }}

// release gives the parser back. Of its document it keeps nothing: what is left of the pieces of memory that the
// document was made of is not for another one, which would keep the first in memory.
func (p *parser) release() {
	*p = parser{
		selections: list[ast.Selection]{stack: kept(p.selections.stack)},
		argument:   list[*ast.Argument]{stack: kept(p.argument.stack)},
		child:      list[*ast.ChildValue]{stack: kept(p.child.stack)},
		directive:  list[*ast.Directive]{stack: kept(p.directive.stack)},
	}
	parsers.Put(p)
}

// largestStack bounds the stacks that are kept.
const largestStack = 512

// kept returns a stack without what an error may have left on it; nil when it is large.
func kept[T any](stack []T) []T {
	if cap(stack) > largestStack {
		return nil
	}
	clear(stack)
	return stack[:0]
}

// err is the first error: a *TokenLimitError, or a *gqlerror.Error that says where it is.
func (p *parser) err() error {
	switch {
	case p.maxTokens > 0 && p.tokens > p.maxTokens:
		return &TokenLimitError{Limit: p.maxTokens}
	case p.lexer.err != nil:
		return p.lexer.err
	}
	return nil
}

// advance reads the next token.
func (p *parser) advance() {
	p.tok = p.lexer.next()
	if p.tokens++; p.tokens > p.maxTokens && p.maxTokens > 0 {
		p.failAt(p.tok, "too many tokens")
	}
}

// failAt notes the first error.
func (p *parser) failAt(t token, format string, args ...any) {
	p.tok = p.lexer.failAt(t, format, args...)
}

func (p *parser) unexpected(t token) { p.failAt(t, "Unexpected %s.", t) }

// failed tells whether there was an error.
func (p *parser) failed() bool { return p.lexer.err != nil }

// expect reads a token of a kind.
func (p *parser) expect(k kind) token {
	t := p.tok
	if t.kind != k {
		p.failAt(t, "Expected %s, found %s.", k, t)
		return t
	}
	p.advance()
	return t
}

// skip reads a token if it is of a kind.
func (p *parser) skip(k kind) bool {
	if p.tok.kind != k {
		return false
	}
	p.advance()
	return true
}

// at tells whether a keyword comes next.
func (p *parser) at(keyword string) bool { return p.tok.kind == name && p.tok.value == keyword }

// skipKeyword reads a keyword if it comes next.
func (p *parser) skipKeyword(keyword string) bool {
	if !p.at(keyword) {
		return false
	}
	p.advance()
	return true
}

func (p *parser) expectKeyword(keyword string) {
	if !p.skipKeyword(keyword) {
		p.failAt(p.tok, "Expected %q, found %s.", keyword, p.tok)
	}
}

func (p *parser) name() string { return p.expect(name).value }

// items reads what stands between two brackets, with item.
func (p *parser) items(open, end kind, item func()) {
	p.expect(open)
	for p.tok.kind != end && !p.failed() {
		item()
	}
	p.expect(end)
}

// some is items, of which there is at least one.
func (p *parser) some(open, end kind, item func()) {
	p.expect(open)
	for {
		item()
		if p.tok.kind == end || p.failed() {
			break
		}
	}
	p.expect(end)
}

// optional is some if the bracket comes next.
func (p *parser) optional(open, end kind, item func()) {
	if p.tok.kind == open {
		p.some(open, end, item)
	}
}

// delimited reads items with a delimiter between them, which can stand before the first, too.
func (p *parser) delimited(delimiter kind, item func()) {
	p.skip(delimiter)
	item()
	for p.skip(delimiter) && !p.failed() {
		item()
	}
}

// nest goes one level down; false when that is too deep.
func (p *parser) nest() bool {
	if p.depth >= maxDepth {
		p.failAt(p.tok, "The document exceeds the maximum nesting depth of %d.", maxDepth)
		return false
	}
	p.depth++
	return true
}

func (p *parser) position(t token) *ast.Position {
	if p.everywhere != nil {
		return p.everywhere
	}
	pos := p.positions.new()
	pos.Start, pos.End = t.runes, t.runes+t.end-t.start
	pos.Line, pos.Column = t.line, t.column
	pos.Src = p.lexer.source
	return pos
}

// here is the position of the token that comes next.
func (p *parser) here() *ast.Position { return p.position(p.tok) }

// Locate returns the error of a parser as one with a location, if it has one.
func Locate(err error) *gqlerror.Error {
	var located *gqlerror.Error
	if errors.As(err, &located) {
		return located
	}
	return gqlerror.Wrap(err)
}
