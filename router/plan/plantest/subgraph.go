package plantest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// Subgraph answers requests to one subgraph of a world. It refuses what the subgraph could not answer: documents that
// are not valid against its own schema, fields it only mentions, keys that are incomplete, requirements that are
// missing.
type Subgraph struct {
	world  *World
	sg     *supergraph.Supergraph
	id     int
	schema *ast.Schema
	labels []string
}

// NewSubgraph makes the subgraph with the given federated SDL.
func NewSubgraph(w *World, sg *supergraph.Supergraph, name, sdl string, labels []string) (*Subgraph, error) {
	doc, err := parser.ParseSchema(&ast.Source{Input: sdl})
	if err != nil {
		return nil, err
	}
	s := &Subgraph{world: w, sg: sg, id: -1, labels: labels}
	for _, g := range sg.Subgraphs {
		if g.Name == name {
			s.id = g.ID
		}
	}
	if s.schema, err = executable(doc); err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", name, err)
	}
	return s, nil
}

// executable turns a federated schema document into the schema the subgraph serves.
func executable(doc *ast.SchemaDocument) (*ast.Schema, error) {
	out, err := parser.ParseSchema(validator.Prelude)
	if err != nil {
		return nil, err
	}
	out.Directives = append(out.Directives, doc.Directives...)
	defs := map[string]*ast.Definition{}
	for _, d := range append(append(ast.DefinitionList{}, doc.Definitions...), doc.Extensions...) {
		old := defs[d.Name]
		if old == nil {
			c := *d
			c.Directives = nil
			c.Fields = nil
			defs[d.Name] = &c
			old = &c
			out.Definitions = append(out.Definitions, &c)
		}
		if old.Name == d.Name {
			for _, f := range d.Fields {
				c := *f
				c.Directives = nil
				c.Arguments = nil
				for _, a := range f.Arguments {
					plain := *a
					plain.Directives = nil
					c.Arguments = append(c.Arguments, &plain)
				}
				old.Fields = append(old.Fields, &c)
			}
		}
	}
	var members []string
	for _, d := range append(append(ast.DefinitionList{}, doc.Definitions...), doc.Extensions...) {
		if d.Kind == ast.Object && d.Directives.ForName("key") != nil {
			members = append(members, d.Name)
		}
	}
	query := defs["Query"]
	if query == nil {
		query = &ast.Definition{Kind: ast.Object, Name: "Query"}
		out.Definitions = append(out.Definitions, query)
	}
	query.Fields = append(query.Fields, &ast.FieldDefinition{Name: "_sdl", Type: ast.NamedType("String", nil)})
	if len(members) > 0 {
		out.Definitions = append(out.Definitions,
			&ast.Definition{Kind: ast.Scalar, Name: "_Any"},
			&ast.Definition{Kind: ast.Union, Name: "_Entity", Types: members})
		query.Fields = append(query.Fields, &ast.FieldDefinition{
			Name: "_entities", Type: ast.NonNullListType(ast.NamedType("_Entity", nil), nil),
			Arguments: ast.ArgumentDefinitionList{
				{Name: "representations", Type: ast.NonNullListType(ast.NonNullNamedType("_Any", nil), nil)},
			},
		})
	}
	schema, gerr := validator.ValidateSchemaDocument(out)
	if gerr != nil {
		return nil, gerr
	}
	return schema, nil
}

// at is an object as the subgraph handles it.
type at struct {
	obj *Object
	// rep is the representation it was entered with; nil otherwise.
	rep map[string]any
	// provided is what a @provides above makes available.
	provided []supergraph.FieldSet
	// as is the interface object it is seen as; nil when its own type is known here.
	as *supergraph.Type
}

// Do answers a request.
func (s *Subgraph) Do(req *Request) (*Response, error) {
	doc, err := parser.ParseQuery(&ast.Source{Input: req.Query})
	if err != nil {
		return nil, fmt.Errorf("%w in %s", err, req.Query)
	}
	if errs := validator.ValidateWithRules(s.schema, doc, nil); len(errs) > 0 {
		return nil, fmt.Errorf("%s: not valid there: %w in %s", s.sg.Subgraphs[s.id].Name, errs, req.Query)
	}
	x := &execution{s: s, req: req}
	name := map[ast.Operation]string{ast.Query: "Query", ast.Mutation: "Mutation", ast.Subscription: "Subscription"}[doc.Operations[0].Operation]
	root := s.world.Objects[name]
	if root == nil {
		root = &Object{Type: name, Fields: map[string]any{}}
	}
	data, err := x.selection(doc.Operations[0].SelectionSet, at{obj: root})
	if err != nil {
		return nil, fmt.Errorf("%s: %w in %s", s.sg.Subgraphs[s.id].Name, err, req.Query)
	}
	raw, err := json.Marshal(data)
	return &Response{Data: raw}, err
}

