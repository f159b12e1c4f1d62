package plan

import (
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// literals are the values of custom scalars in a document that are sent as variables of their own.
//
// A client's variable can stand anywhere in the literal of a custom scalar, whatever its type is. A subgraph that has
// the scalar need not have that type, and would refuse a document that declares the variable. The whole literal then
// becomes one variable, whose type is the scalar.
type literals struct {
	t        *tables
	graph    int
	declared []*operation.Variable
	list     []*Literal
}

// variable returns the name of the variable that stands for a value of type typ; empty when the value stands for
// itself.
func (l *literals) variable(v *ast.Value, typ *ast.Type) string {
	if l == nil || typ == nil || v.Kind != ast.ListValue && v.Kind != ast.ObjectValue {
		return ""
	}
	if typ.Elem != nil && v.Kind == ast.ListValue {
		return ""
	}
	named := typ.Name()
	def := l.t.sg.API.Types[named]
	if def == nil || def.Kind != ast.Scalar || !l.foreign(v) {
		return ""
	}
	out := &Literal{Type: ast.NonNullNamedType(named, nil), Value: v}
	// A single value may stand where a list is expected, a variable of its type may not.
	for t := typ; t.Elem != nil; t = t.Elem {
		out.Value = &ast.Value{Kind: ast.ListValue, Children: ast.ChildValueList{{Value: out.Value}}}
		out.Type = ast.NonNullListType(out.Type, nil)
	}
	text := out.Value.String()
	for _, known := range l.list {
		if known.Type.String() == out.Type.String() && known.Value.String() == text {
			return known.Name
		}
	}
	out.Name = "weft_literal" + strconv.Itoa(len(l.list)+1)
	for slices.ContainsFunc(l.declared, func(d *operation.Variable) bool { return d.Name == out.Name }) {
		out.Name += "_"
	}
	l.collect(out, v)
	l.list = append(l.list, out)
	return out.Name
}

// foreign tells whether a value has variables of types that the subgraph does not know.
func (l *literals) foreign(v *ast.Value) bool {
	if v.Kind == ast.Variable {
		d := l.find(v.Raw)
		return d != nil && !l.t.knowsInput(l.graph, d.Type.Name())
	}
	return slices.ContainsFunc(v.Children, func(c *ast.ChildValue) bool { return l.foreign(c.Value) })
}

// collect lists the client's variables of a literal.
func (l *literals) collect(out *Literal, v *ast.Value) {
	if v.Kind == ast.Variable {
		if d := l.find(v.Raw); d != nil && !slices.Contains(out.Variables, d) {
			out.Variables = append(out.Variables, d)
		}
	}
	for _, c := range v.Children {
		l.collect(out, c.Value)
	}
}

func (l *literals) find(name string) *operation.Variable {
	for _, d := range l.declared {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// knowsInput tells whether a subgraph has an input type. Every server has String and Boolean, which introspection is
// made of; other built-in scalars only where something is made of them.
func (t *tables) knowsInput(graph int, name string) bool {
	switch name {
	case "String", "Boolean":
		return true
	case "Int", "Float", "ID":
		t.findScalars()
		return t.scalars[name].has(graph)
	}
	typ := t.sg.Type(name)
	return typ != nil && typ.In[graph] != nil
}

// findScalars notes which built-in scalars the subgraphs use in fields and their arguments.
func (t *tables) findScalars() {
	t.scalarsOnce.Do(func() {
		t.scalars = map[string]subgraphSet{
			"Int":   newSubgraphSet(t.n),
			"Float": newSubgraphSet(t.n),
			"ID":    newSubgraphSet(t.n),
		}
		use := func(typ *ast.Type, in []*supergraph.FieldIn) {
			set := t.scalars[typ.Name()]
			for g := range in {
				if set != nil && in[g] != nil {
					set.add(g)
				}
			}
		}
		for _, typ := range t.sg.Types {
			for _, f := range typ.Fields {
				use(f.Type, f.In)
				for _, a := range f.Args {
					use(a.Type, f.In)
				}
			}
		}
	})
}
