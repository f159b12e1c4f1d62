package compose_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/compose/problem"
)

// shop returns the subgraphs of testdata/shop.
func shop(t *testing.T) []compose.Subgraph {
	t.Helper()
	var out []compose.Subgraph
	for _, name := range []string{"catalog", "reviews"} {
		file := filepath.Join("testdata", "shop", name+".graphql")
		sdl, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, compose.Subgraph{Name: name, URL: "http://" + name + ".internal/graphql", SDL: string(sdl), File: file})
	}
	return out
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "shop", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs; run with UPDATE_GOLDEN=1 to accept:\n%s", file, got)
	}
}

func TestComposeMakesSupergraphAndAPI(t *testing.T) {
	result, errs := compose.Compose(shop(t), compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	golden(t, "supergraph.golden", result.SupergraphSDL)
	golden(t, "api.golden", result.APISDL)
	var hints []string
	for _, h := range result.Hints {
		hints = append(hints, string(h.Code)+" "+h.Coordinate)
	}
	if want := []string{"OVERRIDE_DIRECTIVE_CAN_BE_REMOVED Product.score"}; !slices.Equal(hints, want) {
		t.Errorf("hints: %v, want %v", hints, want)
	}
}

func TestComposeDoesNotDependOnOrder(t *testing.T) {
	in := shop(t)
	first, errs := compose.Compose(in, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	slices.Reverse(in)
	second, errs := compose.Compose(in, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if first.SupergraphSDL != second.SupergraphSDL || first.APISDL != second.APISDL {
		t.Error("the result depends on the order of the subgraphs")
	}
}

func TestComposeReportsAllErrorsWithPlaceAndRemedy(t *testing.T) {
	in := []compose.Subgraph{
		{Name: "b", File: "b.graphql", SDL: "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\"])\ntype T @key(fields: \"id\") {\n  id: ID!\n  x: Int\n  y: String\n}\n"},
		{Name: "a", File: "a.graphql", SDL: "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\"])\ntype Query { t: T }\ntype T @key(fields: \"id\") {\n  id: ID!\n  x: Int\n  y: Int\n}\n"},
	}
	result, errs := compose.Compose(in, compose.Options{})
	if result != nil {
		t.Error("there is a result beside the errors")
	}
	var codes []problem.Code
	for _, e := range errs {
		codes = append(codes, e.Code)
	}
	if want := []problem.Code{problem.InvalidFieldSharing, problem.FieldTypeMismatch, problem.InvalidFieldSharing}; !slices.Equal(codes, want) {
		t.Fatalf("codes: %v, want %v", codes, want)
	}
	e := errs[0]
	if want := []string{"a", "b"}; !slices.Equal(e.Subgraphs, want) {
		t.Errorf("subgraphs: %v, want %v", e.Subgraphs, want)
	}
	want := []compose.Position{{Subgraph: "a", File: "a.graphql", Line: 5, Column: 3}, {Subgraph: "b", File: "b.graphql", Line: 4, Column: 3}}
	if !slices.Equal(e.Positions, want) {
		t.Errorf("positions: %v, want %v", e.Positions, want)
	}
	if !strings.Contains(e.Suggestion, "@shareable") {
		t.Errorf("suggestion %q does not say how to share a field", e.Suggestion)
	}
}

func TestFieldSetErrorsPointIntoTheString(t *testing.T) {
	_, errs := compose.Compose([]compose.Subgraph{{Name: "a", SDL: "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\"])\ntype Query { t: T }\ntype T @key(fields: \"id nope\") { id: ID! }\n"}}, compose.Options{})
	if len(errs) != 1 || errs[0].Code != problem.KeyInvalidFields {
		t.Fatalf("errors: %v", errs)
	}
	if got := errs[0].Positions[0]; got.Line != 3 || got.Column != 25 {
		t.Errorf("position %v, want the beginning of \"nope\"", got)
	}
}

func TestNamesOfSubgraphs(t *testing.T) {
	sdl := "type Query { a: Int }"
	for name, in := range map[string][]compose.Subgraph{
		"reserved": {{Name: "_", SDL: sdl}},
		"empty":    {{Name: "", SDL: sdl}},
		"twice":    {{Name: "a", SDL: sdl}, {Name: "a", SDL: sdl}},
	} {
		if _, errs := compose.Compose(in, compose.Options{}); len(errs) != 1 || errs[0].Code != problem.InvalidSubgraphName {
			t.Errorf("%s: %v", name, errs)
		}
	}
	if _, errs := compose.Compose(nil, compose.Options{}); len(errs) != 1 || errs[0].Code != problem.NoQueries {
		t.Errorf("no subgraphs: %v", errs)
	}
}

func TestSyntaxErrorsHaveAPlace(t *testing.T) {
	_, errs := compose.Compose([]compose.Subgraph{{Name: "a", File: "a.graphql", SDL: "type Query {\n  a: Int!!\n}"}}, compose.Options{})
	if len(errs) != 1 || errs[0].Code != problem.InvalidGraphQL || len(errs[0].Positions) != 1 || errs[0].Positions[0].Line != 2 {
		t.Errorf("errors: %+v", errs)
	}
}

// TestLimitsAreClear goes just beyond each limit, and up to it.
func TestLimitsAreClear(t *testing.T) {
	lists := func(n int) string {
		return "type Query { a: " + strings.Repeat("[", n) + "Int" + strings.Repeat("]", n) + " }"
	}
	values := func(n int) string {
		return "scalar Any type Query { a(b: Any = " + strings.Repeat("[", n) + strings.Repeat("]", n) + "): Int }"
	}
	name := func(n int) string { return "type Query { " + strings.Repeat("a", n) + ": Int }" }
	argument := func(n int) string { return "type Query { a(" + strings.Repeat("b", n) + ": Int): Int }" }
	key := func(n int) string {
		return link + "type Query { t: T } type T @key(fields: \"" + strings.Repeat("t{", n-1) + "a" + strings.Repeat("}", n-1) + "\") { t: T a: Int }"
	}
	wideKey := func(n int) string {
		return link + "type Query { t: T } type T @key(fields: \"" + strings.Repeat("a ", n-3) + "\") { a: Int }"
	}
	for what, c := range map[string]struct {
		make    func(n int) string
		most    int
		message string
	}{
		"lists":      {lists, 1000, "maximum nesting depth of 1000"},
		"values":     {values, 1000, "maximum nesting depth of 1000"},
		"names":      {name, 1000, "has 1001 characters; names can have 1000"},
		"arguments":  {argument, 1000, "has 1001 characters; names can have 1000"},
		"selections": {key, 1000, "maximum nesting depth of 1000"},
		"tokens":     {wideKey, 10_000, "token limit of 10000"},
	} {
		if _, errs := compose.Compose([]compose.Subgraph{{Name: "a", SDL: c.make(c.most)}}, compose.Options{}); len(errs) > 0 {
			t.Errorf("%s up to the limit: %.300s", what, errs[0].Message)
		}
		_, errs := compose.Compose([]compose.Subgraph{{Name: "a", SDL: c.make(c.most + 1)}}, compose.Options{})
		if len(errs) != 1 || !strings.Contains(errs[0].Message, c.message) || len(errs[0].Positions) != 1 {
			t.Errorf("%s beyond the limit: %d errors, %.300v", what, len(errs), errs)
		}
	}
}
