package operation

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/operation/introspection"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/syntax"
	"github.com/weft-graphql/weft/router/validation"
)

// Prepared is one operation of a valid document. It is immutable and shared by all requests that send the same document
// and operation name.
type Prepared struct {
	Supergraph *supergraph.Supergraph
	// Definition is the operation in the document, validated against the API schema.
	Definition *ast.OperationDefinition
	Kind       ast.Operation
	// Name is the operation's name in the document; may be empty.
	Name string
	// Variables are the declared variables in document order, then those that stand for literals; see Form.
	Variables []*Variable
	// Exceeded are the codes of limits that the document is beyond, where that only is to be told (Limits.Warn).
	Exceeded []string

	// declared are the indexes of the clients' Variables by name, clients how many there are. Those behind them stand for
	// literals of the document.
	declared   map[string]int
	clients    int
	fragments  map[string]*ast.FragmentDefinition
	conditions []Condition
	// access is the index of the first condition with a requirement of access; all others are before it.
	access int
	// byVariable are the indexes of conditions by the variable's name; nil when no variable decides anything.
	byVariable map[string]int
	// notNull are the indexes of variables that may not be null where the router itself looks at them, in @skip, @include
	// and introspection, although their types allow it: they, or the places, have default values.
	notNull []int
	// defers tells that a part of the answer can be deferred.
	defers bool
	// directed tells that there are directives for subgraphs.
	directed bool
	// introspection is set when the operation asks for __schema, __type or __service.
	introspection *introspection.Schema
}

// Fragments are those that the operation uses, those used by fragments included, in no order.
func (p *Prepared) Fragments() ast.FragmentDefinitionList {
	var used ast.FragmentDefinitionList
	seen := map[string]bool{}
	var look func(set ast.SelectionSet)
	look = func(set ast.SelectionSet) {
		for _, sel := range set {
			switch sel := sel.(type) {
			case *ast.Field:
				look(sel.SelectionSet)
			case *ast.InlineFragment:
				look(sel.SelectionSet)
			case *ast.FragmentSpread:
				if def := p.fragments[sel.Name]; def != nil && !seen[sel.Name] {
					seen[sel.Name] = true
					used = append(used, def)
					look(def.SelectionSet)
				}
			}
		}
	}
	look(p.Definition.SelectionSet)
	return used
}

// isIntrospection tells whether a field is one that the router answers from what it knows of the graph.
func isIntrospection(name string) bool {
	return name == "__schema" || name == "__type" || name == "__service"
}

// asksSchema tells whether __schema, __type or __service stands in a selection or below, where fields of the type Query
// lead to; seen are the fragments already looked at.
func (p *Prepared) asksSchema(set ast.SelectionSet, seen map[string]bool) bool {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if isIntrospection(sel.Name) || p.asksSchema(sel.SelectionSet, seen) {
				return true
			}
		case *ast.InlineFragment:
			if p.asksSchema(sel.SelectionSet, seen) {
				return true
			}
		case *ast.FragmentSpread:
			if def := p.fragments[sel.Name]; def != nil && !seen[sel.Name] {
				seen[sel.Name] = true
				if p.asksSchema(def.SelectionSet, seen) {
					return true
				}
			}
		}
	}
	return false
}

// Prepare parses a document, checks limits, validates it against the API schema and picks an operation:
// operationName, or the only one when the name is empty (GraphQL specification, section 6.1, GetOperation).
func Prepare(sg *supergraph.Supergraph, query, operationName string, limits Limits) (*Prepared, gqlerror.List) {
	return prepare(sg, query, operationName, limits, nil)
}

