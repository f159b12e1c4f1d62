// Package introspection answers __schema and __type from an API schema.
//
// Specification: GraphQL, section 4.2, "Schema Introspection".
package introspection

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Schema is a schema prepared for introspection. It is immutable.
type Schema struct {
	schema     *ast.Schema
	types      []*ast.Definition
	directives []*ast.DirectiveDefinition
}

// New prepares a schema: its types and directives sorted by name. @defer is not told: it is not the specification's.
func New(schema *ast.Schema) *Schema {
	s := &Schema{schema: schema}
	for _, t := range schema.Types {
		s.types = append(s.types, t)
	}
	slices.SortFunc(s.types, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	for _, d := range schema.Directives {
		if d.Name != "defer" {
			s.directives = append(s.directives, d)
		}
	}
	slices.SortFunc(s.directives, func(a, b *ast.DirectiveDefinition) int { return strings.Compare(a.Name, b.Name) })
	return s
}

// Append writes the JSON value of a __schema or __type field. The field comes from a validated document; variable
// returns the JSON of a variable of the operation, nil when it is absent.
func (s *Schema) Append(out []byte, field *ast.Field, variable func(name string) []byte) []byte {
	w := &writer{s: s, out: out, variable: variable}
	if field.Name == "__schema" {
		w.object(schemaObject{s}, field.SelectionSet)
		return w.out
	}
	name, _ := w.stringArgument(field, "name")
	if def := s.schema.Types[name]; def != nil {
		w.object(typeObject{s: s, def: def}, field.SelectionSet)
	} else {
		w.null()
	}
	return w.out
}

// object is a value of one of the introspection types.
type object interface {
	// typeName is its __typename.
	typeName() string
	// write writes the value of one of its fields.
	write(w *writer, f *ast.Field)
}

// writer prints selections of introspection objects.
type writer struct {
	s        *Schema
	out      []byte
	variable func(name string) []byte
}

func (w *writer) object(o object, set ast.SelectionSet) {
	w.out = append(w.out, '{')
	for i, f := range w.collect(o, set, nil) {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.text(responseKey(f))
		w.out = append(w.out, ':')
		if f.Name == "__typename" {
			w.text(o.typeName())
		} else {
			o.write(w, f)
		}
	}
	w.out = append(w.out, '}')
}

func responseKey(f *ast.Field) string {
	if f.Alias != "" {
		return f.Alias
	}
	return f.Name
}

// collect is CollectFields of the specification; introspection types are all object types.
func (w *writer) collect(o object, set ast.SelectionSet, fields []*ast.Field) []*ast.Field {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if !w.included(sel.Directives) {
				continue
			}
			i := slices.IndexFunc(fields, func(f *ast.Field) bool { return responseKey(f) == responseKey(sel) })
			if i < 0 {
				fields = append(fields, sel)
				continue
			}
			merged := *fields[i]
			merged.SelectionSet = append(slices.Clone(merged.SelectionSet), sel.SelectionSet...)
			fields[i] = &merged
		case *ast.InlineFragment:
			if (sel.TypeCondition == "" || sel.TypeCondition == o.typeName()) && w.included(sel.Directives) {
				fields = w.collect(o, sel.SelectionSet, fields)
			}
		case *ast.FragmentSpread:
			if sel.Definition != nil && sel.Definition.TypeCondition == o.typeName() && w.included(sel.Directives) {
				fields = w.collect(o, sel.Definition.SelectionSet, fields)
			}
		}
	}
	return fields
}

func (w *writer) included(ds ast.DirectiveList) bool {
	for _, d := range ds {
		if d.Name == "skip" && w.flag(d.Arguments.ForName("if")) || d.Name == "include" && !w.flag(d.Arguments.ForName("if")) {
			return false
		}
	}
	return true
}

func (w *writer) flag(a *ast.Argument) bool {
	switch {
	case a == nil:
		return false
	case a.Value.Kind == ast.Variable:
		return string(w.variable(a.Value.Raw)) == "true"
	}
	return a.Value.Raw == "true"
}

func (w *writer) stringArgument(f *ast.Field, name string) (string, bool) {
	a := f.Arguments.ForName(name)
	if a == nil {
		return "", false
	}
	if a.Value.Kind == ast.Variable {
		raw := w.variable(a.Value.Raw)
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err == nil
	}
	return a.Value.Raw, true
}

// withDeprecated is the includeDeprecated argument.
func (w *writer) withDeprecated(f *ast.Field) bool {
	return w.flag(f.Arguments.ForName("includeDeprecated"))
}

func (w *writer) null() { w.out = append(w.out, "null"...) }

func (w *writer) bool(b bool) {
	if b {
		w.out = append(w.out, "true"...)
	} else {
		w.out = append(w.out, "false"...)
	}
}

// optional writes a string, or null when it is empty.
func (w *writer) optional(s string) {
	if s == "" {
		w.null()
		return
	}
	w.text(s)
}

func (w *writer) text(s string) {
	const hex = "0123456789abcdef"
	w.out = append(w.out, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			w.out = append(w.out, '\\', c)
		case c == '\n':
			w.out = append(w.out, '\\', 'n')
		case c < 0x20:
			w.out = append(w.out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			w.out = append(w.out, c)
		}
	}
	w.out = append(w.out, '"')
}

// list writes a list of n objects.
func (w *writer) list(f *ast.Field, n int, at func(i int) object) {
	w.out = append(w.out, '[')
	for i := range n {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.object(at(i), f.SelectionSet)
	}
	w.out = append(w.out, ']')
}

// named writes a type by name, null when it is empty.
func (w *writer) named(f *ast.Field, def *ast.Definition) {
	if def == nil {
		w.null()
		return
	}
	w.object(typeObject{s: w.s, def: def}, f.SelectionSet)
}

// typeRef writes a reference to a type, with its lists and non-nulls.
func (w *writer) typeRef(f *ast.Field, t *ast.Type) {
	w.object(w.s.typeOf(t), f.SelectionSet)
}
