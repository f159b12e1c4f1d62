package fedtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// whole is the number of the undivided graph among the subgraphs.
const whole = -1

// execution runs one operation as chapter 6 of the GraphQL specification says, on the undivided graph or as a subgraph.
type execution struct {
	world     *world
	subgraph  int
	schema    *ast.Schema
	doc       *ast.QueryDocument
	variables map[string]json.RawMessage
	errors    []answerError
	// inPlace has errors make null what they are about and nothing else (onError: NULL).
	inPlace bool
	// caller is who may not see everything; nil for somebody who may.
	caller *accessCaller
	// refuse is told what a subgraph cannot do.
	refuse func(format string, args ...any)
}

// answerError is an error of an answer.
type answerError struct {
	Message    string `json:"message"`
	Path       []any  `json:"path"`
	Extensions any    `json:"extensions,omitempty"`
	// Locations are the fields the error is about: one of a router's error, all that were merged of the reference's.
	Locations []location `json:"locations,omitempty"`
}

// location is a position in the operation.
type location struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// operation runs an operation and returns its data.
func (x *execution) operation(op *ast.OperationDefinition) json.RawMessage {
	for _, v := range op.VariableDefinitions {
		if _, given := x.variables[v.Variable]; !given && v.DefaultValue != nil {
			raw, err := json.Marshal(literal(v.DefaultValue, nil))
			if err != nil {
				panic(err)
			}
			x.variables[v.Variable] = raw
		}
	}
	root := &object{typ: x.world.graph.query, id: "query"}
	if op.Operation == ast.Mutation {
		root = &object{typ: x.world.graph.mutation, id: "mutation"}
	}
	data, ok := x.selection(root, op.SelectionSet, nil)
	if !ok {
		return json.RawMessage("null")
	}
	return data
}

type collected struct {
	key   string
	nodes []*ast.Field
	// marks are the directives of each node and of the fragments around it.
	marks []string
}

// collect is CollectFields.
func (x *execution) collect(name string, sel ast.SelectionSet, around string, out []*collected) []*collected {
	for _, s := range sel {
		switch s := s.(type) {
		case *ast.Field:
			if !x.included(s.Directives) {
				continue
			}
			i := slices.IndexFunc(out, func(c *collected) bool { return c.key == s.Alias })
			if i < 0 {
				i = len(out)
				out = append(out, &collected{key: s.Alias})
			}
			out[i].nodes = append(out[i].nodes, s)
			out[i].marks = append(out[i].marks, around+marksOf(s.Directives, x.variables))
		case *ast.InlineFragment:
			if x.included(s.Directives) && x.applies(name, s.TypeCondition) {
				out = x.collect(name, s.SelectionSet, below(around, s.Directives, x.variables), out)
			}
		case *ast.FragmentSpread:
			f := x.doc.Fragments.ForName(s.Name)
			if x.included(s.Directives) && x.applies(name, f.TypeCondition) {
				out = x.collect(name, f.SelectionSet, below(around, s.Directives, x.variables), out)
			}
		}
	}
	return out
}

func (x *execution) included(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if d.Name == "mark" {
			continue
		}
		if on := literal(d.Arguments.ForName("if").Value, x.variables) == true; on == (d.Name == "skip") {
			return false
		}
	}
	return true
}

func (x *execution) applies(name, condition string) bool {
	if condition == "" || condition == name {
		return true
	}
	return slices.ContainsFunc(x.schema.PossibleTypes[condition], func(d *ast.Definition) bool { return d.Name == name })
}

// nameOf is the name of an object's type here: interface objects go by the name of their interface.
func (x *execution) nameOf(o *object) string {
	if x.subgraph != whole && o.typ.at[x.subgraph] == nil && o.typ.pool != nil && o.typ.pool.face != nil {
		return o.typ.pool.face.name
	}
	return x.world.graph.nameIn(x.subgraph, o.typ)
}

// selection is ExecuteSelectionSet; false means that the object is null.
func (x *execution) selection(o *object, sel ast.SelectionSet, path []any) (json.RawMessage, bool) {
	var out bytes.Buffer
	out.WriteByte('{')
	name, ok := x.nameOf(o), true
	def := x.schema.Types[name]
	for i, c := range x.collect(name, sel, "", nil) {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(strconv.Quote(c.key) + ":")
		at := append(slices.Clone(path), c.key)
		raw, fits := x.field(o, def, c, at)
		ok = ok && fits
		out.Write(raw)
	}
	out.WriteByte('}')
	return out.Bytes(), ok
}

func (x *execution) field(o *object, def *ast.Definition, c *collected, at []any) (json.RawMessage, bool) {
	node := c.nodes[0]
	switch node.Name {
	case "__typename":
		return json.RawMessage(strconv.Quote(def.Name)), true
	case "__schema", "__type":
		return x.introspection(c), true
	case "_entities":
		return x.entities(c, at)
	}
	f := o.typ.field(node.Name)
	if x.caller != nil && !x.caller.may(o.typ, c.nodes) {
		return json.RawMessage("null"), !def.Fields.ForName(node.Name).Type.NonNull
	}
	child := &decl{}
	inputs := ""
	if x.subgraph == whole {
		inputs = x.world.inputs(o, f.requires)
	} else {
		var err error
		if child, inputs, err = x.own(o, def.Name, f); err != nil {
			x.refuse("%s.%s: %v", def.Name, f.name, err)
			return x.fail("refused: "+err.Error(), c, at)
		}
	}
	if o.typ == x.world.graph.mutation {
		x.world.version.Add(1)
	}
	value := x.world.resolve(o, f, argumentsIn(f, node, x.variables)+c.marked(), inputs)
	return x.complete(value, def.Fields.ForName(node.Name).Type, c, child.provides, at)
}

