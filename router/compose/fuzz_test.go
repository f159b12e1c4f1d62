package compose_test

import (
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/compose/oracle"
)

// FuzzCompose composes arbitrary SDL: it never panics, gives either a result or errors, the same ones every time, and
// a supergraph that parses.
func FuzzCompose(f *testing.F) {
	cases, err := oracle.Cases()
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range cases {
		second := ""
		if len(c.Subgraphs) > 1 {
			second = c.Subgraphs[1].SDL
		}
		f.Add(c.Subgraphs[0].SDL, second)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		in := []compose.Subgraph{{Name: "a", SDL: first}, {Name: "b", SDL: second}}
		result, errs := compose.Compose(in, compose.Options{})
		if (result == nil) != (len(errs) > 0) {
			t.Fatalf("a result and %d errors", len(errs))
		}
		in[0], in[1] = in[1], in[0]
		again, errsAgain := compose.Compose(in, compose.Options{})
		if len(errsAgain) != len(errs) {
			t.Fatalf("%d errors, then %d", len(errs), len(errsAgain))
		}
		if result == nil {
			return
		}
		if again.SupergraphSDL != result.SupergraphSDL {
			t.Fatal("the supergraph depends on the order of the subgraphs")
		}
		for _, sdl := range []string{result.SupergraphSDL, result.APISDL} {
			if _, err := parser.ParseSchema(&ast.Source{Input: sdl}); err != nil {
				t.Fatalf("%v in\n%s", err, sdl)
			}
		}
	})
}
