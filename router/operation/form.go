package operation

import (
	"bytes"
	"math"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/syntax"
)

// Form is a document without what does not matter to how it is answered: white space, commas, comments, and the
// literals that are the whole value of an argument of the types Int, Float, String and ID. Documents with equal texts
// can share one Prepared: they are all valid if one is, and ask for the same fields with the same names; each brings
// its own literals, which take the place of variables.
//
// Everything else keeps its place in the text: enum values, booleans, null, lists and objects and what is in them,
// default values of variables, and all arguments of directives. Literals that are equal stay equal in the text,
// because two fields with one response key may only have equal arguments. A Form is scratch space: Scan overwrites it.
type Form struct {
	// Text is the canonical text. It has the operation's name, which may be chosen outside of the document, in front.
	Text []byte
	// Literals are the values that were taken out.
	Literals Literals

	scan formScanner
}

// Literals are values of a document that stand for variables which no client declares, as they are written, which is
// JSON, too. A literal that stands in several places, of one type, is one value.
type Literals struct {
	buf []byte
	at  []span
}

// Len is the number of different values.
func (l *Literals) Len() int { return len(l.at) }

// Bytes is the memory they take.
func (l *Literals) Bytes() int64 { return int64(len(l.buf)) + 16*int64(len(l.at)) }

// Clone returns a copy that does not share memory.
func (l *Literals) Clone() Literals { return Literals{slices.Clone(l.buf), slices.Clone(l.at)} }

// Set makes l a copy of others, in l's memory.
func (l *Literals) Set(others *Literals) {
	l.buf, l.at = append(l.buf[:0], others.buf...), append(l.at[:0], others.at...)
}

// literalPosition is where a literal was taken out: the number of characters before it, and its index.
type literalPosition struct{ start, literal int }

// taken is a literal that was taken out: a piece of the document, and what the argument's type and the literal's kind
// are.
type taken struct {
	start, end int
	tag        byte
}

// maxTaken bounds the different literals that are taken out of a document; the others stay where they are. They are
// compared with each other.
const maxTaken = 64

// maxFormDepth bounds the nesting of selections of documents that have a form.
const maxFormDepth = 200

// Scan finds the form of a document. False means that it has none, be it because it is not valid, and has to be
// prepared as it is: so are subscriptions, and what asks for the schema.
func (f *Form) Scan(sg *supergraph.Supergraph, query, operationName []byte) bool {
	f.Text = append(append(f.Text[:0], operationName...), 0)
	f.Literals.buf, f.Literals.at = f.Literals.buf[:0], f.Literals.at[:0]
	s := &f.scan
	*s = formScanner{form: f, sg: sg, text: query, places: s.places[:0], taken: s.taken[:0]}
	s.next()
	for s.kind != formEnd {
		if !s.definition() {
			return false
		}
	}
	return len(f.Text) > len(operationName)+1
}

// Release gives back memory that a large document took.
func (f *Form) Release() {
	if cap(f.Text) > maxFormMemory || cap(f.scan.places) > maxFormMemory/16 {
		*f = Form{}
	}
	f.scan.text, f.scan.sg = nil, nil
}

const maxFormMemory = 64 << 10

// Kinds of tokens. Punctuators are their own character.
const (
	formEnd    = 0
	formBad    = '?'
	formName   = 'n'
	formInt    = 'i'
	formFloat  = 'f'
	formString = 's'
	// formText is a string with escapes, or a block string.
	formText   = 'b'
	formSpread = '.'
)

// formScanner reads a document token by token and writes its form. What it does not understand has no form: it need
// not say what is wrong with a document, as the parser has to.
type formScanner struct {
	form *Form
	sg   *supergraph.Supergraph
	text []byte
	// kind, start and end are the token at hand; ascii tells of a string that it has no other characters.
	kind       byte
	start, end int
	ascii      bool
	// trailing counts the bytes before end that are not the first of their character.
	trailing int
	places   []literalPosition
	taken    []taken
	depth    int
}

