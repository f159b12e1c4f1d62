package exectest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/router/supergraph"
)

// reference executes a document over the world, as the GraphQL specification says in chapter 6 and without any
// cleverness. It plays the subgraphs, too.
type reference struct {
	world     *World
	doc       *ast.QueryDocument
	variables map[string]json.RawMessage
	// api tells that values clients may not see are errors.
	api    bool
	errors []ReferenceError
}

// ReferenceError is an error with its path, and the depth of the value that became null because of it.
type ReferenceError struct {
	Message   string     `json:"message"`
	Path      []any      `json:"path"`
	Locations []Location `json:"locations,omitempty"`
	nulled    int
}

// Location is a position in the operation.
type Location struct{ Line, Column int }

// Answer is a response.
type Answer struct {
	Data   json.RawMessage
	Errors []ReferenceError
}

// Reference executes an operation over the merged data, for a client.
func (w *World) Reference(query string, variables map[string]json.RawMessage) (*Answer, error) {
	return w.execute(query, variables, true)
}

// Subgraph answers a request as a subgraph would.
func (w *World) Subgraph(body []byte) (*Answer, error) {
	var request struct {
		Query     string
		Variables map[string]json.RawMessage
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, err
	}
	return w.execute(request.Query, request.Variables, false)
}

func (w *World) execute(query string, variables map[string]json.RawMessage, api bool) (*Answer, error) {
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	op := doc.Operations[0]
	r := &reference{world: w, doc: doc, variables: variables, api: api}
	root := w.Supergraph.Query
	if op.Operation == ast.Mutation {
		root = w.Supergraph.Mutation
	}
	data, ok := r.selection(&Object{Type: root, ID: "root"}, op.SelectionSet, nil)
	if !ok {
		data = json.RawMessage("null")
		r.settle(0, nil, 0)
	}
	return &Answer{Data: data, Errors: r.errors}, nil
}

// field is a collected field.
type field struct {
	key   string
	nodes []*ast.Field
}

func (r *reference) collect(t *supergraph.Type, set ast.SelectionSet, fields []*field) []*field {
	for _, sel := range set {
		switch s := sel.(type) {
		case *ast.Field:
			if !r.included(s.Directives) {
				continue
			}
			i := slices.IndexFunc(fields, func(f *field) bool { return f.key == s.Alias })
			if i < 0 {
				fields = append(fields, &field{key: s.Alias})
				i = len(fields) - 1
			}
			fields[i].nodes = append(fields[i].nodes, s)
		case *ast.InlineFragment:
			if r.included(s.Directives) && r.applies(t, s.TypeCondition) {
				fields = r.collect(t, s.SelectionSet, fields)
			}
		case *ast.FragmentSpread:
			f := r.doc.Fragments.ForName(s.Name)
			if r.included(s.Directives) && r.applies(t, f.TypeCondition) {
				fields = r.collect(t, f.SelectionSet, fields)
			}
		}
	}
	return fields
}

func (r *reference) included(directives ast.DirectiveList) bool {
	for _, d := range directives {
		v := d.Arguments.ForName("if").Value
		on := v.Raw == "true"
		if v.Kind == ast.Variable {
			on = string(r.variables[v.Raw]) == "true"
		}
		if on == (d.Name == "skip") {
			return false
		}
	}
	return true
}

func (r *reference) applies(t *supergraph.Type, condition string) bool {
	return condition == "" || r.world.Supergraph.Type(condition).Possible.Has(t.ObjectIndex)
}

// selection executes a selection set; false means that the object is null.
func (r *reference) selection(o *Object, set ast.SelectionSet, path []any) (json.RawMessage, bool) {
	var out bytes.Buffer
	ok := true
	out.WriteByte('{')
	for i, f := range r.collect(o.Type, set, nil) {
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, "%q:", f.key)
		at := append(slices.Clone(path), f.key)
		var raw json.RawMessage
		fits := true
		switch f.nodes[0].Name {
		case "__typename":
			raw = json.RawMessage(fmt.Sprintf("%q", o.Type.Name))
		case "_entities":
			raw = r.entities(f, at)
		default:
			def := o.Type.Field(f.nodes[0].Name)
			value := r.world.Resolve(o, def, canonicalArgs(f.nodes[0].Arguments, r.variables))
			raw, fits = r.complete(value, def, def.Type, f, at)
		}
		ok = ok && fits
		out.Write(raw)
	}
	out.WriteByte('}')
	return out.Bytes(), ok
}

// complete is CompleteValue; false means that a null must not stand here.
func (r *reference) complete(
	value any,
	def *supergraph.Field,
	t *ast.Type,
	f *field,
	path []any,
) (json.RawMessage, bool) {
	before := len(r.errors)
	raw, ok := r.nullable(value, def, t, f, path)
	if !ok && !t.NonNull {
		r.settle(before, path, len(path))
		return json.RawMessage("null"), true
	}
	return raw, ok
}

// settle notes for the errors since mark, all of which are below path, that the value at that depth became null.
func (r *reference) settle(mark int, _ []any, depth int) {
	for i := mark; i < len(r.errors); i++ {
		if r.errors[i].nulled > depth {
			r.errors[i].nulled = depth
		}
	}
}

func (r *reference) fail(message string, path []any) (json.RawMessage, bool) {
	r.errors = append(r.errors, ReferenceError{Message: message, Path: slices.Clone(path), nulled: len(path)})
	return nil, false
}

func (r *reference) nullable(
	value any,
	def *supergraph.Field,
	t *ast.Type,
	f *field,
	path []any,
) (json.RawMessage, bool) {
	switch v := value.(type) {
	case fieldError:
		return r.fail(string(v), path)
	case nil:
		if t.NonNull {
			return r.fail(fmt.Sprintf("Cannot return null for non-nullable field %s.%s.", def.Parent.Name, def.Name), path)
		}
		return json.RawMessage("null"), true
	case []any:
		var out bytes.Buffer
		ok := true
		out.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			raw, fits := r.complete(e, def, t.Elem, f, append(slices.Clone(path), i))
			ok = ok && fits
			out.Write(raw)
		}
		out.WriteByte(']')
		return out.Bytes(), ok
	case *Object:
		var set ast.SelectionSet
		for _, n := range f.nodes {
			set = append(set, n.SelectionSet...)
		}
		return r.selection(v, set, path)
	case json.RawMessage:
		if r.api && def.Named.Kind == ast.Enum {
			for _, e := range def.Named.EnumValues {
				if e.Inaccessible && `"`+e.Name+`"` == string(v) {
					return r.fail("hidden", path)
				}
			}
		}
		return v, true
	}
	panic(fmt.Sprintf("a resolver returned %T", value))
}

func (r *reference) entities(f *field, path []any) json.RawMessage {
	var representations []json.RawMessage
	if err := json.Unmarshal(r.variables[f.nodes[0].Arguments.ForName("representations").Value.Raw], &representations); err != nil {
		panic(err)
	}
	var out bytes.Buffer
	out.WriteByte('[')
	for i, rep := range representations {
		if i > 0 {
			out.WriteByte(',')
		}
		raw, ok := json.RawMessage("null"), true
		before := len(r.errors)
		if o := r.world.Entity(rep); o != nil {
			raw, ok = r.selection(o, f.nodes[0].SelectionSet, append(slices.Clone(path), i))
		}
		if !ok {
			raw = json.RawMessage("null")
			r.settle(before, path, len(path)+1)
		}
		out.Write(raw)
	}
	out.WriteByte(']')
	return out.Bytes()
}
