package plantest

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// World is the data that all subgraphs of a fixture share: each of them shows the part its schema has.
//
// A value of a field with arguments is its plain value with the arguments appended, so that arguments that get lost
// are noticed. A field with @requires has no value of its own: it is computed from what it requires.
type World struct {
	// Objects are by name; root objects are named Query, Mutation and Subscription.
	Objects map[string]*Object
	// computed are the required field sets of computed fields, by "Type.field".
	computed map[string]supergraph.FieldSet
	sg       *supergraph.Supergraph
}

// Object is an object of the world. Values are nil, string, json.Number, bool, *Object, or []any of these.
type Object struct {
	Name, Type string
	Fields     map[string]any
}

// NewWorld reads a world from JSON: an array of objects, each with "@" (its name), "__typename" and its fields.
// A string "@name" stands for the object with that name; nested JSON objects are objects without a name.
func NewWorld(text string) (*World, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var list []map[string]any
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("world: %w", err)
	}
	w := &World{Objects: map[string]*Object{}}
	for _, m := range list {
		name, _ := m["@"].(string)
		w.Objects[name] = &Object{Name: name, Fields: map[string]any{}}
	}
	for _, m := range list {
		name, _ := m["@"].(string)
		if err := w.fill(w.Objects[name], m); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *World) fill(o *Object, m map[string]any) error {
	o.Type, _ = m["__typename"].(string)
	if o.Type == "" {
		o.Type = o.Name
	}
	for k, v := range m {
		if k == "@" || k == "__typename" {
			continue
		}
		value, err := w.value(v)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", o.Name, k, err)
		}
		o.Fields[k] = value
	}
	return nil
}