// next reads a token.
func (s *formScanner) next() {
	for s.start = s.end; s.start < len(s.text); s.start++ {
		switch c := s.text[s.start]; {
		case c == ' ' || c == ',' || c == '\n' || c == '\t' || c == '\r':
		case c == '#':
			for s.start+1 < len(s.text) && s.text[s.start+1] != '\n' && s.text[s.start+1] != '\r' {
				s.start++
				s.trail(s.text[s.start])
			}
		default:
			s.end = s.start + 1
			s.kind = s.token(c)
			return
		}
	}
	s.kind, s.end = formEnd, s.start
}

// trail notes a byte that is not the first of its character.
func (s *formScanner) trail(c byte) {
	if c&0xc0 == 0x80 {
		s.trailing++
	}
}

// token reads the rest of a token that begins with c.
func (s *formScanner) token(c byte) byte {
	switch {
	case nameStart(c):
		for s.end < len(s.text) && (nameStart(s.text[s.end]) || isDigit(s.text[s.end])) {
			s.end++
		}
		return formName
	case c == '"':
		return s.string()
	case c == '-' || isDigit(c):
		return s.number()
	case c == '.':
		if bytes.HasPrefix(s.text[s.start:], []byte("...")) {
			s.end = s.start + 3
			return formSpread
		}
		return formBad
	case bytes.IndexByte([]byte("!$&():=@[]{|}"), c) >= 0:
		return c
	}
	return formBad
}