// prepare is Prepare; form, when not nil, is the document's, and its literals become variables.
func prepare(
	sg *supergraph.Supergraph, query, operationName string, limits Limits, form *Form,
) (*Prepared, gqlerror.List) {
	limits = limits.withDefaults()
	doc, exceeded, gerr := parse(query, limits)
	if gerr != nil {
		return nil, gqlerror.List{gerr}
	}
	if errs := validate(sg, doc); len(errs) > 0 {
		return nil, errs
	}
	op, gerr := pick(doc.QueryDocument, operationName)
	if gerr != nil {
		return nil, gqlerror.List{gerr}
	}
	p := &Prepared{
		Supergraph: sg, Definition: op, Kind: op.Operation, Name: op.Name,
		fragments: fragmentsByName(doc.QueryDocument), Exceeded: exceeded,
	}
	if p.Kind == "" {
		p.Kind = ast.Query
	}
	if errs, more := p.findDirectives(); len(errs) > 0 {
		return nil, validationErrors(errs, more)
	}
	p.declared = make(map[string]int, len(op.VariableDefinitions))
	for i, v := range op.VariableDefinitions {
		p.declared[v.Variable] = i
		declared := &Variable{
			Index: i, Name: v.Variable, Type: v.Type, Default: v.DefaultValue,
			Location:   gqlerror.Location{Line: v.Position.Line, Column: v.Position.Column},
			Directives: p.forwarded(v.Directives),
		}
		if v.DefaultValue != nil {
			declared.defaultJSON = appendDefault(nil, sg.API.Types, v.DefaultValue, v.Type)
		}
		p.Variables = append(p.Variables, declared)
	}
	p.clients = len(p.Variables)
	if form != nil {
		p.takeOut(doc.QueryDocument, form)
	}
	p.findConditions()
	if p.asksSchema(op.SelectionSet, map[string]bool{}) {
		p.introspection = introspection.New(sg.API)
		for _, c := range sg.Capabilities {
			p.introspection.Announce(introspection.Capability(c))
		}
	}
	return p, nil
}

// parse parses a document and checks limits. exceeded are the codes of those that it is beyond, and that let it pass.
func parse(query string, limits Limits) (doc *syntax.Document, exceeded []string, gerr *gqlerror.Error) {
	doc, err := syntax.ParseExecutable(&ast.Source{Input: query}, limits.Tokens)
	var tooMany *syntax.TokenLimitError
	if limits.Warn && errors.As(err, &tooMany) {
		exceeded = append(exceeded, CodeTokens)
		doc, err = syntax.ParseExecutable(&ast.Source{Input: query}, limits.hard().Tokens)
	}
	if err != nil {
		return nil, nil, parseError(err)
	}
	more, gerr := limits.check(doc.QueryDocument)
	return doc, append(exceeded, more...), gerr
}

// maxMessage is how long, in bytes, the message of an error about a document can be.
const maxMessage = 1000

// validate returns what a document violates.
func validate(sg *supergraph.Supergraph, doc *syntax.Document) gqlerror.List {
	result := validation.Document(sg.API, doc)
	if result.TooComplex != nil {
		setCode(result.TooComplex, LimitExceeded)
		return gqlerror.List{result.TooComplex}
	}
	return validationErrors(result.Errors, result.More)
}

// validationErrors gives errors their code; where some are left out, the last one says so.
func validationErrors(errs gqlerror.List, more int) gqlerror.List {
	if more > 0 {
		errs = append(errs, gqlerror.Errorf("The document has %d more errors, which are not listed.", more))
	}
	for _, e := range errs {
		code, _ := e.Extensions["code"].(string)
		setCode(e, cmp.Or(code, "GRAPHQL_VALIDATION_FAILED"))
	}
	return errs
}

func pick(doc *ast.QueryDocument, name string) (*ast.OperationDefinition, *gqlerror.Error) {
	var err *gqlerror.Error
	switch {
	case name != "":
		for _, op := range doc.Operations {
			if op.Name == name {
				return op, nil
			}
		}
		err = gqlerror.Errorf("Unknown operation named %q. The document has: %s.", name, operationNames(doc))
	case len(doc.Operations) > 1:
		err = gqlerror.Errorf(
			"The document has several operations (%s). Say in operationName which one to run.",
			operationNames(doc),
		)
	default:
		return doc.Operations[0], nil
	}
	setCode(err, "OPERATION_RESOLUTION_FAILURE")
	return nil, err
}

