// Package plantest has what planner tests need: a plain interpreter of plans, subgraphs that refuse wrong requests, and
// generators of random graphs and operations. It is slow and simple on purpose.
package plantest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// Request is what the interpreter sends to a subgraph.
type Request struct {
	Query     string                     `json:"query"`
	Variables map[string]json.RawMessage `json:"variables,omitempty"`
}

// Response is a subgraph's answer.
type Response struct {
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		Message string `json:"message"`
	} `json:"errors"`
}

// Fetcher sends a request to the subgraph with that name.
type Fetcher func(subgraph string, req *Request) (*Response, error)

// Answer is the result of an operation.
type Answer struct {
	// Data is the JSON of the data entry, null propagation done.
	Data string
	// Errors are messages, of subgraphs and of null propagation.
	Errors []string
}

// object is an object of the response. vals is by *operation.Field for what the client sees and by *plan.Field for all.
type object struct {
	typ  string
	vals map[any]any
	// above is the object it was found in.
	above *object
}

type interpreter struct {
	sg    *supergraph.Supergraph
	fetch Fetcher
	vars  *operation.Variables
	// at are the objects of each selection set, as far as calls are done.
	at     map[*plan.SelectionSet][]*object
	seen   map[*plan.SelectionSet]map[*object]bool
	errors []string
}