// own tells whether the subgraph can resolve a field, and from what.
func (x *execution) own(o *object, name string, f *field) (*decl, string, error) {
	d := x.world.graph.typeIn(x.subgraph, name).at[x.subgraph].decl(f.name)
	if d.dead {
		return nil, "", fmt.Errorf("another subgraph has overridden the field")
	}
	if d.external {
		sub, ok := providedOf(o.provided, o.typ, f.name)
		if !ok {
			return nil, "", fmt.Errorf("the field is external and not provided here")
		}
		d = &decl{provides: sub}
		return d, x.world.inputs(o, f.requires), nil
	}
	if len(d.requires) == 0 {
		// What is provided below a field of its own.
		if sub, ok := providedOf(o.provided, o.typ, f.name); ok {
			d = &decl{provides: append(slices.Clone(d.provides), sub...)}
		}
		return d, x.world.inputs(o, f.requires), nil
	}
	if o.representation == nil {
		return nil, "", fmt.Errorf("the field requires %s, but there is no representation", d.requires)
	}
	inputs, err := sentInputs(x.world.graph, o.representation, d.requires, o.typ)
	if err != nil {
		return nil, "", fmt.Errorf("the field requires %s: %w", d.requires, err)
	}
	return d, inputs, nil
}

func providedOf(s set, t *typ, name string) (sub set, ok bool) {
	for _, it := range s {
		if it.on == t {
			below, found := providedOf(it.sub, t, name)
			sub, ok = append(sub, below...), ok || found
		} else if it.on == nil && it.field.name == name {
			sub, ok = append(sub, it.sub...), true
		}
	}
	return sub, ok
}

func (x *execution) fail(message string, c *collected, path []any) (json.RawMessage, bool) {
	e := answerError{Message: message, Path: path}
	for _, n := range c.nodes {
		e.Locations = append(e.Locations, location{n.Position.Line, n.Position.Column})
	}
	x.errors = append(x.errors, e)
	return json.RawMessage("null"), false
}

// complete is CompleteValue; false means that a null must not stand here.
func (x *execution) complete(value any, t *ast.Type, c *collected, provides set, path []any) (json.RawMessage, bool) {
	raw, ok := x.nullable(value, t, c, provides, path)
	if !ok && (!t.NonNull || x.inPlace) {
		return json.RawMessage("null"), true
	}
	return raw, ok
}

func (x *execution) nullable(value any, t *ast.Type, c *collected, provides set, path []any) (json.RawMessage, bool) {
	switch v := value.(type) {
	case failure:
		return x.fail(string(v), c, path)
	case json.RawMessage:
		return v, true
	case *object:
		child := *v
		child.provided = provides
		var sel ast.SelectionSet
		for _, n := range c.nodes {
			sel = append(sel, n.SelectionSet...)
		}
		return x.selection(&child, sel, path)
	case []any:
		var out bytes.Buffer
		ok := true
		out.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			raw, fits := x.complete(e, t.Elem, c, provides, append(slices.Clone(path), i))
			ok = ok && fits
			out.Write(raw)
		}
		out.WriteByte(']')
		return out.Bytes(), ok
	}
	if t.NonNull {
		return x.fail("null where none may be", c, path)
	}
	return json.RawMessage("null"), true
}

// entities resolves representations.
func (x *execution) entities(c *collected, path []any) (json.RawMessage, bool) {
	var reps []map[string]json.RawMessage
	given := c.nodes[0].Arguments.ForName("representations").Value
	raw, err := json.Marshal(literal(given, x.variables))
	if err == nil {
		err = json.Unmarshal(raw, &reps)
	}
	if given.Kind == ast.Variable {
		err = json.Unmarshal(x.variables[given.Raw], &reps)
	}
	if err != nil {
		x.refuse("the representations cannot be read: %v", err)
		return x.fail("refused", c, path)
	}
	list := make([]any, len(reps))
	for i, rep := range reps {
		list[i] = x.entity(rep)
	}
	return x.complete(list, x.schema.Query.Fields.ForName("_entities").Type, c, nil, path)
}

func (x *execution) entity(rep map[string]json.RawMessage) any {
	var name string
	if err := json.Unmarshal(rep["__typename"], &name); err != nil {
		x.refuse("a representation without __typename: %v", rep)
		return failure("refused")
	}
	t := x.world.graph.typeNamed(name)
	if t == nil || t.at[x.subgraph] == nil || t.pool == nil {
		x.refuse("a representation of %s, which is no entity here", name)
		return failure("refused")
	}
	o, err := x.world.find(t.pool, t.at[x.subgraph].keys, rep)
	if err != nil {
		x.refuse("a representation of %s: %v: %s", name, err, rep)
		return failure("refused")
	}
	if t.kind == objectKind && o.typ != t {
		x.refuse("the entity %s is not a %s", rep, name)
		return failure("refused")
	}
	return o
}

// introspection answers the few questions that the random operations ask.
func (x *execution) introspection(c *collected) json.RawMessage {
	var parts []string
	if c.nodes[0].Name == "__schema" {
		return json.RawMessage(`{"queryType":{"name":"Query"}}`)
	}
	name := literal(c.nodes[0].Arguments.ForName("name").Value, x.variables).(string)
	def := x.schema.Types[name]
	if def == nil {
		return json.RawMessage("null")
	}
	parts = append(parts, `"name":`+strconv.Quote(def.Name), `"kind":`+strconv.Quote(string(def.Kind)))
	return json.RawMessage("{" + parts[0] + "," + parts[1] + "}")
}
