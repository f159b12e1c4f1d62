package validation_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/validation"
)

const defined = `
directive @deprecated(reason: String) on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
directive @once(n: Int!) on OBJECT
`

func violations(t *testing.T, sdl string) []validation.Violation {
	t.Helper()
	doc, err := parser.ParseSchema(&ast.Source{Input: sdl + defined})
	if err != nil {
		t.Fatal(err)
	}
	s, _ := schema.Build(doc)
	for _, op := range schema.Operations {
		if s.Roots[op].Name == "" && s.Type(op.DefaultName()) != nil {
			s.Roots[op].Name = op.DefaultName()
		}
	}
	return validation.Schema(s)
}

func TestEveryRule(t *testing.T) {
	for sdl, want := range map[string]string{
		"type Query { a: Int @nope }":                                                                   "not defined",
		"type Query { a: Int @once(n: 1) }":                                                             "not allowed on FIELD_DEFINITION",
		"type Query @once(n: 1) @once(n: 2) { a: Int }":                                                 "more than once",
		"type Query @once { a: Int }":                                                                   "lacks its required argument",
		"type Query @once(n: 1, m: 2) { a: Int }":                                                       "has no argument",
		"type Query { a: Nope }":                                                                        "is not defined",
		"type Query { a: I } input I { x: Int }":                                                        "output type",
		"type Query { a(x: Query): Int }":                                                               "input type",
		"type Query { __a: Int }":                                                                       "reserved",
		"type Query { a: T } type T":                                                                    "no fields",
		"type Query { a: E } enum E":                                                                    "no values",
		"type Query { a: U } union U":                                                                   "no members",
		"interface Query { a: Int }":                                                                    "must be an object type",
		"type Query { a: U } union U = Query | Query":                                                   "more than once",
		"type Query { a: U } union U = I interface I { a: Int }":                                        "only have object types",
		"type Query implements I { b: Int } interface I { a: Int }":                                     "lacks field",
		"type Query implements I { a: String } interface I { a: Int }":                                  "not a subtype",
		"type Query implements I { a: Int } interface I { a(x: Int): Int }":                             "lacks argument",
		"type Query implements I { a(x: Int): Int } interface I { a(x: ID): Int }":                      "but that of",
		"type Query implements I { a(x: Int!): Int } interface I { a: Int }":                            "cannot be required",
		"type Query implements I { a: Int } interface I implements J { a: Int } interface J { a: Int }": "must also implement",
		"type Query { a: Int } interface I implements I { a: Int }":                                     "implement itself",
		"type Query { a(i: A): Int } input A { b: B! } input B { a: A! }":                               "requires itself",
		"type Query { a(x: Int! @deprecated): Int }":                                                    "cannot be deprecated",
		"type Query { a(x: Int = \"q\"): Int }":                                                         "not a valid Int",
		"type Query { a(x: E = B): Int } enum E { A }":                                                  "not a valid E",
	} {
		found := violations(t, sdl)
		if len(found) != 1 || !strings.Contains(found[0].Message, want) {
			t.Errorf("%s: %+v, want one with %q", sdl, found, want)
			continue
		}
		if len(found[0].Pos) == 0 || !found[0].Pos[0].Known() {
			t.Errorf("%s: the violation has no place", sdl)
		}
	}
}

func TestLeniencies(t *testing.T) {
	for _, sdl := range []string{
		"type Query { a(x: E = \"A\"): Int } enum E { A }", "type Query { a(x: String = q): Int }", "type Query { a(x: Int = 1.0): Int }",
		"type Query { a(x: [Int] = 1): Int }", "type Query { a(x: S = {a: [1, \"x\"]}): Int } scalar S", "type Query { a(x: I = {}): Int } input I { x: Int! }",
	} {
		if found := violations(t, sdl); len(found) > 0 {
			t.Errorf("%s: %+v", sdl, found)
		}
	}
}

func TestSuggestions(t *testing.T) {
	for sdl, want := range map[string]string{
		"type Query { a: Prodct } type Product { a: Int }": "Did you mean Product?",
		"type Query { a: Strin }":                          "Did you mean String?",
	} {
		if found := violations(t, sdl); len(found) != 1 || found[0].Suggestion != want {
			t.Errorf("%s: %+v", sdl, found)
		}
	}
}
