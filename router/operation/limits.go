package operation

import (
	"math"
	"slices"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Limits bound what a document may ask for. They are checked before validation, on the document as it was written:
// what fragments expand to is counted without expanding them. A zero field means its default, a negative one no limit.
type Limits struct {
	// Tokens is the number of lexical tokens of the document.
	Tokens int
	// Depth is how deep fields may be nested, fragments expanded.
	Depth int
	// Fields is the number of fields after fragments are expanded and before fields are merged.
	Fields int
	// Aliases is the number of aliases, counted like Fields.
	Aliases int
	// Directives is the number of directives, counted like Fields.
	Directives int
	// RootFields is the number of fields of the operation's root selection, fragments expanded.
	RootFields int
	// IntrospectionDepth is how deep fields may be nested below __schema and __type.
	IntrospectionDepth int
	// Variables is the number of variables that an operation declares.
	Variables int
	// ListItems is the number of elements of all lists in an operation's literal values, counted like Fields, and of all
	// lists in the values of its variables.
	ListItems int
	// Warn lets operations pass that are beyond these limits and not beyond the defaults: Prepared.Exceeded has the codes.
	Warn bool
}

// DefaultLimits are used for the zero fields of Limits.
var DefaultLimits = Limits{
	Tokens:             100_000,
	Depth:              100,
	Fields:             50_000,
	Aliases:            5_000,
	Directives:         2_000,
	RootFields:         1_000,
	IntrospectionDepth: 30,
	Variables:          1_000,
	ListItems:          100_000,
}

// The codes in the extensions of errors about limits. They are stable.
const (
	CodeTokens             = "MAX_TOKENS_LIMIT"
	CodeDepth              = "MAX_DEPTH_LIMIT"
	CodeFields             = "MAX_FIELDS_LIMIT"
	CodeAliases            = "MAX_ALIASES_LIMIT"
	CodeDirectives         = "MAX_DIRECTIVES_LIMIT"
	CodeRootFields         = "MAX_ROOT_FIELDS_LIMIT"
	CodeIntrospectionDepth = "MAX_INTROSPECTION_DEPTH_LIMIT"
	// CodeSyntax is that of documents that do not parse.
	CodeSyntax    = "GRAPHQL_PARSE_FAILED"
	CodeVariables = "MAX_VARIABLES_LIMIT"
	CodeListItems = "MAX_LIST_ITEMS_LIMIT"
	// LimitExceeded is that of limits that cannot be set.
	LimitExceeded = "OPERATION_LIMIT_EXCEEDED"
)

// hard are the limits beyond which nothing passes.
func (l Limits) hard() Limits {
	if !l.Warn {
		return l
	}
	d := DefaultLimits
	return Limits{
		Tokens: max(l.Tokens, d.Tokens), Depth: max(l.Depth, d.Depth), Fields: max(l.Fields, d.Fields),
		Aliases: max(l.Aliases, d.Aliases), Directives: max(l.Directives, d.Directives),
		RootFields: max(l.RootFields, d.RootFields), IntrospectionDepth: max(l.IntrospectionDepth, d.IntrospectionDepth),
		Variables: max(l.Variables, d.Variables), ListItems: max(l.ListItems, d.ListItems),
	}
}

func (l Limits) withDefaults() Limits {
	pick := func(v, def int) int {
		switch {
		case v == 0:
			return def
		case v < 0:
			return math.MaxInt
		}
		return v
	}
	d := DefaultLimits
	return Limits{
		Tokens: pick(l.Tokens, d.Tokens), Depth: pick(l.Depth, d.Depth), Fields: pick(l.Fields, d.Fields),
		Aliases: pick(l.Aliases, d.Aliases), Directives: pick(l.Directives, d.Directives),
		RootFields: pick(l.RootFields, d.RootFields), IntrospectionDepth: pick(l.IntrospectionDepth, d.IntrospectionDepth),
		Variables: pick(l.Variables, d.Variables), ListItems: pick(l.ListItems, d.ListItems),
		Warn: l.Warn,
	}
}

// size is what a selection set amounts to once its fragments are expanded.
type size struct {
	depth, fields, aliases, directives, top, schema, items int
}

// measurer counts selection sets; every fragment is counted once.
type measurer struct {
	fragments map[string]*ast.FragmentDefinition
	done      map[string]size
	// open are the fragments being counted: a cycle counts as nothing here and is reported by validation.
	open map[string]bool
}

// measurers keeps the maps of measurers between documents.
var measurers = sync.Pool{New: func() any {
	return &measurer{fragments: map[string]*ast.FragmentDefinition{}, done: map[string]size{}, open: map[string]bool{}}
}}

// keptFragments bounds the maps that are kept.
const keptFragments = 512

func (m *measurer) release() {
	if len(m.fragments) > keptFragments {
		return
	}
	clear(m.fragments)
	clear(m.done)
	clear(m.open)
	measurers.Put(m)
}

// check checks all operations of a document, of which any could be asked for later. exceeded are the codes of the
// limits that one of them is beyond, and that let it pass.
func (l Limits) check(doc *ast.QueryDocument) (exceeded []string, err *gqlerror.Error) {
	m := measurers.Get().(*measurer)
	defer m.release()
	addByName(m.fragments, doc)
	hard := l.hard()
	for _, op := range doc.Operations {
		soft := l.measure(m, op)
		for i, beyond := range hard.measure(m, op) {
			if beyond.got > beyond.limit {
				return nil, beyond.refuse(op)
			}
			if s := soft[i]; s.got > s.limit && !slices.Contains(exceeded, s.code) {
				exceeded = append(exceeded, s.code)
			}
		}
	}
	return exceeded, nil
}

// measure is what an operation has of what is limited.
type measure struct {
	what, code string
	got, limit int
}

// measures is how many there are.
const measures = 8

func (m measure) refuse(op *ast.OperationDefinition) *gqlerror.Error {
	err := gqlerror.ErrorPosf(op.Position, "The operation "+m.what+"; the limit is %d.", m.got, m.limit)
	err.Extensions = map[string]any{"code": m.code}
	return err
}

func (l Limits) measure(m *measurer, op *ast.OperationDefinition) [measures]measure {
	s := m.selectionSet(op.SelectionSet)
	s.directives = plus(s.directives, len(op.Directives))
	for _, v := range op.VariableDefinitions {
		s.items = plus(s.items, items(v.DefaultValue))
	}
	return [measures]measure{
		{"is nested %d fields deep", CodeDepth, s.depth, l.Depth},
		{"selects %d fields", CodeFields, s.fields, l.Fields},
		{"has %d aliases", CodeAliases, s.aliases, l.Aliases},
		{"has %d directives", CodeDirectives, s.directives, l.Directives},
		{"has %d root fields", CodeRootFields, s.top, l.RootFields},
		{"asks for the schema %d fields deep", CodeIntrospectionDepth, s.schema, l.IntrospectionDepth},
		{"declares %d variables", CodeVariables, len(op.VariableDefinitions), l.Variables},
		{"has lists of %d elements together", CodeListItems, s.items, l.ListItems},
	}
}

func (m *measurer) selectionSet(set ast.SelectionSet) size {
	var total size
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			sub := m.selectionSet(sel.SelectionSet)
			sub.top = 0
			sub.depth = plus(sub.depth, 1)
			if sel.Name == "__schema" || sel.Name == "__type" {
				sub.schema = sub.depth
			}
			sub.fields = plus(sub.fields, 1)
			sub.directives = plus(sub.directives, len(sel.Directives))
			sub.items = plus(sub.items, itemsOf(sel.Arguments))
			if sel.Alias != "" && sel.Alias != sel.Name {
				sub.aliases = plus(sub.aliases, 1)
			}
			sub.top = 1
			total.add(sub)
		case *ast.InlineFragment:
			sub := m.selectionSet(sel.SelectionSet)
			sub.directives = plus(sub.directives, len(sel.Directives))
			total.add(sub)
		case *ast.FragmentSpread:
			sub := m.fragment(sel.Name)
			sub.directives = plus(sub.directives, len(sel.Directives))
			total.add(sub)
		}
	}
	return total
}

