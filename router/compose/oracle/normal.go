package oracle

import (
	"sort"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/syntax"
)

// APILines is an API schema as a sorted set of lines, one per definition, field, argument-bearing signature and enum
// value, so that two schemas compare independent of the order and layout they were printed in.
func APILines(sdl string) ([]string, error) {
	doc, err := syntax.ParseTypeSystem(&ast.Source{Input: sdl})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, s := range append(append(ast.SchemaDefinitionList{}, doc.Schema...), doc.SchemaExtension...) {
		for _, op := range s.OperationTypes {
			if defaultRoot[op.Operation] != op.Type {
				out = append(out, "schema "+string(op.Operation)+": "+op.Type)
			}
		}
	}
	for _, d := range doc.Directives {
		locations := make([]string, len(d.Locations))
		for i, l := range d.Locations {
			locations[i] = string(l)
		}
		sort.Strings(locations)
		line := "directive @" + d.Name + arguments(d.Arguments)
		if d.IsRepeatable {
			line += " repeatable"
		}
		out = append(out, line+" on "+strings.Join(locations, " | ")+described(d.Description))
	}
	for _, t := range append(append(ast.DefinitionList{}, doc.Definitions...), doc.Extensions...) {
		out = append(out, definitionLines(t)...)
	}
	sort.Strings(out)
	return out, nil
}

var defaultRoot = map[ast.Operation]string{
	ast.Query: "Query", ast.Mutation: "Mutation", ast.Subscription: "Subscription",
}

func definitionLines(t *ast.Definition) []string {
	head := strings.ToLower(string(t.Kind)) + " " + t.Name
	if len(t.Interfaces) > 0 {
		head += " implements " + strings.Join(sorted(t.Interfaces), " & ")
	}
	if len(t.Types) > 0 {
		head += " = " + strings.Join(sorted(t.Types), " | ")
	}
	out := []string{head + printable(t.Directives) + described(t.Description)}
	for _, f := range t.Fields {
		line := t.Name + "." + f.Name + arguments(f.Arguments) + ": " + f.Type.String()
		if f.DefaultValue != nil {
			line += " = " + f.DefaultValue.String()
		}
		out = append(out, line+printable(f.Directives)+described(f.Description))
	}
	for _, v := range t.EnumValues {
		out = append(out, t.Name+"."+v.Name+printable(v.Directives)+described(v.Description))
	}
	return out
}

// printable keeps the directives that belong to an API schema.
func printable(ds ast.DirectiveList) string {
	out := ""
	for _, d := range ds {
		switch d.Name {
		case "deprecated":
			reason := "No longer supported"
			if a := d.Arguments.ForName("reason"); a != nil && a.Value.Kind != ast.NullValue {
				reason = a.Value.Raw
			}
			out += " @deprecated(" + strconv.Quote(reason) + ")"
		case "specifiedBy", "oneOf":
			out += " " + directive(d)
		}
	}
	return out
}

func arguments(args ast.ArgumentDefinitionList) string {
	if len(args) == 0 {
		return ""
	}
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = a.Name + ": " + a.Type.String()
		if a.DefaultValue != nil {
			out[i] += " = " + a.DefaultValue.String()
		}
		out[i] += printable(a.Directives) + described(a.Description)
	}
	sort.Strings(out)
	return "(" + strings.Join(out, ", ") + ")"
}

func described(text string) string {
	if text == "" {
		return ""
	}
	return " # " + strconv.Quote(text)
}

// SupergraphLines is the set of directive applications of a supergraph, one `coordinate @directive(args)` a line with
// the arguments in alphabetical order and field sets in one spelling.
func SupergraphLines(sdl string) ([]string, error) {
	doc, err := syntax.ParseTypeSystem(&ast.Source{Input: sdl})
	if err != nil {
		return nil, err
	}
	var out []string
	add := func(coordinate string, ds ast.DirectiveList) {
		for _, d := range ds {
			if d.Name != "deprecated" && d.Name != "specifiedBy" {
				out = append(out, coordinate+" "+directive(d))
			}
		}
	}
	for _, s := range append(append(ast.SchemaDefinitionList{}, doc.Schema...), doc.SchemaExtension...) {
		add("schema", s.Directives)
	}
	for _, d := range doc.Directives {
		for _, a := range d.Arguments {
			add("@"+d.Name+"("+a.Name+":)", a.Directives)
		}
	}
	for _, t := range append(append(ast.DefinitionList{}, doc.Definitions...), doc.Extensions...) {
		add(t.Name, t.Directives)
		for _, f := range t.Fields {
			add(t.Name+"."+f.Name, f.Directives)
			for _, a := range f.Arguments {
				add(t.Name+"."+f.Name+"("+a.Name+":)", a.Directives)
			}
		}
		for _, v := range t.EnumValues {
			add(t.Name+"."+v.Name, v.Directives)
		}
	}
	sort.Strings(out)
	return out, nil
}

func directive(d *ast.Directive) string {
	args := make([]string, 0, len(d.Arguments))
	for _, a := range d.Arguments {
		text := a.Value.String()
		switch a.Name {
		case "key", "requires", "provides":
			text = strconv.Quote(oneSpelling(a.Value.Raw))
		}
		args = append(args, a.Name+": "+text)
	}
	if len(args) == 0 {
		return "@" + d.Name
	}
	sort.Strings(args)
	return "@" + d.Name + "(" + strings.Join(args, ", ") + ")"
}

// oneSpelling makes the white space of a field set uniform.
func oneSpelling(fields string) string {
	fields = strings.NewReplacer("{", " { ", "}", " } ", ",", " ").Replace(fields)
	return strings.Join(strings.Fields(fields), " ")
}

func sorted(names []string) []string {
	out := append([]string(nil), names...)
	sort.Strings(out)
	return out
}