type execution struct {
	s   *Subgraph
	req *Request
}

// selection answers a selection set; the result keeps no order, which JSON objects need not.
func (x *execution) selection(set ast.SelectionSet, o at) (map[string]any, error) {
	out := map[string]any{}
	return out, x.collect(out, set, o)
}

func (x *execution) collect(out map[string]any, set ast.SelectionSet, o at) error {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			v, err := x.field(sel, o)
			if err != nil {
				return err
			}
			key := sel.Alias
			if old, ok := out[key].(map[string]any); ok {
				if more, ok := v.(map[string]any); ok {
					for k, e := range more {
						old[k] = e
					}
					continue
				}
			}
			out[key] = v
		case *ast.InlineFragment:
			if !x.matches(sel.TypeCondition, o) {
				continue
			}
			if err := x.collect(out, sel.SelectionSet, o); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x *execution) typeName(o at) string {
	if o.as != nil {
		return o.as.Name
	}
	return o.obj.Type
}

func (x *execution) matches(condition string, o at) bool {
	name := x.typeName(o)
	if condition == "" || condition == name {
		return true
	}
	def, own := x.s.schema.Types[condition], x.s.schema.Types[name]
	if def == nil || own == nil {
		return false
	}
	for _, p := range x.s.schema.GetPossibleTypes(def) {
		if p.Name == name {
			return true
		}
	}
	return false
}

