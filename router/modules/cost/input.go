package cost

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
)

// input is an input object type: what its objects cost.
type input struct {
	weight float64
	fields map[string]*inputField
}

// inputField is a field of an input object, or an argument.
type inputField struct {
	// weight is what a value costs without what is in it, and of what type it is; nil for scalars and enums.
	weight float64
	of     *input
}

// position is the place of a value: an argument, or a field of an input object.
func (s *schema) position(directives ast.DirectiveList, typ *ast.Type) *inputField {
	p := &inputField{}
	t := s.graph.Type(typ.Name())
	if t != nil && t.Kind == ast.InputObject {
		p.of = s.input(typ.Name())
	}
	var ok bool
	if p.weight, ok = s.weight(directives); !ok {
		p.weight = s.typeWeight(t)
	}
	return p
}

// input is an input object type by name. Types can contain themselves.
func (s *schema) input(name string) *input {
	if known := s.inputs[name]; known != nil {
		return known
	}
	t := s.graph.Type(name)
	made := &input{weight: s.typeWeight(t), fields: map[string]*inputField{}}
	s.inputs[name] = made
	for _, f := range t.Definition.Fields {
		made.fields[f.Name] = s.position(f.Directives, f.Type)
	}
	return made
}

// literal is what a value costs that is written out. Variables in it are handed to variable.
func (p *inputField) literal(v *ast.Value, variable func(name string, at *inputField)) (cost float64) {
	switch v.Kind {
	case ast.Variable:
		variable(v.Raw, p)
	case ast.NullValue:
	case ast.ListValue:
		for _, c := range v.Children {
			cost += p.literal(c.Value, variable)
		}
	case ast.ObjectValue:
		cost = p.weight
		for _, c := range v.Children {
			if p.of != nil && p.of.fields[c.Name] != nil {
				cost += p.of.fields[c.Name].literal(c.Value, variable)
			}
		}
	default:
		cost = p.weight
	}
	return cost
}

func (t *term) evaluate(variables *operation.Variables) float64 {
	return priced(variables.Raw(t.variable), t.weight, t.input)
}

// priced is what a value of a variable costs, at a place where it costs some weight beside what is in it.
func priced(raw []byte, weight float64, of *input) (cost float64) {
	if len(raw) == 0 || raw[0] == 'n' {
		return 0
	}
	switch {
	case raw[0] == '[':
		for _, v, rest, ok := next(raw[1:], false); ok; _, v, rest, ok = next(rest, false) {
			cost += priced(v, weight, of)
		}
		return cost
	case raw[0] != '{' || of == nil:
		return weight
	}
	cost = weight
	for key, v, rest, ok := next(raw[1:], true); ok; key, v, rest, ok = next(rest, true) {
		if f := of.fields[string(key[1:len(key)-1])]; f != nil {
			cost += priced(v, f.weight, f.of)
		}
	}
	return cost
}
