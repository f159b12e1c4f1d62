package introspection

import (
	"github.com/vektah/gqlparser/v2/ast"
)

type schemaObject struct{ s *Schema }

func (schemaObject) typeName() string { return "__Schema" }

func (o schemaObject) write(w *writer, f *ast.Field) {
	switch f.Name {
	case "description":
		w.optional(o.s.schema.Description)
	case "types":
		w.list(f, len(o.s.types), func(i int) object { return typeObject{s: o.s, def: o.s.types[i]} })
	case "queryType":
		w.named(f, o.s.schema.Query)
	case "mutationType":
		w.named(f, o.s.schema.Mutation)
	case "subscriptionType":
		w.named(f, o.s.schema.Subscription)
	case "directives":
		w.list(f, len(o.s.directives), func(i int) object { return directiveObject{o.s.directives[i]} })
	default:
		w.null()
	}
}

// typeObject is a __Type: a named type when wrapped is nil, otherwise a list or non-null around another type.
type typeObject struct {
	s       *Schema
	def     *ast.Definition
	wrapped *ast.Type
}

func (typeObject) typeName() string { return "__Type" }

func (s *Schema) typeOf(t *ast.Type) typeObject {
	if t.NonNull || t.Elem != nil {
		return typeObject{s: s, wrapped: t}
	}
	return typeObject{s: s, def: s.schema.Types[t.NamedType]}
}

func (o typeObject) write(w *writer, f *ast.Field) {
	if o.wrapped != nil {
		o.writeWrapped(w, f)
		return
	}
	def := o.def
	if def == nil {
		w.null()
		return
	}
	switch f.Name {
	case "kind":
		w.text(string(def.Kind))
	case "name":
		w.text(def.Name)
	case "description":
		w.optional(def.Description)
	case "specifiedByURL":
		w.optional(directiveArgument(def.Directives, "specifiedBy", "url", ""))
	case "isOneOf":
		if def.Kind == ast.InputObject {
			w.bool(def.Directives.ForName("oneOf") != nil)
		} else {
			w.null()
		}
	case "fields":
		o.writeFields(w, f)
	case "inputFields":
		o.writeInputFields(w, f)
	case "interfaces":
		if def.Kind != ast.Object && def.Kind != ast.Interface {
			w.null()
			return
		}
		w.list(f, len(def.Interfaces), func(i int) object {
			return typeObject{s: o.s, def: o.s.schema.Types[def.Interfaces[i]]}
		})
	case "possibleTypes":
		if !def.IsAbstractType() {
			w.null()
			return
		}
		possible := o.s.schema.GetPossibleTypes(def)
		w.list(f, len(possible), func(i int) object { return typeObject{s: o.s, def: possible[i]} })
	case "enumValues":
		o.writeEnumValues(w, f)
	default:
		w.null()
	}
}

func (o typeObject) writeWrapped(w *writer, f *ast.Field) {
	switch f.Name {
	case "kind":
		if o.wrapped.NonNull {
			w.text("NON_NULL")
		} else {
			w.text("LIST")
		}
	case "ofType":
		if o.wrapped.NonNull {
			inner := *o.wrapped
			inner.NonNull = false
			w.typeRef(f, &inner)
		} else {
			w.typeRef(f, o.wrapped.Elem)
		}
	default:
		w.null()
	}
}

func (o typeObject) writeFields(w *writer, f *ast.Field) {
	if o.def.Kind != ast.Object && o.def.Kind != ast.Interface {
		w.null()
		return
	}
	var shown []*ast.FieldDefinition
	for _, fd := range o.def.Fields {
		if len(fd.Name) > 1 && fd.Name[:2] == "__" {
			continue
		}
		if w.withDeprecated(f) || fd.Directives.ForName("deprecated") == nil {
			shown = append(shown, fd)
		}
	}
	w.list(f, len(shown), func(i int) object { return fieldObject{shown[i]} })
}

func (o typeObject) writeInputFields(w *writer, f *ast.Field) {
	if o.def.Kind != ast.InputObject {
		w.null()
		return
	}
	var shown []inputValue
	for _, fd := range o.def.Fields {
		if w.withDeprecated(f) || fd.Directives.ForName("deprecated") == nil {
			shown = append(shown, inputValue{fd.Name, fd.Description, fd.Type, fd.DefaultValue, fd.Directives})
		}
	}
	w.list(f, len(shown), func(i int) object { return shown[i] })
}