func nameStart(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// number reads a number, which is written as in JSON. What follows must not be a part of it.
func (s *formScanner) number() byte {
	if s.end = jsontext.SkipNumber(s.text, s.start); s.end < 0 {
		s.end = s.start
		return formBad
	}
	if s.end < len(s.text) && (nameStart(s.text[s.end]) || isDigit(s.text[s.end]) || s.text[s.end] == '.') {
		return formBad
	}
	if bytes.ContainsAny(s.value(), ".eE") {
		return formFloat
	}
	return formInt
}

func (s *formScanner) string() byte {
	if bytes.HasPrefix(s.text[s.start:], []byte(`"""`)) {
		return s.block()
	}
	kind := byte(formString)
	s.ascii = true
	for ; s.end < len(s.text); s.end++ {
		switch c := s.text[s.end]; {
		case c == '"':
			s.end++
			return kind
		case c == '\\':
			s.end++
			kind = formText
		case c < 0x20:
			return formBad
		case c >= 0x7f:
			s.ascii = false
			s.trail(c)
		}
	}
	return formBad
}

// block reads a block string.
func (s *formScanner) block() byte {
	for s.end = s.start + 3; s.end < len(s.text); s.end++ {
		switch rest := s.text[s.end:]; {
		case bytes.HasPrefix(rest, []byte(`"""`)):
			s.end += 3
			return formText
		case bytes.HasPrefix(rest, []byte(`\"""`)):
			s.end += 3
		case rest[0] < 0x20 && rest[0] != '\n' && rest[0] != '\r' && rest[0] != '\t':
			return formBad
		default:
			s.trail(rest[0])
		}
	}
	return formBad
}

// value is the text of the token at hand.
func (s *formScanner) value() []byte { return s.text[s.start:s.end] }

func (s *formScanner) is(word string) bool { return s.kind == formName && string(s.value()) == word }

// copy writes the token at hand as it is, and goes to the next. Tokens that would run into each other are kept apart.
func (s *formScanner) copy() {
	out := s.form.Text
	last, first := out[len(out)-1], s.text[s.start]
	if wordByte(last) && wordByte(first) || last == '"' && first == '"' {
		out = append(out, ' ')
	}
	s.form.Text = append(out, s.value()...)
	s.next()
}

func wordByte(c byte) bool { return nameStart(c) || isDigit(c) || c == '-' || c == '.' }

// expect copies a token of a kind.
func (s *formScanner) expect(kind byte) bool {
	if s.kind != kind {
		return false
	}
	s.copy()
	return true
}

func (s *formScanner) definition() bool {
	switch {
	case s.kind == '{':
		return s.selection(s.sg.Query)
	case s.is("query"):
		return s.operation(s.sg.Query)
	case s.is("mutation"):
		return s.operation(s.sg.Mutation)
	case s.is("fragment"):
		s.copy()
		return s.expect(formName) && s.is("on") && s.fragment()
	}
	return false
}

func (s *formScanner) operation(root *supergraph.Type) bool {
	s.copy()
	if s.kind == formName {
		s.copy()
	}
	return (s.kind != '(' || s.enclosed()) && s.directives() && s.selection(root)
}

// fragment reads a type condition and what it is for.
func (s *formScanner) fragment() bool {
	s.copy()
	if s.kind != formName {
		return false
	}
	on := s.sg.Type(string(s.value()))
	s.copy()
	return s.directives() && s.selection(on)
}

// enclosed copies everything between two brackets, them included.
func (s *formScanner) enclosed() bool {
	for depth := 0; ; {
		switch s.kind {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case formBad, formEnd:
			return false
		}
		if s.copy(); depth == 0 {
			return true
		}
	}
}

func (s *formScanner) directives() bool {
	for s.kind == '@' {
		s.copy()
		if !s.expect(formName) || s.kind == '(' && !s.enclosed() {
			return false
		}
	}
	return true
}

// selection reads a selection set on a type, which is nil when it is not known.
func (s *formScanner) selection(on *supergraph.Type) bool {
	if s.depth++; on == nil || s.depth > maxFormDepth || !s.expect('{') {
		return false
	}
	for s.kind != '}' {
		ok := false
		switch s.kind {
		case formSpread:
			ok = s.spread(on)
		case formName:
			ok = s.field(on)
		}
		if !ok {
			return false
		}
	}
	s.depth--
	s.copy()
	return true
}

func (s *formScanner) spread(on *supergraph.Type) bool {
	s.copy()
	switch {
	case s.is("on"):
		return s.fragment()
	case s.kind == formName:
		s.copy()
		return s.directives()
	}
	return s.directives() && s.selection(on)
}

func (s *formScanner) field(on *supergraph.Type) bool {
	name := s.value()
	if s.copy(); s.kind == ':' {
		s.copy()
		if name = s.value(); s.kind != formName {
			return false
		}
		s.copy()
	}
	if string(name) == "__typename" {
		return s.directives()
	}
	def := on.Field(string(name))
	if def == nil || def.Inaccessible {
		return false
	}
	if s.kind == '(' && !s.arguments(def) {
		return false
	}
	if !s.directives() {
		return false
	}
	return s.kind != '{' || s.selection(def.Named)
}

func (s *formScanner) arguments(def *supergraph.Field) bool {
	keeps := keepsLiterals(def)
	s.copy()
	for s.kind == formName {
		i := slices.IndexFunc(def.Args, func(a *supergraph.Argument) bool { return a.Name == string(s.value()) })
		s.copy()
		if i < 0 || def.Args[i].Inaccessible || !s.expect(':') {
			return false
		}
		if keeps || !s.take(def.Args[i].Type) {
			if !s.argument() {
				return false
			}
		}
	}
	return s.expect(')')
}

// argument copies a value.
func (s *formScanner) argument() bool {
	switch s.kind {
	case '[', '{':
		return s.enclosed()
	case '$':
		s.copy()
		return s.expect(formName)
	case formName, formInt, formFloat, formString, formText:
		s.copy()
		return true
	}
	return false
}

// keepsLiterals tells whether the values of a field's arguments decide what it costs, and so whether it is answered.
func keepsLiterals(def *supergraph.Field) bool {
	if def.Definition == nil || len(def.Definition.Directives) == 0 {
		return false
	}
	return def.Definition.Directives.ForName("listSize") != nil || def.Definition.Directives.ForName("cost") != nil
}

// literalType returns the letter of a type; 0 when its literals stay.
func literalType(t *ast.Type) byte {
	if t.Elem != nil {
		return 0
	}
	switch t.NamedType {
	case "Int":
		return 'I'
	case "Float":
		return 'F'
	case "String":
		return 'S'
	case "ID":
		return 'D'
	}
	return 0
}

// typeOfLiteral is what a letter stands for. No null is taken out.
func typeOfLiteral(letter byte) *ast.Type {
	switch letter {
	case 'I':
		return ast.NonNullNamedType("Int", nil)
	case 'F':
		return ast.NonNullNamedType("Float", nil)
	case 'S':
		return ast.NonNullNamedType("String", nil)
	}
	return ast.NonNullNamedType("ID", nil)
}

// take takes the literal at hand out, unless it has to stay: when it is none, or one whose validity has to be looked
// at.
func (s *formScanner) take(typ *ast.Type) bool {
	letter := literalType(typ)
	if letter == 0 || !s.plain(letter) {
		return false
	}
	i := slices.IndexFunc(s.taken, func(t taken) bool {
		return t.tag == letter && bytes.Equal(s.text[t.start:t.end], s.value())
	})
	if i < 0 {
		if i = len(s.taken); i == maxTaken {
			return false
		}
		s.taken = append(s.taken, taken{s.start, s.end, letter})
		l := &s.form.Literals
		start := len(l.buf)
		l.buf = append(l.buf, s.value()...)
		l.at = append(l.at, span{start, len(l.buf)})
	}
	s.places = append(s.places, literalPosition{s.start - s.trailing, i})
	s.form.Text = append(strconv.AppendInt(append(s.form.Text, 1, letter, s.kind), int64(i), 10), 2)
	s.next()
	return true
}

// plain tells whether the token at hand is a valid literal of a type, whose text is that of its value in JSON.
func (s *formScanner) plain(letter byte) bool {
	v := s.value()
	switch s.kind {
	case formInt:
		n, err := strconv.ParseInt(string(v), 10, 64)
		return letter != 'S' && err == nil && n >= math.MinInt32 && n <= math.MaxInt32 && string(v) != "-0"
	case formFloat:
		n, err := strconv.ParseFloat(string(v), 64)
		return letter == 'F' && err == nil && n != 0
	case formString:
		return (letter == 'S' || letter == 'D') && s.ascii
	}
	return false
}

// Corresponding returns a function from the places of tokens in one document to those of the same tokens in another
// with the same form. It does its work when it is called for the first time, and must not be called by several
// goroutines.
func Corresponding(from, to string) func(line, column int) (int, int) {
	return syntax.Corresponding(from, to)
}

// PrepareForm is Prepare for the document that form was found in: its literals become variables, behind those that
// clients declare, and its own values are what these are by default. Every document with an equal form may use the
// result.
func PrepareForm(
	sg *supergraph.Supergraph, query, operationName string, limits Limits, form *Form,
) (*Prepared, gqlerror.List) {
	return prepare(sg, query, operationName, limits, form)
}

// takeOut puts variables where literals were taken out.
func (p *Prepared) takeOut(doc *ast.QueryDocument, form *Form) {
	t := replacer{p: p, form: form}
	for i, l := range form.scan.taken {
		span := form.Literals.at[i]
		v := &Variable{
			Index: len(p.Variables), Name: "weft_value" + strconv.Itoa(i+1), Type: typeOfLiteral(l.tag), Literal: true,
			defaultJSON: slices.Clone(form.Literals.buf[span.start:span.end]),
		}
		for p.declares(v.Name) {
			v.Name += "_"
		}
		p.Variables = append(p.Variables, v)
	}
	for _, op := range doc.Operations {
		t.selectionSet(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		t.selectionSet(f.SelectionSet)
	}
}

func (p *Prepared) declares(name string) bool {
	_, declared := p.declared[name]
	return declared
}

// replacer puts variables in the places of literals.
type replacer struct {
	p    *Prepared
	form *Form
}

func (r *replacer) selectionSet(set ast.SelectionSet) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			for _, a := range sel.Arguments {
				r.argument(a)
			}
			r.selectionSet(sel.SelectionSet)
		case *ast.InlineFragment:
			r.selectionSet(sel.SelectionSet)
		}
	}
}

func (r *replacer) argument(a *ast.Argument) {
	places := r.form.scan.places
	i, found := slices.BinarySearchFunc(places, a.Value.Position.Start, func(p literalPosition, start int) int {
		return p.start - start
	})
	if !found {
		return
	}
	v := *a.Value
	v.Kind, v.Raw = ast.Variable, r.p.Variables[r.p.clients+places[i].literal].Name
	a.Value = &v
}