func operationNames(doc *ast.QueryDocument) string {
	var names []string
	for _, op := range doc.Operations {
		if op.Name == "" {
			names = append(names, "an operation without a name")
		} else {
			names = append(names, op.Name)
		}
	}
	if len(names) > 10 {
		names = append(names[:10:10], "…")
	}
	return strings.Join(names, ", ")
}

func parseError(err error) *gqlerror.Error {
	var tooMany *syntax.TokenLimitError
	if errors.As(err, &tooMany) {
		gerr := gqlerror.Errorf("The document is too long: it has more than %d tokens.", tooMany.Limit)
		setCode(gerr, CodeTokens)
		return gerr
	}
	gerr := syntax.Locate(err)
	setCode(gerr, CodeSyntax)
	return gerr
}

// setCode gives an error about a document its code, and cuts a message that quotes a value, or a name, of any length.
func setCode(err *gqlerror.Error, code string) {
	if len(err.Message) > maxMessage {
		err.Message = strings.ToValidUTF8(err.Message[:maxMessage], "") + "…"
	}
	if err.Extensions == nil {
		err.Extensions = map[string]any{}
	}
	err.Extensions["code"] = code
}

// findConditions collects what decides the shape of the operation: variables of @skip, @include and @defer in the order
// in which they stand in the document, then the labels of progressive overrides it may touch, then whether parts of the
// answer may be deferred.
func (p *Prepared) findConditions() {
	f := conditionFinder{p: p, seen: map[string]bool{}, labels: map[string]bool{}, access: map[int]bool{}}
	f.selectionSet(p.Definition.SelectionSet)
	for _, label := range p.Supergraph.OverrideLabels {
		if f.labels[label] || keyLabel(p.Supergraph, label) {
			p.conditions = append(p.conditions, Condition{Label: label, Variable: -1})
		}
	}
	if p.defers {
		p.conditions = append(p.conditions, Condition{Variable: -1, Incremental: true})
	}
	p.access = len(p.conditions)
	for _, r := range p.Supergraph.Requirements {
		if f.access[r.ID] {
			p.conditions = append(p.conditions, Condition{Label: r.Label, Access: r, Variable: -1})
		}
	}
}

type conditionFinder struct {
	p *Prepared
	// seen are the fragments already looked at.
	seen, labels map[string]bool
	// access are the requirements of what is selected.
	access map[int]bool
	// variables are the operation's by name, once asked for.
	variables map[string]*Variable
}

func (f *conditionFinder) selectionSet(set ast.SelectionSet) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			f.directives(sel.Directives)
			f.field(sel)
			f.selectionSet(sel.SelectionSet)
		case *ast.InlineFragment:
			f.directives(sel.Directives)
			f.selectionSet(sel.SelectionSet)
		case *ast.FragmentSpread:
			f.directives(sel.Directives)
			if def := f.p.fragments[sel.Name]; def != nil && !f.seen[sel.Name] {
				f.seen[sel.Name] = true
				f.selectionSet(def.SelectionSet)
			}
		}
	}
}

func (f *conditionFinder) directives(ds ast.DirectiveList) {
	for _, d := range ds {
		f.p.defers = f.p.defers || d.Name == "defer" && f.p.Kind != ast.Subscription
		arg := d.Arguments.ForName("if")
		if arg == nil || arg.Value.Kind != ast.Variable || (d.Name != "skip" && d.Name != "include" && d.Name != "defer") {
			continue
		}
		v := f.variable(arg.Value.Raw)
		if v == nil {
			continue
		}
		if d.Name != "defer" {
			f.notNull(v)
		}
		if i, known := f.p.byVariable[v.Name]; known {
			f.p.conditions[i].Deferring = f.p.conditions[i].Deferring && d.Name == "defer"
			continue
		}
		if f.p.byVariable == nil {
			f.p.byVariable = map[string]int{}
		}
		f.p.byVariable[v.Name] = len(f.p.conditions)
		f.p.conditions = append(
			f.p.conditions,
			Condition{Variable: v.Index, Default: d.Name == "defer", Deferring: d.Name == "defer"},
		)
	}
}