// Execute runs a plan, one request after the other.
func Execute(p *plan.Plan, vars *operation.Variables, fetch Fetcher) (*Answer, error) {
	in := &interpreter{sg: p.Supergraph, fetch: fetch, vars: vars,
		at: map[*plan.SelectionSet][]*object{}, seen: map[*plan.SelectionSet]map[*object]bool{}}
	root := &object{typ: p.Operation.Root.Parent.Name, vals: map[any]any{}}
	for _, req := range p.Requests {
		if len(req.Calls[0].Contexts) > 0 {
			if err := in.contextRequests(req, root); err != nil {
				return nil, err
			}
			continue
		}
		if err := in.request(req, root, nil, nil); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	if !in.print(&out, p.Operation.Root, root) {
		out.Reset()
		out.WriteString("null")
	}
	return &Answer{Data: out.String(), Errors: in.errors}, nil
}

// target is an object waiting for an entity, and where in the list it is.
type target struct {
	obj   *object
	index int
}

// contextRequests makes a request with contexts once for each combination of their values.
func (in *interpreter) contextRequests(req *plan.Request, root *object) error {
	c := req.Calls[0]
	groups := map[string]map[*object]bool{}
	values := map[string]map[string]json.RawMessage{}
	var order []string
	for _, o := range in.objects(c) {
		vars := map[string]json.RawMessage{}
		var key strings.Builder
		for _, ctx := range c.Contexts {
			raw := in.context(ctx, o)
			vars[ctx.Variable] = raw
			key.WriteString(string(raw) + "|")
		}
		if groups[key.String()] == nil {
			groups[key.String()] = map[*object]bool{}
			order = append(order, key.String())
		}
		groups[key.String()][o] = true
		values[key.String()] = vars
	}
	for _, key := range order {
		if err := in.request(req, root, groups[key], values[key]); err != nil {
			return err
		}
	}
	return nil
}

// context reads the value of a context for an object.
func (in *interpreter) context(ctx *plan.Context, o *object) json.RawMessage {
	for o = o.above; o != nil && !in.seen[ctx.At][o]; o = o.above {
	}
	if o == nil {
		return json.RawMessage("null")
	}
	if len(ctx.Fields) == 0 {
		return json.RawMessage("null")
	}
	text, _ := in.representation("", ctx.Fields, []*object{o})
	for strings.HasPrefix(text, "{") {
		_, rest, _ := strings.Cut(text, ":")
		text = strings.TrimSuffix(rest, "}")
	}
	return json.RawMessage(text)
}

func (in *interpreter) request(
	req *plan.Request,
	root *object,
	only map[*object]bool,
	contexts map[string]json.RawMessage,
) error {
	out := &Request{Query: req.Document, Variables: map[string]json.RawMessage{}}
	for _, v := range req.Variables {
		if in.vars != nil && in.vars.Present(v.Index) {
			out.Variables[v.Name] = in.vars.Raw(v.Index)
		}
	}
	for _, l := range req.Literals {
		out.Variables[l.Name] = operation.AppendJSON(nil, l.Value, func(name string) []byte {
			for _, v := range l.Variables {
				if v.Name == name && in.vars != nil {
					return in.vars.Raw(v.Index)
				}
			}
			return nil
		})
	}
	for name, raw := range contexts {
		out.Variables[name] = raw
	}
	targets := make([][]target, len(req.Calls))
	needed := false
	for i, c := range req.Calls {
		if !c.Entities {
			needed = needed || len(c.Targets) == 0 || len(in.objects(c)) > 0
			continue
		}
		var list []json.RawMessage
		list, targets[i] = in.representations(c, only)
		needed = needed || len(list) > 0
		raw, err := json.Marshal(list)
		if err != nil {
			return err
		}
		if list == nil {
			raw = []byte("[]")
		}
		out.Variables[c.Variable] = raw
	}
	if !needed {
		return nil
	}
	resp, err := in.fetch(req.Subgraph.Name, out)
	if err != nil {
		return err
	}
	for _, e := range resp.Errors {
		in.errors = append(in.errors, req.Subgraph.Name+": "+e.Message)
	}
	data, err := decode(resp.Data)
	if err != nil {
		return fmt.Errorf("subgraph %s: %w", req.Subgraph.Name, err)
	}
	fields, _ := data.(map[string]any)
	for i, c := range req.Calls {
		switch {
		case c.Entities:
			entities, _ := fields[c.Key].([]any)
			for _, t := range targets[i] {
				if t.index < len(entities) {
					if e, ok := entities[t.index].(map[string]any); ok {
						in.parse(c.Selection, e, t.obj)
					}
				}
			}
		case len(c.Targets) > 0:
			for _, o := range in.objects(c) {
				in.parse(c.Selection, fields, o)
			}
		case fields != nil:
			in.parse(c.Selection, fields, root)
		}
	}
	return nil
}

func decode(raw []byte) (any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

// objects are the targets of a call.
func (in *interpreter) objects(c *plan.Call) []*object {
	var out []*object
	seen := map[*object]bool{}
	for _, t := range c.Targets {
		for _, o := range in.at[t.At] {
			if !seen[o] && in.applies(t.On, o) {
				seen[o] = true
				out = append(out, o)
			}
		}
	}
	return out
}

// applies tells whether something with a set of runtime types applies to an object.
func (in *interpreter) applies(on supergraph.TypeSet, o *object) bool {
	if on.Empty() || o.typ == "" {
		return true
	}
	t := in.sg.Type(o.typ)
	return t != nil && on.Has(t.ObjectIndex)
}

func (in *interpreter) representations(c *plan.Call, only map[*object]bool) (list []json.RawMessage, targets []target) {
	byText := map[string]int{}
	for _, o := range in.objects(c) {
		if only != nil && !only[o] {
			continue
		}
		for _, rep := range c.Input {
			if !in.applies(rep.On, o) || o.typ == "" && rep.TypeName == "" {
				continue
			}
			name := rep.TypeName
			if name == "" {
				name = o.typ
			}
			text, ok := in.representation(name, rep.Fields, []*object{o})
			if !ok {
				break
			}
			i, known := byText[text]
			if !known {
				i = len(list)
				byText[text] = i
				list = append(list, json.RawMessage(text))
			}
			targets = append(targets, target{o, i})
			break
		}
	}
	return list, targets
}

// representation writes the fields of an object; objs are the same object as several calls resolved it.
func (in *interpreter) representation(
	typename string,
	fields []*plan.RepresentationField,
	objs []*object,
) (string, bool) {
	var b strings.Builder
	b.WriteByte('{')
	first := true
	name := func(s string) {
		if !first {
			b.WriteByte(',')
		}
		first = false
		fmt.Fprintf(&b, "%q:", s)
	}
	if typename != "" {
		name("__typename")
		fmt.Fprintf(&b, "%q", typename)
	}
	for _, f := range fields {
		if f.On != nil && !in.applies(f.On, objs[0]) {
			continue
		}
		if len(f.From) == 0 {
			name(f.Name)
			fmt.Fprintf(&b, "%q", objs[0].typ)
			continue
		}
		text, ok := in.repValue(f, in.values(f, objs))
		if !ok {
			return "", false
		}
		if f.Key && text == "null" {
			return "", false
		}
		name(f.Name)
		b.WriteString(text)
	}
	b.WriteByte('}')
	return b.String(), true
}

// values are the values of a field in the calls that fetched it.
func (in *interpreter) values(f *plan.RepresentationField, objs []*object) []any {
	var out []any
	for _, o := range objs {
		for _, from := range f.From {
			if v, ok := o.vals[from]; ok {
				out = append(out, v)
			}
		}
	}
	return out
}

func (in *interpreter) repValue(f *plan.RepresentationField, values []any) (string, bool) {
	if len(values) == 0 || values[0] == nil {
		return "null", true
	}
	switch first := values[0].(type) {
	case []any:
		var parts []string
		for i := range first {
			var items []any
			for _, v := range values {
				if l, ok := v.([]any); ok && i < len(l) {
					items = append(items, l[i])
				}
			}
			text, ok := in.repValue(f, items)
			if !ok {
				return "", false
			}
			parts = append(parts, text)
		}
		return "[" + strings.Join(parts, ",") + "]", true
	case *object:
		var objs []*object
		for _, v := range values {
			if o, ok := v.(*object); ok {
				objs = append(objs, o)
			}
		}
		return in.representation("", f.Fields, objs)
	default:
		raw, err := json.Marshal(first)
		return string(raw), err == nil
	}
}

// parse links an object of a subgraph's answer to obj.
func (in *interpreter) parse(sel *plan.SelectionSet, data map[string]any, obj *object) {
	if in.seen[sel] == nil {
		in.seen[sel] = map[*object]bool{}
	}
	if !in.seen[sel][obj] {
		in.seen[sel][obj] = true
		in.at[sel] = append(in.at[sel], obj)
	}
	if sel.Type.Kind == ast.Object && obj.typ == "" {
		obj.typ = sel.Type.Name
	}
	for _, f := range sel.Fields {
		if name, ok := data[f.Key].(string); ok && f.Def == nil && in.sg.Type(name) != nil &&
			in.sg.Type(name).Kind == ast.Object {
			obj.typ = name
		}
	}
	for _, f := range sel.Fields {
		if f.Def == nil || !in.applies(f.On, obj) {
			continue
		}
		raw, ok := data[f.Key]
		if !ok {
			continue
		}
		v := raw
		if f.Selection != nil {
			v = in.composite(f.Selection, raw, in.existing(f, obj), obj)
		}
		obj.vals[f] = v
		for _, s := range f.Serves {
			if old, had := obj.vals[s]; !had || old == nil {
				obj.vals[s] = v
			}
		}
	}
}

// existing is what an earlier call yielded for the same client field.
func (in *interpreter) existing(f *plan.Field, obj *object) any {
	if v, ok := obj.vals[f]; ok {
		return v
	}
	for _, s := range f.Serves {
		if v, ok := obj.vals[s]; ok {
			return v
		}
	}
	return nil
}

func (in *interpreter) composite(sel *plan.SelectionSet, raw, old any, above *object) any {
	switch raw := raw.(type) {
	case []any:
		olds, _ := old.([]any)
		out := make([]any, len(raw))
		for i, r := range raw {
			var o any
			if i < len(olds) {
				o = olds[i]
			}
			out[i] = in.composite(sel, r, o, above)
		}
		return out
	case map[string]any:
		obj, _ := old.(*object)
		if obj == nil {
			obj = &object{vals: map[any]any{}, above: above}
		}
		in.parse(sel, raw, obj)
		return obj
	}
	return nil
}
