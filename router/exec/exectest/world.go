package exectest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"sort"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/supergraph"
)

// SDL is the supergraph of the random tests: four subgraphs with entities, value types that are spread over subgraphs,
// an interface, a union, lists of lists, composite keys and @requires.
//
//go:embed testdata/world.graphql
var SDL string

// World is the data of all subgraphs together. Nothing is stored: every value follows from a seed, the object and the
// field, so that all subgraphs and the reference agree.
type World struct {
	Supergraph *supergraph.Supergraph
	Seed       uint64
	// Nulls and Errors are how many of a hundred values of nullable fields are null, and of all fields are errors.
	Nulls, Errors uint64
}

// Object is an object of the world.
type Object struct {
	Type *supergraph.Type
	ID   string
	// Inputs are the inputs of @requires fields, by name, as a representation brought them; nil when the world's own
	// are to be used.
	Inputs map[string]json.RawMessage
}

// fieldError is an error a resolver reports.
type fieldError string

func (w *World) random(parts ...string) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, w.Seed)
	for _, p := range parts {
		h.Write([]byte{0})
		h.Write([]byte(p))
	}
	x := h.Sum64()
	x ^= x >> 31
	x *= 0x9E3779B97F4A7C15
	return x ^ x>>29
}

// Resolve returns the value of a field: nil, a json.RawMessage, an *Object, a []any of these, or a fieldError.
func (w *World) Resolve(o *Object, f *supergraph.Field, args string) any {
	if v, ok := w.identity(o, f); ok {
		return v
	}
	inputs := w.inputs(o, f)
	id := fmt.Sprintf("%s:%s.%s(%s)%s", o.Type.Name, o.ID, f.Name, args, inputs)
	return w.value(f, f.Type, id)
}

// identity returns the fields that make up keys, which are never null.
func (w *World) identity(o *Object, f *supergraph.Field) (any, bool) {
	switch o.Type.Name + "." + f.Name {
	case "User.id", "Book.id", "Movie.id":
		return json.RawMessage(`"` + o.ID + `"`), true
	case "Product.upc":
		return json.RawMessage(`"` + o.ID + `"`), true
	case "Product.maker":
		return &Object{Type: f.Named, ID: "m" + o.ID}, true
	case "Product.id":
		return json.RawMessage(`"p\u00e4` + o.ID + `"`), true
	case "Maker.code":
		return json.RawMessage(`"` + o.ID + `"`), true
	}
	return nil, false
}

// inputs returns what a @requires field computes with.
func (w *World) inputs(o *Object, f *supergraph.Field) string {
	for _, in := range f.In {
		if in == nil || len(in.Requires) == 0 {
			continue
		}
		var text strings.Builder
		for _, item := range in.Requires {
			raw := o.Inputs[item.Name]
			if o.Inputs == nil {
				raw, _ = w.Resolve(o, item.Field, "").(json.RawMessage)
			}
			if len(raw) == 0 {
				raw = json.RawMessage("null")
			}
			text.WriteString(item.Name + "=" + string(raw) + ";")
		}
		return text.String()
	}
	return ""
}

func (w *World) value(f *supergraph.Field, t *ast.Type, id string) any {
	named := f.Named
	if w.random(id, "error")%100 < w.Errors {
		return fieldError("boom")
	}
	if w.random(id, "null")%100 < w.Nulls {
		return nil
	}
	if t.Elem != nil {
		list := make([]any, w.random(id, "length")%4)
		for i := range list {
			list[i] = w.value(f, t.Elem, fmt.Sprintf("%s[%d]", id, i))
		}
		return list
	}
	n := w.random(id, "value")
	if !named.IsComposite() {
		return w.leaf(named, n)
	}
	var types []*supergraph.Type
	for i := range w.possible(f).All {
		types = append(types, w.Supergraph.Objects[i])
	}
	typ := types[n%uint64(len(types))]
	switch typ.Name {
	case "User", "Book", "Movie", "Product":
		// Few entities, so that they are met again and again.
		return &Object{Type: typ, ID: fmt.Sprint(n % 7)}
	}
	return &Object{Type: typ, ID: id}
}

// possible returns the object types that all subgraphs that resolve a field can return.
func (w *World) possible(f *supergraph.Field) supergraph.TypeSet {
	set := f.Named.Possible
	for _, sub := range resolvers(f) {
		if in := f.Named.In[sub.ID]; in != nil {
			set = set.And(in.Possible)
		}
	}
	return set
}

func (w *World) leaf(t *supergraph.Type, n uint64) json.RawMessage {
	if t.Kind == ast.Enum {
		return json.RawMessage(`"` + t.EnumValues[n%uint64(len(t.EnumValues))].Name + `"`)
	}
	pick := func(values ...string) json.RawMessage { return json.RawMessage(values[n%uint64(len(values))]) }
	switch t.Name {
	case "Int":
		return pick("0", "-7", "2147483647", "42")
	case "Float":
		return pick("0", "1.50", "-2e10", "3", "0.1E-3")
	case "Boolean":
		return pick("true", "false")
	case "ID":
		return pick(`"x"`, `"17"`, `""`)
	case "String":
		return pick(
			`""`,
			`"plain text that is longer than eight bytes"`,
			`"\"quoted\" \\ \n \u00e9"`,
			`"ä€😀"`,
			`"\ud83d\ude00"`,
		)
	}
	return pick(`{"a":[1,{"b":null}],"a b":"c"}`, `[]`, `"s"`, `17`, `[[[]]]`, `{"deep":{"er":[true,false,1e3]}}`)
}

// Entity returns the object a representation stands for, or nil.
func (w *World) Entity(raw json.RawMessage) *Object {
	var rep map[string]json.RawMessage
	if json.Unmarshal(raw, &rep) != nil {
		return nil
	}
	var name, id string
	if json.Unmarshal(rep["__typename"], &name) != nil {
		return nil
	}
	t := w.Supergraph.Type(name)
	if t == nil {
		return nil
	}
	key := rep["id"]
	if name == "Product" {
		key = rep["upc"]
		var maker struct{ Code string }
		if json.Unmarshal(rep["maker"], &maker) != nil || `"`+strings.TrimPrefix(maker.Code, "m")+`"` != string(key) {
			return nil
		}
	}
	if json.Unmarshal(key, &id) != nil {
		return nil
	}
	return &Object{Type: t, ID: id, Inputs: rep}
}

// canonicalArgs prints the arguments of a field in one spelling.
func canonicalArgs(args ast.ArgumentList, variables map[string]json.RawMessage) string {
	var parts []string
	for _, a := range args {
		value := a.Value.String()
		if a.Value.Kind == ast.Variable {
			value = string(variables[a.Value.Raw])
			if value == "" {
				continue
			}
		}
		parts = append(parts, a.Name+":"+value)
	}
	sort.Strings(parts)
	return strings.Join(parts, ",")
}