// variable returns the operation's variable of that name, or nil.
func (f *conditionFinder) variable(name string) *Variable {
	if f.variables == nil {
		f.variables = make(map[string]*Variable, len(f.p.Variables))
		for _, v := range f.p.Variables {
			f.variables[v.Name] = v
		}
	}
	return f.variables[name]
}

// notNull notes a variable that is used in a place of a non-null type.
func (f *conditionFinder) notNull(v *Variable) {
	if !v.Type.NonNull && !slices.Contains(f.p.notNull, v.Index) {
		f.p.notNull = append(f.p.notNull, v.Index)
	}
}

// introspection looks at the arguments of a field of introspection.
func (f *conditionFinder) introspection(sel *ast.Field) {
	for _, a := range sel.Arguments {
		def := sel.Definition.Arguments.ForName(a.Name)
		if a.Value.Kind != ast.Variable || def == nil || !def.Type.NonNull {
			continue
		}
		if v := f.variable(a.Value.Raw); v != nil {
			f.notNull(v)
		}
	}
}

func (f *conditionFinder) field(sel *ast.Field) {
	if len(sel.Arguments) > 0 && (sel.Name == "__type" || strings.HasPrefix(sel.ObjectDefinition.Name, "__")) {
		f.introspection(sel)
	}
	if sel.ObjectDefinition == nil || len(f.p.Supergraph.OverrideLabels)+len(f.p.Supergraph.Requirements) == 0 {
		return
	}
	t := f.p.Supergraph.Type(sel.ObjectDefinition.Name)
	if t == nil {
		return
	}
	mark := func(t *supergraph.Type) {
		if def := t.Field(sel.Name); def != nil {
			for _, in := range def.In {
				if in != nil && in.OverrideLabel != "" {
					f.labels[in.OverrideLabel] = true
				}
			}
			eachAccess(def, sel.Arguments, func(id int) { f.access[id] = true })
		}
	}
	mark(t)
	for o := range t.Possible.All {
		mark(f.p.Supergraph.Objects[o])
		for _, i := range f.p.Supergraph.Objects[o].Interfaces {
			mark(i)
		}
	}
}

// keyLabel tells whether a label decides about a field that keys or requirements use: the planner can then come across
// it in any operation.
func keyLabel(sg *supergraph.Supergraph, label string) bool {
	uses := func(set supergraph.FieldSet) bool { return fieldSetHasLabel(set, label) }
	for _, t := range sg.Types {
		for _, in := range t.In {
			if in == nil {
				continue
			}
			for _, k := range in.Keys {
				if uses(k.FieldSet) {
					return true
				}
			}
		}
		for _, f := range t.Fields {
			for _, in := range f.In {
				if in != nil && uses(in.Requires) {
					return true
				}
			}
		}
	}
	return false
}

func fieldSetHasLabel(set supergraph.FieldSet, label string) bool {
	for _, item := range set {
		if item.Field != nil {
			for _, in := range item.Field.In {
				if in != nil && in.OverrideLabel == label {
					return true
				}
			}
		}
		if fieldSetHasLabel(item.Items, label) {
			return true
		}
	}
	return false
}

// Introspect appends the JSON value of a __schema or __type field of the operation. more bounds it; see
// introspection.Schema.Append.
func (p *Prepared) Introspect(out []byte, f *Field, vars *Variables, more introspection.More) []byte {
	return p.introspection.Append(out, f.Introspected(), func(name string) []byte {
		if i, ok := p.declared[name]; ok {
			return vars.Raw(i)
		}
		return nil
	}, more)
}
