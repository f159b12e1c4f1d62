package operation

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/jsontext"
)

// appendDefault writes the default value of a variable as CoerceVariables writes values of its type. The value is one
// that validation accepted. GraphQL specification, the "Input Coercion" parts of section 3.
func appendDefault(out []byte, types map[string]*ast.Definition, v *ast.Value, t *ast.Type) []byte {
	if v.Kind == ast.NullValue {
		return append(out, "null"...)
	}
	if t.Elem != nil {
		items := v.Children
		if v.Kind != ast.ListValue {
			items = ast.ChildValueList{{Value: v}}
		}
		out = append(out, '[')
		for i, item := range items {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendDefault(out, types, item.Value, t.Elem)
		}
		return append(out, ']')
	}
	def := types[t.NamedType]
	switch {
	case def != nil && def.Kind == ast.InputObject:
		return appendDefaultObject(out, types, v, def)
	case t.NamedType == "ID":
		return jsontext.AppendQuoted(out, v.Raw)
	}
	return AppendJSON(out, v, nil)
}

func appendDefaultObject(out []byte, types map[string]*ast.Definition, v *ast.Value, def *ast.Definition) []byte {
	out = append(out, '{')
	first := true
	for _, f := range def.Fields {
		value := v.Children.ForName(f.Name)
		if value == nil {
			continue
		}
		if !first {
			out = append(out, ',')
		}
		first = false
		out = append(append(append(out, '"'), f.Name...), '"', ':')
		out = appendDefault(out, types, value, f.Type)
	}
	return append(out, '}')
}