func (o typeObject) writeEnumValues(w *writer, f *ast.Field) {
	if o.def.Kind != ast.Enum {
		w.null()
		return
	}
	var shown []*ast.EnumValueDefinition
	for _, v := range o.def.EnumValues {
		if w.withDeprecated(f) || v.Directives.ForName("deprecated") == nil {
			shown = append(shown, v)
		}
	}
	w.list(f, len(shown), func(i int) object { return enumValueObject{shown[i]} })
}

type fieldObject struct{ def *ast.FieldDefinition }

func (fieldObject) typeName() string { return "__Field" }

func (o fieldObject) write(w *writer, f *ast.Field) {
	switch f.Name {
	case "name":
		w.text(o.def.Name)
	case "description":
		w.optional(o.def.Description)
	case "args":
		w.arguments(f, o.def.Arguments)
	case "type":
		w.typeRef(f, o.def.Type)
	case "isDeprecated", "deprecationReason":
		w.deprecation(f, o.def.Directives)
	default:
		w.null()
	}
}

type enumValueObject struct{ def *ast.EnumValueDefinition }

func (enumValueObject) typeName() string { return "__EnumValue" }

func (o enumValueObject) write(w *writer, f *ast.Field) {
	switch f.Name {
	case "name":
		w.text(o.def.Name)
	case "description":
		w.optional(o.def.Description)
	case "isDeprecated", "deprecationReason":
		w.deprecation(f, o.def.Directives)
	default:
		w.null()
	}
}

// inputValue is an argument or an input field.
type inputValue struct {
	name, description string
	typ               *ast.Type
	defaultValue      *ast.Value
	directives        ast.DirectiveList
}

func (inputValue) typeName() string { return "__InputValue" }

func (o inputValue) write(w *writer, f *ast.Field) {
	switch f.Name {
	case "name":
		w.text(o.name)
	case "description":
		w.optional(o.description)
	case "type":
		w.typeRef(f, o.typ)
	case "defaultValue":
		if o.defaultValue == nil {
			w.null()
		} else {
			w.text(defaultValue(w.s.schema, o.defaultValue, o.typ))
		}
	case "isDeprecated", "deprecationReason":
		w.deprecation(f, o.directives)
	default:
		w.null()
	}
}

type directiveObject struct{ def *ast.DirectiveDefinition }

func (directiveObject) typeName() string { return "__Directive" }

func (o directiveObject) write(w *writer, f *ast.Field) {
	switch f.Name {
	case "name":
		w.text(o.def.Name)
	case "description":
		w.optional(o.def.Description)
	case "isRepeatable":
		w.bool(o.def.IsRepeatable)
	case "locations":
		w.out = append(w.out, '[')
		for i, l := range o.def.Locations {
			if l == "DIRECTIVE_DEFINITION" {
				// Newer than the specification's __DirectiveLocation, which clients check against.
				continue
			}
			if i > 0 {
				w.out = append(w.out, ',')
			}
			w.text(string(l))
		}
		w.out = append(w.out, ']')
	case "args":
		w.arguments(f, o.def.Arguments)
	case "isDeprecated", "deprecationReason":
		w.deprecation(f, o.def.Directives)
	default:
		w.null()
	}
}

func (w *writer) arguments(f *ast.Field, args ast.ArgumentDefinitionList) {
	var shown []inputValue
	for _, a := range args {
		if w.withDeprecated(f) || a.Directives.ForName("deprecated") == nil {
			shown = append(shown, inputValue{a.Name, a.Description, a.Type, a.DefaultValue, a.Directives})
		}
	}
	w.list(f, len(shown), func(i int) object { return shown[i] })
}

func (w *writer) deprecation(f *ast.Field, ds ast.DirectiveList) {
	d := ds.ForName("deprecated")
	switch {
	case f.Name == "isDeprecated":
		w.bool(d != nil)
	case d == nil:
		w.null()
	default:
		w.text(directiveArgument(ds, "deprecated", "reason", "No longer supported"))
	}
}

func directiveArgument(ds ast.DirectiveList, directive, name, absent string) string {
	d := ds.ForName(directive)
	if d == nil {
		return absent
	}
	if a := d.Arguments.ForName(name); a != nil {
		return a.Value.Raw
	}
	return absent
}
