package merge

import (
	"fmt"
	"strings"
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
		for _, values := range [][]*ast.Value{{value(t, c.a), value(t, c.b)}, {value(t, c.b), nil, value(t, c.a), value(t, c.b)}} {
			got, err := conjunction(values)
			if err != nil {
				t.Fatal(err)
			}
			if text := schema.PrintValue(got); text != c.want {
				t.Errorf("%s and %s: %s, want %s", c.a, c.b, text, c.want)
			}
		}
	}
}

func TestConjunctionDoesNotMultiplyWhatIsAbsorbed(t *testing.T) {
	list := func(from, to int) *ast.Value {
		var out []alternative
		for i := from; i < to; i++ {
			out = append(out, alternative{fmt.Sprintf("s%04d", i)})
		}
		return dnf(out)
	}
	got, err := conjunction([]*ast.Value{list(0, 3000), list(0, 3001), list(0, 2999)})
	if err != nil {
		t.Fatal(err)
	}
	if want := schema.PrintValue(list(0, 2999)); !strings.HasPrefix(schema.PrintValue(got), want[:len(want)-1]) || len(got.Children) != 2999 {
		t.Errorf("%d alternatives: %.100s", len(got.Children), schema.PrintValue(got))
	}
	if _, err := conjunction([]*ast.Value{list(0, 71), list(1000, 1071)}); err == nil {
		t.Error("71 alternatives by 71 others name 10,082 scopes; that is over the limit, and there is no error")
	}
	if got, err := conjunction([]*ast.Value{list(0, 70), list(1000, 1070)}); err != nil || len(got.Children) != 4900 {
		t.Errorf("70 alternatives by 70 others: %v", err)
	}
}

func TestStrategiesPassOverMissingValues(t *testing.T) {
	three, five := value(t, "3"), value(t, "5")
	if got, _ := greatest([]*ast.Value{three, nil, five}); got != five {
		t.Errorf("greatest: %v", got)
	}
	if got, _ := greatest([]*ast.Value{nil}); got != nil {
		t.Errorf("greatest of nothing: %v", got)
	}
	if got, _ := union([]*ast.Value{value(t, `["a"]`), nil, value(t, `["b", "a"]`)}); schema.PrintValue(got) != `["a", "b"]` {
		t.Errorf("union: %s", schema.PrintValue(got))
	}
	if got, _ := allTrue([]*ast.Value{value(t, "true"), value(t, "false"), nil}); got.Raw != "false" {
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
