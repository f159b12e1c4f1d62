package plantest

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
)

// print writes the fields of an object in the order of the operation; false when a non-null field is null.
// GraphQL specification, section 6.4.4, "Handling Execution Errors".
func (in *interpreter) print(out *bytes.Buffer, sel *operation.SelectionSet, obj *object) bool {
	out.WriteByte('{')
	first := true
	for _, f := range sel.Fields {
		if f.Introspected() != nil || !in.applies(f.On, obj) {
			continue
		}
		if !first {
			out.WriteByte(',')
		}
		first = false
		fmt.Fprintf(out, "%q:", f.Key)
		if f.IsTypename() {
			fmt.Fprintf(out, "%q", obj.typ)
			continue
		}
		if !in.value(out, f, f.Def.Type, obj.vals[f]) {
			return false
		}
	}
	out.WriteByte('}')
	return true
}

// value writes a value of a type; false when it is null but must not be.
func (in *interpreter) value(out *bytes.Buffer, f *operation.Field, t *ast.Type, v any) bool {
	at := out.Len()
	ok := in.nullable(out, f, t, v)
	if ok {
		return true
	}
	out.Truncate(at)
	if t.NonNull {
		in.errors = append(in.errors, "null for non-null field "+f.Key)
		return false
	}
	out.WriteString("null")
	return true
}

func (in *interpreter) nullable(out *bytes.Buffer, f *operation.Field, t *ast.Type, v any) bool {
	if v == nil {
		return false
	}
	if t.Elem != nil {
		list, ok := v.([]any)
		if !ok {
			return false
		}
		out.WriteByte('[')
		for i, e := range list {
			if i > 0 {
				out.WriteByte(',')
			}
			if !in.value(out, f, t.Elem, e) {
				return false
			}
		}
		out.WriteByte(']')
		return true
	}
	if f.Selection != nil {
		obj, ok := v.(*object)
		if !ok {
			return false
		}
		if obj.typ != "" && in.sg.API.Types[obj.typ] == nil {
			return false
		}
		return in.print(out, f.Selection, obj)
	}
	if def := in.sg.API.Types[t.NamedType]; def != nil && def.Kind == ast.Enum {
		if s, _ := v.(string); def.EnumValues.ForName(s) == nil {
			return false
		}
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return false
	}
	out.Write(raw)
	return true
}
