package merge

import (
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/router/compose/schema"
)

func value(t *testing.T, text string) *ast.Value {
	t.Helper()
	doc, err := parser.ParseSchema(&ast.Source{Input: "type T @d(x: " + text + ") { a: Int }"})
	if err != nil {
		t.Fatal(err)
	}
	return doc.Definitions[0].Directives[0].Arguments[0].Value
}

func TestConjunctionMultipliesAlternativesOut(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{`[["a"]]`, `[["b"]]`, `[["a", "b"]]`},
		{`[["a"]]`, `[["a"], ["b"]]`, `[["a"]]`},
		{`[["a"], ["b"]]`, `[["c"], ["d"]]`, `[["a", "c"], ["a", "d"], ["b", "c"], ["b", "d"]]`},
		{`[["a", "b"]]`, `[["b"]]`, `[["a", "b"]]`},
	} {
		got := schema.PrintValue(conjunction([]*ast.Value{value(t, c.a), value(t, c.b)}))
		if got != c.want {
			t.Errorf("%s and %s: %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

func TestStrategiesPassOverMissingValues(t *testing.T) {
	three, five := value(t, "3"), value(t, "5")
	if got := greatest([]*ast.Value{three, nil, five}); got != five {
		t.Errorf("greatest: %v", got)
	}
	if got := greatest([]*ast.Value{nil}); got != nil {
		t.Errorf("greatest of nothing: %v", got)
	}
	if got := schema.PrintValue(union([]*ast.Value{value(t, `["a"]`), nil, value(t, `["b", "a"]`)})); got != `["a", "b"]` {
		t.Errorf("union: %s", got)
	}
	if got := allTrue([]*ast.Value{value(t, "true"), value(t, "false"), nil}); got.Raw != "false" {
		t.Errorf("all true: %v", got)
	}
}

func TestGraphNames(t *testing.T) {
	for name, want := range map[string]string{"a": "A", "my-sub.graph": "MY_SUB_GRAPH", "1st": "_1ST", "a_1": "A_1_", "über": "_BER"} {
		if got := graphName(name); got != want {
			t.Errorf("%q is called %s, want %s", name, got, want)
		}
	}
}

func TestOverrideLabels(t *testing.T) {
	for label, want := range map[string]bool{
		"percent(0)": true, "percent(100)": true, "percent(12.5)": true, "percent(100.5)": false, "percent(101)": false,
		"percent(1.123456789)": false, "percent(x)": false, "beta": true, "a-b:c.d/e_1": true, "1a": false, "a b": false,
	} {
		if got := validLabel(label); got != want {
			t.Errorf("%q: %v, want %v", label, got, want)
		}
	}
}
