package fedtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// validation is chapter 5 of the GraphQL specification.
var validation = rules.NewDefaultRules()

// loadQuery parses and validates a document.
func loadQuery(schema *ast.Schema, text string) (*ast.QueryDocument, gqlerror.List) {
	return gqlparser.LoadQueryWithRules(schema, text, validation)
}

// absent stands for a value that was not given.
type absent struct{}

// goValue is what JSON decodes to, numbers as json.Number.
type goValue = any

// argumentsOf writes the arguments of a field in a field set canonically.
func argumentsOf(g *graph, f *field, text string) string {
	if len(f.args) == 0 {
		return ""
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: "{" + f.name + text + "}"})
	if err != nil {
		panic(err)
	}
	node := doc.Operations[0].SelectionSet[0].(*ast.Field)
	var parts []string
	for _, a := range sortedArguments(f) {
		v := goValue(absent{})
		if given := node.Arguments.ForName(a.name); given != nil {
			v = literal(given.Value, nil)
		}
		if text := a.canonical(v); text != "" {
			parts = append(parts, a.name+":"+text)
		}
	}
	return strings.Join(parts, ",")
}

func sortedArguments(f *field) []*argument {
	out := slices.Clone(f.args)
	sort.Slice(out, func(i, j int) bool { return out[i].name < out[j].name })
	return out
}

// argumentsIn writes the arguments of a field in an operation canonically.
func argumentsIn(f *field, node *ast.Field, variables map[string]json.RawMessage) string {
	var parts []string
	for _, a := range sortedArguments(f) {
		v := goValue(absent{})
		if given := node.Arguments.ForName(a.name); given != nil {
			v = literal(given.Value, variables)
		}
		if text := a.canonical(v); text != "" {
			parts = append(parts, a.name+":"+text)
		}
	}
	return strings.Join(parts, ",")
}

// canonical writes the value of an argument; empty when there is none.
func (a *argument) canonical(v goValue) string {
	if _, none := v.(absent); none {
		if a.def == "" {
			return ""
		}
		return canonical(defaultOf(a), a.typ)
	}
	return canonical(v, a.typ)
}

func defaultOf(a *argument) goValue {
	doc, err := parser.ParseQuery(&ast.Source{Input: "{f(a:" + a.def + ")}"})
	if err != nil {
		panic(err)
	}
	return literal(doc.Operations[0].SelectionSet[0].(*ast.Field).Arguments[0].Value, nil)
}

func fromJSON(raw []byte) goValue {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var out goValue
	if err := d.Decode(&out); err != nil {
		panic(err)
	}
	return out
}

// literal turns a value of a document into what its JSON would decode to.
func literal(v *ast.Value, variables map[string]json.RawMessage) goValue {
	switch v.Kind {
	case ast.Variable:
		raw, ok := variables[v.Raw]
		if !ok {
			return absent{}
		}
		return fromJSON(raw)
	case ast.NullValue:
		return nil
	case ast.ListValue:
		out := []any{}
		for _, c := range v.Children {
			e := literal(c.Value, variables)
			if _, none := e.(absent); none {
				e = nil
			}
			out = append(out, e)
		}
		return out
	case ast.ObjectValue:
		out := map[string]any{}
		for _, c := range v.Children {
			if e := literal(c.Value, variables); e != (absent{}) {
				out[c.Name] = e
			}
		}
		return out
	case ast.BooleanValue:
		return v.Raw == "true"
	case ast.IntValue, ast.FloatValue:
		return json.Number(v.Raw)
	}
	return v.Raw
}

// canonical writes a value of an input type.
func canonical(v goValue, t ref) string {
	if v == nil {
		return "null"
	}
	if len(t.nonNull) > 1 {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		parts := make([]string, len(list))
		for i := range list {
			parts[i] = canonical(list[i], ref{t.named, t.nonNull[1:]})
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	if t.named.kind == inputKind {
		fields := v.(map[string]any)
		var parts []string
		for _, f := range t.named.fields {
			if value, ok := fields[f.name]; ok {
				parts = append(parts, f.name+":"+canonical(value, f.typ))
			} else if f.def != "" {
				parts = append(parts, f.name+":"+canonical(fromJSON([]byte(f.def)), f.typ))
			}
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	if n, ok := v.(json.Number); ok && t.named.name == "ID" {
		v = n.String()
	}
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprint(v, err))
	}
	return string(raw)
}