func (w *World) value(v any) (any, error) {
	switch v := v.(type) {
	case string:
		if !strings.HasPrefix(v, "@") {
			return v, nil
		}
		o := w.Objects[v[1:]]
		if o == nil {
			return nil, fmt.Errorf("there is no object %s", v)
		}
		return o, nil
	case []any:
		out := make([]any, len(v))
		for i := range v {
			var err error
			if out[i], err = w.value(v[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		o := &Object{Fields: map[string]any{}}
		return o, w.fill(o, v)
	}
	return v, nil
}

// Use tells the world which fields of a supergraph are computed.
func (w *World) Use(sg *supergraph.Supergraph) {
	w.sg, w.computed = sg, map[string]supergraph.FieldSet{}
	for _, t := range sg.Types {
		for _, f := range t.Fields {
			for _, in := range f.In {
				if in != nil && len(in.Requires) > 0 {
					w.computed[t.Name+"."+f.Name] = in.Requires
				}
			}
		}
	}
}

// sorted are the objects in a stable order.
func (w *World) sorted() []*Object {
	names := make([]string, 0, len(w.Objects))
	for n := range w.Objects {
		names = append(names, n)
	}
	sort.Strings(names)
	out := make([]*Object, len(names))
	for i, n := range names {
		out[i] = w.Objects[n]
	}
	return out
}

// Compute is the value of a field with @requires: its name and the required values as JSON.
func Compute(field string, required any) string {
	raw, err := json.Marshal(required)
	if err != nil {
		return "cannot be computed: " + err.Error()
	}
	return field + strings.ReplaceAll(string(raw), `"`, "'")
}

// project reads a field set from an object: what a correct representation carries of it.
func (w *World) project(o *Object, set supergraph.FieldSet) map[string]any {
	out := map[string]any{}
	for _, item := range set {
		switch {
		case item.On != nil:
			if typeIn(w.sg, item.On, o.Type) {
				for k, v := range w.project(o, item.Items) {
					out[k] = v
				}
			}
		case item.Field != nil:
			v := withArguments(o.Fields[item.Name], literalArguments(item.Args))
			if deeper, ok := w.requirements(o.Type, item.Name); ok {
				v = Compute(item.Name, w.project(o, deeper))
			}
			out[item.Name] = w.projectValue(v, item.Items)
		}
	}
	return out
}

func (w *World) projectValue(v any, set supergraph.FieldSet) any {
	switch v := v.(type) {
	case *Object:
		return w.project(v, set)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = w.projectValue(v[i], set)
		}
		return out
	}
	return v
}

func literalArguments(list ast.ArgumentList) string {
	var parts []string
	for _, a := range list {
		parts = append(parts, a.Name+"="+a.Value.String())
	}
	sort.Strings(parts)
	return strings.Join(parts, ",")
}

// withArguments appends arguments to a leaf value, or to the leaves of a list.
func withArguments(v any, args string) any {
	if args == "" {
		return v
	}
	switch v := v.(type) {
	case string:
		return v + "(" + args + ")"
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = withArguments(v[i], args)
		}
		return out
	}
	return v
}

// Answer executes an operation against the world as one graph. The result is what a correct plan must give.
func (w *World) Answer(sg *supergraph.Supergraph, op *operation.Operation, vars *operation.Variables) *Answer {
	m := &monolith{w: w, in: &interpreter{sg: sg, vars: vars}, op: op, vars: vars}
	root := w.Objects[op.Root.Parent.Name]
	if root == nil {
		root = &Object{Type: op.Root.Parent.Name, Fields: map[string]any{}}
	}
	data := printed(m.in, op.Root, m.object(op.Root, root))
	return &Answer{Data: data, Errors: m.in.errors}
}

// monolith turns objects of the world into those the interpreter prints.
type monolith struct {
	w    *World
	in   *interpreter
	op   *operation.Operation
	vars *operation.Variables
	// above are the objects around the one at hand, the outermost first.
	above []*Object
}

func (m *monolith) object(sel *operation.SelectionSet, o *Object) *object {
	out := &object{typ: o.Type, vals: map[any]any{}}
	for _, f := range sel.Fields {
		if f.Def == nil || !m.in.applies(f.On, out) {
			continue
		}
		v := o.Fields[f.Name]
		if set, ok := m.w.requirements(o.Type, f.Name); ok {
			v = Compute(f.Name, m.w.project(o, set))
		}
		args := m.arguments(f.Args)
		if filled := m.contextArguments(o, f.Name); filled != "" {
			args = filled
		}
		m.above = append(m.above, o)
		out.vals[f] = m.value(f, withArguments(v, args))
		m.above = m.above[:len(m.above)-1]
	}
	return out
}

// contextArguments are the arguments that objects around fill, rendered as subgraphs do. Selections name one field, for
// all types or for each in a fragment.
func (m *monolith) contextArguments(o *Object, field string) string {
	def := m.w.sg.Type(o.Type).Field(field)
	var parts []string
	for _, in := range def.In {
		if in == nil {
			continue
		}
		for _, a := range in.ContextArguments {
			value := json.RawMessage("null")
			for i := len(m.above) - 1; i >= 0; i-- {
				setter := m.above[i]
				if !slices.Contains(m.w.sg.Type(setter.Type).Contexts, a.Context) {
					continue
				}
				text := a.Selection
				if strings.Contains(text, "...") {
					_, own, ok := strings.Cut(text, "on "+setter.Type+" ")
					if !ok {
						break
					}
					text = own
				}
				text, _, _ = strings.Cut(text[strings.Index(text, "{")+1:], "}")
				if raw, err := json.Marshal(setter.Fields[strings.TrimSpace(text)]); err == nil {
					value = raw
				}
				break
			}
			parts = append(parts, a.Name+"="+string(value))
		}
	}
	sort.Strings(parts)
	return strings.Join(parts, ",")
}

// requirements are what a computed field is computed from; an interface object can compute it, too.
func (w *World) requirements(typ, field string) (supergraph.FieldSet, bool) {
	if set, ok := w.computed[typ+"."+field]; ok {
		return set, true
	}
	if t := w.sg.Type(typ); t != nil {
		for _, i := range t.Interfaces {
			if set, ok := w.computed[i.Name+"."+field]; ok {
				return set, true
			}
		}
	}
	return nil, false
}

func (m *monolith) value(f *operation.Field, v any) any {
	switch v := v.(type) {
	case *Object:
		return m.object(f.Selection, v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = m.value(f, v[i])
		}
		return out
	}
	return v
}

// arguments renders arguments as subgraphs do.
func (m *monolith) arguments(args []operation.Argument) string {
	var parts []string
	for _, a := range args {
		raw := operation.AppendJSON(nil, a.Value, func(name string) []byte {
			for i, v := range m.op.Variables {
				if v.Name == name && m.vars != nil {
					return m.vars.Raw(i)
				}
			}
			return nil
		})
		parts = append(parts, a.Name+"="+string(raw))
	}
	sort.Strings(parts)
	return strings.Join(parts, ",")
}