func (m *measurer) fragment(name string) size {
	if s, ok := m.done[name]; ok {
		return s
	}
	def := m.fragments[name]
	if def == nil || m.open[name] {
		return size{}
	}
	m.open[name] = true
	s := m.selectionSet(def.SelectionSet)
	delete(m.open, name)
	m.done[name] = s
	return s
}

func (s *size) add(o size) {
	s.depth = max(s.depth, o.depth)
	s.fields = plus(s.fields, o.fields)
	s.aliases = plus(s.aliases, o.aliases)
	s.directives = plus(s.directives, o.directives)
	s.top = plus(s.top, o.top)
	s.schema = max(s.schema, o.schema)
	s.items = plus(s.items, o.items)
}

// plus adds without overflow: nested fragments multiply, so that a document of a few kilobytes can stand for more
// fields than an int can count.
func plus(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

func fragmentsByName(doc *ast.QueryDocument) map[string]*ast.FragmentDefinition {
	if len(doc.Fragments) == 0 {
		return nil
	}
	m := make(map[string]*ast.FragmentDefinition, len(doc.Fragments))
	addByName(m, doc)
	return m
}

// addByName adds the fragments of a document; of several of one name, the first.
func addByName(m map[string]*ast.FragmentDefinition, doc *ast.QueryDocument) {
	for _, f := range doc.Fragments {
		if _, ok := m[f.Name]; !ok {
			m[f.Name] = f
		}
	}
}
