package usage

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Coordinates are what an operation uses of a schema, as schema coordinates: "Type", "Type.field", "Type.field(arg:)",
// "Enum.VALUE", "Input.field", "@directive". The value tells whether it certainly does; what a variable or the data
// decides is uncertain.
type Coordinates map[string]bool

func (c Coordinates) use(coordinate string, certain bool) {
	c[coordinate] = c[coordinate] || certain
}

// Of walks operations and fragments of a validated document.
func Of(schema *ast.Schema, operations ast.OperationList, fragments ast.FragmentDefinitionList) Coordinates {
	w := &walker{schema: schema, usage: Coordinates{}}
	for _, op := range operations {
		w.root(op)
		for _, v := range op.VariableDefinitions {
			w.inputType(v.Type.Name(), map[string]bool{})
			w.directives(v.Directives)
			if v.DefaultValue != nil {
				w.value(v.DefaultValue)
			}
		}
		w.directives(op.Directives)
		w.selections(op.SelectionSet)
	}
	for _, f := range fragments {
		w.usage.use(f.TypeCondition, true)
		w.directives(f.Directives)
		w.selections(f.SelectionSet)
	}
	return w.usage
}

type walker struct {
	schema *ast.Schema
	usage  Coordinates
}

func (w *walker) root(op *ast.OperationDefinition) {
	for operation, t := range map[ast.Operation]*ast.Definition{
		ast.Query: w.schema.Query, ast.Mutation: w.schema.Mutation, ast.Subscription: w.schema.Subscription,
	} {
		if op.Operation == operation && t != nil {
			w.usage.use(t.Name, true)
		}
	}
}

func (w *walker) selections(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			w.field(s)
		case *ast.InlineFragment:
			if s.TypeCondition != "" {
				w.usage.use(s.TypeCondition, true)
			}
			w.directives(s.Directives)
			w.selections(s.SelectionSet)
		case *ast.FragmentSpread:
			w.directives(s.Directives)
		}
	}
}

func (w *walker) field(f *ast.Field) {
	w.directives(f.Directives)
	w.selections(f.SelectionSet)
	if f.ObjectDefinition == nil || strings.HasPrefix(f.Name, "__") {
		return
	}
	owners := []*ast.Definition{f.ObjectDefinition}
	if f.ObjectDefinition.Kind == ast.Interface { // implementations may answer with a narrower type
		owners = append(owners, w.schema.GetPossibleTypes(f.ObjectDefinition)...)
	}
	for i, owner := range owners {
		path := owner.Name + "." + f.Name
		w.usage.use(path, i == 0)
		for _, a := range f.Arguments {
			w.usage.use(path+"("+a.Name+":)", i == 0)
		}
	}
	for _, a := range f.Arguments {
		w.value(a.Value)
	}
	if f.Definition == nil {
		return
	}
	if t := w.schema.Types[f.Definition.Type.Name()]; t != nil {
		w.usage.use(t.Name, t.Kind != ast.Enum && t.Kind != ast.Union)
		for _, v := range t.EnumValues {
			w.usage.use(t.Name+"."+v.Name, false)
		}
	}
}

func (w *walker) directives(list ast.DirectiveList) {
	for _, d := range list {
		w.usage.use("@"+d.Name, true)
		for _, a := range d.Arguments {
			w.usage.use("@"+d.Name+"("+a.Name+":)", true)
			w.value(a.Value)
		}
	}
}

// value notes what a literal uses.
func (w *walker) value(v *ast.Value) {
	if v == nil || v.Definition == nil {
		return
	}
	w.usage.use(v.Definition.Name, true)
	if v.Kind == ast.EnumValue {
		w.usage.use(v.Definition.Name+"."+v.Raw, true)
	}
	for _, child := range v.Children {
		if v.Kind == ast.ObjectValue {
			w.usage.use(v.Definition.Name+"."+child.Name, true)
		}
		w.value(child.Value)
	}
}

// inputType notes what a variable of a type may contain.
func (w *walker) inputType(name string, seen map[string]bool) {
	t := w.schema.Types[name]
	if t == nil || seen[name] {
		return
	}
	seen[name] = true
	w.usage.use(name, true)
	for _, v := range t.EnumValues {
		w.usage.use(name+"."+v.Name, false)
	}
	if t.Kind == ast.InputObject {
		for _, f := range t.Fields {
			w.usage.use(name+"."+f.Name, f.Type.NonNull && f.DefaultValue == nil)
			w.inputType(f.Type.Name(), seen)
		}
	}
}