func (x *execution) field(f *ast.Field, o at) (any, error) {
	switch f.Name {
	case "__typename":
		return x.typeName(o), nil
	case "_entities":
		return x.entities(f)
	}
	typ := x.s.sg.Type(x.typeName(o))
	if typ == nil {
		return nil, fmt.Errorf("unknown type %s", x.typeName(o))
	}
	def := typ.Field(f.Name)
	if def == nil || def.In[x.s.id] == nil {
		return nil, fmt.Errorf("%s.%s must not be fetched here", typ.Name, f.Name)
	}
	in := def.In[x.s.id]
	provided := false
	for _, set := range o.provided {
		provided = provided || inSet(set, f.Name, o.obj.Type, x.s.sg)
	}
	if in.External && !provided {
		return nil, fmt.Errorf("%s.%s is external and not provided", typ.Name, f.Name)
	}
	if in.Overridden && (in.OverriddenLabel == "" || has(x.s.labels, in.OverriddenLabel)) ||
		in.Override != "" && in.OverrideLabel != "" && !has(x.s.labels, in.OverrideLabel) {
		return nil, fmt.Errorf("%s.%s is resolved by another subgraph", typ.Name, f.Name)
	}
	v := o.obj.Fields[f.Name]
	if len(in.Requires) > 0 {
		if o.rep == nil {
			return nil, fmt.Errorf("%s.%s needs a representation", typ.Name, f.Name)
		}
		required, err := x.pick(o.rep, in.Requires, o.obj)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", typ.Name, f.Name, err)
		}
		v = Compute(f.Name, required)
	}
	below := at{}
	if len(in.Provides) > 0 {
		below.provided = append(below.provided, in.Provides)
	}
	for _, set := range o.provided {
		below.provided = providedBelow(below.provided, set, f.Name, o.obj.Type, x.s.sg)
	}
	if named := x.s.sg.Type(in.Type.Name()); named != nil && named.In[x.s.id] != nil && named.In[x.s.id].InterfaceObject {
		below.as = named
	}
	return x.value(f, withArguments(v, x.arguments(f)), below)
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func (x *execution) value(f *ast.Field, v any, below at) (any, error) {
	switch v := v.(type) {
	case *Object:
		below.obj = v
		return x.selection(f.SelectionSet, below)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			var err error
			if out[i], err = x.value(f, v[i], below); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

func (x *execution) arguments(f *ast.Field) string {
	var parts []string
	for _, a := range f.Arguments {
		raw := operation.AppendJSON(nil, a.Value, func(name string) []byte { return x.req.Variables[name] })
		parts = append(parts, a.Name+"="+string(raw))
	}
	sort.Strings(parts)
	return strings.Join(parts, ",")
}

// pick reads required fields from a representation, all of which must be there.
func (x *execution) pick(rep map[string]any, set supergraph.FieldSet, o *Object) (map[string]any, error) {
	out := map[string]any{}
	for _, item := range set {
		if item.On != nil {
			if o == nil || !typeIn(x.s.sg, item.On, o.Type) {
				continue
			}
			more, err := x.pick(rep, item.Items, o)
			if err != nil {
				return nil, err
			}
			for k, v := range more {
				out[k] = v
			}
			continue
		}
		v, ok := rep[item.Name]
		if !ok {
			return nil, fmt.Errorf("%s is missing in the representation", item.Name)
		}
		if item.Field == nil {
			continue
		}
		var below any
		if o != nil {
			below = o.Fields[item.Name]
		}
		picked, err := x.pickValue(v, item.Items, below)
		if err != nil {
			return nil, err
		}
		out[item.Name] = picked
	}
	return out, nil
}

func (x *execution) pickValue(v any, set supergraph.FieldSet, real any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		o, _ := real.(*Object)
		return x.pick(v, set, o)
	case []any:
		list, _ := real.([]any)
		out := make([]any, len(v))
		for i := range v {
			var r any
			if i < len(list) {
				r = list[i]
			}
			var err error
			if out[i], err = x.pickValue(v[i], set, r); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

func typeIn(sg *supergraph.Supergraph, t *supergraph.Type, name string) bool {
	o := sg.Type(name)
	return o != nil && t.Possible.Has(o.ObjectIndex)
}

func inSet(set supergraph.FieldSet, name, typ string, sg *supergraph.Supergraph) bool {
	for _, item := range set {
		if item.Name == name || item.On != nil && typeIn(sg, item.On, typ) && inSet(item.Items, name, typ, sg) {
			return true
		}
	}
	return false
}

func providedBelow(
	out []supergraph.FieldSet,
	set supergraph.FieldSet,
	name, typ string,
	sg *supergraph.Supergraph,
) []supergraph.FieldSet {
	for _, item := range set {
		if item.Name == name && len(item.Items) > 0 {
			out = append(out, item.Items)
		} else if item.On != nil && typeIn(sg, item.On, typ) {
			out = providedBelow(out, item.Items, name, typ, sg)
		}
	}
	return out
}

// entities resolves _entities: each representation must have a complete key of the type in this subgraph.
func (x *execution) entities(f *ast.Field) (any, error) {
	raw := x.req.Variables[f.Arguments[0].Value.Raw]
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var reps []map[string]any
	if err := d.Decode(&reps); err != nil {
		return nil, fmt.Errorf("representations: %w", err)
	}
	out := make([]any, len(reps))
	seen := map[string]bool{}
	for i, rep := range reps {
		text := fmt.Sprint(rep)
		if seen[text] {
			return nil, fmt.Errorf("the representation %v is there twice", rep)
		}
		seen[text] = true
		name, _ := rep["__typename"].(string)
		typ := x.s.sg.Type(name)
		if typ == nil || typ.In[x.s.id] == nil {
			return nil, fmt.Errorf("there is no type %q here", name)
		}
		in := typ.In[x.s.id]
		obj, err := x.find(rep, typ)
		if err != nil {
			return nil, err
		}
		if obj == nil {
			continue
		}
		o := at{obj: obj, rep: rep}
		if in.InterfaceObject {
			o.as = typ
		}
		if out[i], err = x.selection(f.SelectionSet, o); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// requires tells whether a representation has what a field of the type requires here: with that, keys that are not
// resolvable will do.
func (x *execution) requires(typ *supergraph.Type, rep map[string]any) bool {
	return slices.ContainsFunc(typ.Fields, func(f *supergraph.Field) bool {
		in := f.In[x.s.id]
		return in != nil && slices.ContainsFunc(in.Requires, func(item *supergraph.FieldSetItem) bool {
			return rep[item.Name] != nil
		})
	})
}

func (x *execution) find(rep map[string]any, typ *supergraph.Type) (*Object, error) {
	complete := false
	for _, k := range typ.In[x.s.id].Keys {
		if !k.Resolvable && !x.requires(typ, rep) {
			continue
		}
		for _, o := range x.s.world.sorted() {
			if !typeIn(x.s.sg, typ, o.Type) {
				continue
			}
			got, err := x.pick(rep, k.FieldSet, o)
			if err != nil {
				break
			}
			complete = true
			if raw, err := json.Marshal(got); err != nil || bytes.Contains(raw, []byte(":null")) {
				return nil, nil // nothing has such a key
			}
			if same(got, x.s.world.project(o, k.FieldSet)) {
				return o, nil
			}
		}
	}
	if !complete {
		return nil, fmt.Errorf("no key of %s is complete in %v", typ.Name, rep)
	}
	return nil, nil
}

func same(a, b any) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}
