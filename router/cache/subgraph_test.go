package cache_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// object is a value of a composite type: leaves, objects, lists of them, and functions of the arguments (and the header
// of the subgraph's request) that yield one of these.
type object map[string]any

type resolver func(args map[string]any, caller http.Header) any

// subgraph answers GraphQL over HTTP from objects, and counts.
type subgraph struct {
	mu       sync.Mutex
	query    object
	mutation object
	// entity finds an entity by a representation; nil when there is none.
	entity func(representation map[string]any, caller http.Header) object
	// header and extensions are part of every answer.
	header     http.Header
	extensions map[string]any
	// errors are those of every answer; fails answers in place of the data.
	errors []any
	fails  http.HandlerFunc
	// calls are the documents it was asked.
	calls []string
	url   string
}

func (s *subgraph) serve(t testing.TB) *subgraph {
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// asked returns the documents since the last time.
func (s *subgraph) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

// change changes something while no request is answered.
func (s *subgraph) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *subgraph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Query     string
		Variables map[string]any
	}
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: req.Query})
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, req.Query)
	if s.fails != nil {
		s.fails(w, r)
		return
	}
	e := &evaluation{subgraph: s, doc: doc, variables: req.Variables, caller: r.Header}
	root := s.query
	if doc.Operations[0].Operation == ast.Mutation {
		root = s.mutation
	}
	answer := map[string]any{"data": e.object(root, doc.Operations[0].SelectionSet)}
	if s.errors != nil {
		answer["errors"] = s.errors
	}
	if s.extensions != nil {
		answer["extensions"] = s.extensions
	}
	maps.Copy(w.Header(), s.header)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// evaluation answers one document.
type evaluation struct {
	subgraph  *subgraph
	doc       *ast.QueryDocument
	variables map[string]any
	caller    http.Header
}

// ordered is a JSON object with its members in order.
type ordered struct {
	names  []string
	values []any
}

func (o *ordered) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range o.names {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(o.values[i])
		if err != nil {
			return nil, err
		}
		b.WriteString(strconv.Quote(name) + ":")
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func (e *evaluation) object(o object, set ast.SelectionSet) any {
	if o == nil {
		return nil
	}
	out := &ordered{}
	e.fields(out, o, set)
	return out
}

func (e *evaluation) fields(out *ordered, o object, set ast.SelectionSet) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.InlineFragment:
			// Interfaces of these subgraphs have all types that are asked for.
			if name := sel.TypeCondition; name == "" || name == o["__typename"] || o["__is"+name] != nil {
				e.fields(out, o, sel.SelectionSet)
			}
		case *ast.FragmentSpread:
			e.fields(out, o, e.doc.Fragments.ForName(sel.Name).SelectionSet)
		case *ast.Field:
			out.names = append(out.names, sel.Alias)
			out.values = append(out.values, e.value(e.resolve(o, sel), sel.SelectionSet))
		}
	}
}

func (e *evaluation) resolve(o object, f *ast.Field) any {
	args := map[string]any{}
	for _, a := range f.Arguments {
		v, err := a.Value.Value(e.variables)
		if err != nil {
			panic(err)
		}
		args[a.Name] = v
	}
	if f.Name == "_entities" {
		var list []any
		for _, rep := range args["representations"].([]any) {
			list = append(list, e.subgraph.entity(rep.(map[string]any), e.caller))
		}
		return list
	}
	switch v := o[f.Name].(type) {
	case resolver:
		return v(args, e.caller)
	default:
		return v
	}
}

func (e *evaluation) value(v any, set ast.SelectionSet) any {
	switch v := v.(type) {
	case object:
		return e.object(v, set)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = e.value(v[i], set)
		}
		return out
	default:
		return v
	}
}

// text is a value as a key of a Go map.
func text(v any) string { return fmt.Sprint(v) }
