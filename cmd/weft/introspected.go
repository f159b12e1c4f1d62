package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/syntax"
)

// introspection is the data of an answer to the introspection query.
//
// Specification: GraphQL September 2025, section 4.
type introspection struct {
	Schema struct {
		Description                               string
		QueryType, MutationType, SubscriptionType *struct{ Name string }
		Types                                     []introspectedType
		Directives                                []introspectedDirective
	} `json:"__schema"`
}

type introspectedType struct {
	Kind, Name, Description string
	SpecifiedByURL          string
	IsOneOf                 bool
	Fields                  []introspectedField
	InputFields             []introspectedInput
	Interfaces              []typeReference
	EnumValues              []introspectedValue
	PossibleTypes           []typeReference
}

type introspectedField struct {
	Name, Description string
	Args              []introspectedInput
	Type              typeReference
	deprecation
}

type introspectedInput struct {
	Name, Description string
	Type              typeReference
	DefaultValue      *string
	deprecation
}

type introspectedValue struct {
	Name, Description string
	deprecation
}

type deprecation struct {
	IsDeprecated      bool
	DeprecationReason *string
}

type introspectedDirective struct {
	Name, Description string
	IsRepeatable      bool
	Locations         []string
	Args              []introspectedInput
}

type typeReference struct {
	Kind, Name string
	OfType     *typeReference
}

func (t *typeReference) String() string {
	switch {
	case t.Kind == "NON_NULL" && t.OfType != nil:
		return t.OfType.String() + "!"
	case t.Kind == "LIST" && t.OfType != nil:
		return "[" + t.OfType.String() + "]"
	default:
		return t.Name
	}
}

// sdl is the schema as a document, printed like every other schema.
func (i *introspection) sdl() (string, error) {
	w := &sdlWriter{}
	w.schema(i)
	doc, err := syntax.ParseTypeSystem(&ast.Source{Name: "introspection", Input: w.String()})
	if err != nil {
		return "", fmt.Errorf("the answer to introspection describes no valid schema: %w", err)
	}
	s, conflicts := schema.Build(doc)
	if len(conflicts) > 0 {
		return "", fmt.Errorf("the answer to introspection describes no valid schema: %s", conflicts[0].Message)
	}
	return schema.Print(s, schema.Style{}), nil
}

// What every server has and no document defines.
var (
	builtInScalars    = []string{"Int", "Float", "String", "Boolean", "ID"}
	builtInDirectives = []string{"skip", "include", "deprecated", "specifiedBy", "oneOf", "defer", "stream"}
)

// sdlWriter writes the text of an introspected schema.
type sdlWriter struct{ strings.Builder }

func (w *sdlWriter) schema(i *introspection) {
	s := &i.Schema
	w.describe(s.Description)
	w.WriteString("schema {\n")
	if s.QueryType != nil {
		w.WriteString("query: " + s.QueryType.Name + "\n")
	}
	if s.MutationType != nil {
		w.WriteString("mutation: " + s.MutationType.Name + "\n")
	}
	if s.SubscriptionType != nil {
		w.WriteString("subscription: " + s.SubscriptionType.Name + "\n")
	}
	w.WriteString("}\n")
	for _, d := range s.Directives {
		if !slices.Contains(builtInDirectives, d.Name) {
			w.directive(&d)
		}
	}
	for _, t := range s.Types {
		if !strings.HasPrefix(t.Name, "__") && (t.Kind != "SCALAR" || !slices.Contains(builtInScalars, t.Name)) {
			w.typeDefinition(&t)
		}
	}
}

func (w *sdlWriter) describe(text string) {
	if text != "" {
		w.WriteString(schema.PrintValue(schema.String(text)) + "\n")
	}
}

func (w *sdlWriter) directive(d *introspectedDirective) {
	w.describe(d.Description)
	w.WriteString("directive @" + d.Name)
	w.arguments(d.Args)
	if d.IsRepeatable {
		w.WriteString(" repeatable")
	}
	w.WriteString(" on " + strings.Join(d.Locations, " | ") + "\n")
}

func (w *sdlWriter) typeDefinition(t *introspectedType) {
	w.describe(t.Description)
	switch t.Kind {
	case "SCALAR":
		w.WriteString("scalar " + t.Name)
		if t.SpecifiedByURL != "" {
			w.WriteString(" @specifiedBy(url: " + schema.PrintValue(schema.String(t.SpecifiedByURL)) + ")")
		}
		w.WriteString("\n")
	case "OBJECT", "INTERFACE":
		w.WriteString(map[string]string{"OBJECT": "type ", "INTERFACE": "interface "}[t.Kind] + t.Name)
		if len(t.Interfaces) > 0 {
			w.WriteString(" implements " + names(t.Interfaces, " & "))
		}
		w.WriteString(" {\n")
		for _, f := range t.Fields {
			w.describe(f.Description)
			w.WriteString(f.Name)
			w.arguments(f.Args)
			w.WriteString(": " + f.Type.String())
			w.deprecated(f.deprecation)
			w.WriteString("\n")
		}
		w.WriteString("}\n")
	case "UNION":
		w.WriteString("union " + t.Name + " = " + names(t.PossibleTypes, " | ") + "\n")
	case "ENUM":
		w.WriteString("enum " + t.Name + " {\n")
		for _, v := range t.EnumValues {
			w.describe(v.Description)
			w.WriteString(v.Name)
			w.deprecated(v.deprecation)
			w.WriteString("\n")
		}
		w.WriteString("}\n")
	case "INPUT_OBJECT":
		w.WriteString("input " + t.Name)
		if t.IsOneOf {
			w.WriteString(" @oneOf")
		}
		w.WriteString(" {\n")
		for _, f := range t.InputFields {
			w.input(&f)
		}
		w.WriteString("}\n")
	}
}

func names(list []typeReference, separator string) string {
	texts := make([]string, len(list))
	for i, t := range list {
		texts[i] = t.Name
	}
	return strings.Join(texts, separator)
}

func (w *sdlWriter) arguments(list []introspectedInput) {
	if len(list) == 0 {
		return
	}
	w.WriteString("(\n")
	for _, a := range list {
		w.input(&a)
	}
	w.WriteString(")")
}

func (w *sdlWriter) input(i *introspectedInput) {
	w.describe(i.Description)
	w.WriteString(i.Name + ": " + i.Type.String())
	if i.DefaultValue != nil {
		w.WriteString(" = " + *i.DefaultValue)
	}
	w.deprecated(i.deprecation)
	w.WriteString("\n")
}

func (w *sdlWriter) deprecated(d deprecation) {
	if !d.IsDeprecated {
		return
	}
	w.WriteString(" @deprecated")
	if d.DeprecationReason != nil {
		w.WriteString("(reason: " + schema.PrintValue(schema.String(*d.DeprecationReason)) + ")")
	}
}
