package apidiff_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/apidiff"
)

func load(t *testing.T, sdl string) *ast.Schema {
	t.Helper()
	s, err := apidiff.Load("api", sdl)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDiff(t *testing.T) {
	const rest = " type Query { a: Int }"
	for _, c := range []struct {
		before, after string
		want          string // severity kind path, joined
	}{
		{"type T { a: Int }", "type T { a: Int }", ""},
		{"type T { a: Int }", "", "BREAKING TYPE_REMOVED T"},
		{"", "type T { a: Int }", "SAFE TYPE_ADDED T"},
		{"type T { a: Int }", "interface T { a: Int }", "BREAKING TYPE_KIND_CHANGED T"},
		{"type T { a: Int b: Int }", "type T { a: Int }", "BREAKING FIELD_REMOVED T.b"},
		{"type T { a: Int }", "type T { a: Int b: Int }", "SAFE FIELD_ADDED T.b"},
		{"type T { a: Int }", "type T { a: Int! }", "SAFE FIELD_TYPE_CHANGED T.a"},
		{"type T { a: Int! }", "type T { a: Int }", "BREAKING FIELD_TYPE_CHANGED T.a"},
		{"type T { a: [Int] }", "type T { a: [Int!]! }", "SAFE FIELD_TYPE_CHANGED T.a"},
		{"type T { a: Int }", "type T { a: [Int] }", "BREAKING FIELD_TYPE_CHANGED T.a"},
		{"type T { a: Int }", "type T { a: Int @deprecated }", "SAFE DEPRECATED T.a"},
		{"type T { a: Int @deprecated }", "type T { a: Int }", "SAFE DEPRECATION_REMOVED T.a"},
		{"type T { a: Int @deprecated(reason: \"x\") }", "type T { a: Int @deprecated(reason: \"y\") }", "SAFE DEPRECATION_REASON_CHANGED T.a"},
		{"type T { a: Int }", "type T { \"text\" a: Int }", "SAFE DESCRIPTION_CHANGED T.a"},
		{"type T { a(x: Int): Int }", "type T { a: Int }", "BREAKING ARGUMENT_REMOVED T.a(x:)"},
		{"type T { a: Int }", "type T { a(x: Int): Int }", "SAFE OPTIONAL_ARGUMENT_ADDED T.a(x:)"},
		{"type T { a: Int }", "type T { a(x: Int!): Int }", "BREAKING REQUIRED_ARGUMENT_ADDED T.a(x:)"},
		{"type T { a: Int }", "type T { a(x: Int! = 1): Int }", "SAFE OPTIONAL_ARGUMENT_ADDED T.a(x:)"},
		{"type T { a(x: Int!): Int }", "type T { a(x: Int): Int }", "SAFE ARGUMENT_TYPE_CHANGED T.a(x:)"},
		{"type T { a(x: Int): Int }", "type T { a(x: Int!): Int }", "BREAKING ARGUMENT_TYPE_CHANGED T.a(x:)"},
		{"type T { a(x: Int = 1): Int }", "type T { a(x: Int! = 1): Int }", "DANGEROUS ARGUMENT_TYPE_CHANGED T.a(x:)"},
		{"type T { a(x: [Int!]): Int }", "type T { a(x: [Int]): Int }", "SAFE ARGUMENT_TYPE_CHANGED T.a(x:)"},
		{"type T { a(x: Int = 1): Int }", "type T { a(x: Int = 2): Int }", "DANGEROUS ARGUMENT_DEFAULT_CHANGED T.a(x:)"},
		{"type T { a(x: Int! = 1): Int }", "type T { a(x: Int!): Int }", "BREAKING ARGUMENT_DEFAULT_CHANGED T.a(x:)"},
		{"input I { a: Int b: Int }", "input I { a: Int }", "BREAKING INPUT_FIELD_REMOVED I.b"},
		{"input I { a: Int }", "input I { a: Int b: Int! }", "BREAKING REQUIRED_INPUT_FIELD_ADDED I.b"},
		{"input I { a: Int }", "input I { a: Int b: Int }", "SAFE OPTIONAL_INPUT_FIELD_ADDED I.b"},
		{"input I { a: Int }", "input I { a: String }", "BREAKING INPUT_FIELD_TYPE_CHANGED I.a"},
		{"input I { a: Int = 1 }", "input I { a: Int }", "DANGEROUS INPUT_FIELD_DEFAULT_CHANGED I.a"},
		{"enum E { A B }", "enum E { A }", "BREAKING ENUM_VALUE_REMOVED E.B"},
		{"enum E { A }", "enum E { A B }", "DANGEROUS ENUM_VALUE_ADDED E.B"},
		{"union U = T | S type T { a: Int } type S { a: Int }", "union U = T type T { a: Int } type S { a: Int }", "BREAKING UNION_MEMBER_REMOVED U"},
		{"union U = T type T { a: Int } type S { a: Int }", "union U = T | S type T { a: Int } type S { a: Int }", "DANGEROUS UNION_MEMBER_ADDED U"},
		{"interface I { a: Int } type T implements I { a: Int }", "interface I { a: Int } type T { a: Int }", "BREAKING INTERFACE_REMOVED T"},
		{"interface I { a: Int } type T { a: Int }", "interface I { a: Int } type T implements I { a: Int }", "DANGEROUS INTERFACE_ADDED T"},
		{"scalar S @specifiedBy(url: \"https://a.example\")", "scalar S", "DANGEROUS SCALAR_SPECIFICATION_CHANGED S"},
		{"directive @d on FIELD", "", "BREAKING DIRECTIVE_REMOVED @d"},
		{"", "directive @d on FIELD", "SAFE DIRECTIVE_ADDED @d"},
		{"directive @d on FIELD | QUERY", "directive @d on FIELD", "BREAKING DIRECTIVE_LOCATION_REMOVED @d"},
		{"directive @d repeatable on FIELD", "directive @d on FIELD", "BREAKING DIRECTIVE_REPEATABLE_REMOVED @d"},
		{"directive @d(x: Int) on FIELD", "directive @d on FIELD", "BREAKING ARGUMENT_REMOVED @d(x:)"},
		{"schema { query: Query mutation: M } type M { a: Int }", "type M { a: Int }", "BREAKING ROOT_TYPE_REMOVED M"},
		{"type M { a: Int }", "schema { query: Query mutation: M } type M { a: Int }", "SAFE ROOT_TYPE_ADDED M"},
		{"type M { a: Int }", "schema { query: M } type M { a: Int }", "BREAKING ROOT_TYPE_CHANGED Query"},
	} {
		var got []string
		for _, change := range apidiff.Diff(load(t, c.before+rest), load(t, c.after+rest)) {
			got = append(got, string(change.Severity)+" "+string(change.Kind)+" "+change.Path)
			if !strings.HasSuffix(change.Message, ".") {
				t.Errorf("%q is not a sentence", change.Message)
			}
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("from %q to %q: %v, want %s", c.before, c.after, got, c.want)
		}
	}
}

func TestDiffSortsTheWorstFirst(t *testing.T) {
	changes := apidiff.Diff(
		load(t, "type Query { a: Int b: Int } enum E { A }"),
		load(t, "type Query { a: Int c: Int } enum E { A B }"))
	var got []string
	for _, c := range changes {
		got = append(got, c.Path)
	}
	if want := []string{"Query.b", "E.B", "Query.c"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if apidiff.Worst(changes) != apidiff.Breaking || apidiff.Worst(nil) != apidiff.Safe {
		t.Error("the worst severity is wrong")
	}
}

const shop = `
	type Query { me: User products(first: Int = 10, filter: Filter): [Product!]! hits: [Hit!]! node(id: ID!): Node }
	interface Node { id: ID! }
	type User implements Node { id: ID! name: String! email: String! }
	type Product implements Node { id: ID! title: String! size: Size }
	union Hit = User | Product
	enum Size { S M L }
	input Filter { text: String size: Size max: Int }`

func TestImpacts(t *testing.T) {
	for _, c := range []struct {
		name, from, to, query string
		want                  string // "" nothing, "broken", "may break"
		why                   string
	}{
		{"removed field that is used", "email: String!", "", "{ me { email } }", "broken", "User.email"},
		{"removed field that is not used", "email: String!", "", "{ me { name } }", "", ""},
		{"removed field in a fragment", "email: String!", "", "{ hits { ...F } } fragment F on User { email }", "broken", "User.email"},
		{"field that may be null now", "email: String!", "email: String", "{ me { email } }", "broken", "User.email"},
		{"field reached through its interface", "type Product implements Node { id: ID!", "type Product implements Node { id: ID! ", "{ node(id: 1) { id } }", "", ""},
		{"removed argument", "first: Int = 10, ", "", "{ products(first: 3) { id } }", "broken", "first"},
		{"removed argument that is not given", "first: Int = 10, ", "", "{ products { id } }", "", ""},
		{"new required argument", "first: Int = 10", "first: Int = 10, shop: ID!", "{ products { id } }", "broken", "Query.products(shop:)"},
		{"new default", "first: Int = 10", "first: Int = 20", "{ products { id } }", "may break", "Query.products(first:)"},
		{"new default that is not used", "first: Int = 10", "first: Int = 20", "{ products(first: 1) { id } }", "", ""},
		{"removed enum value in a literal", "S M L", "S M", "{ products(filter: {size: L}) { id } }", "broken", "Size.L"},
		{"removed enum value in the answer", "S M L", "S M", "{ products { size } }", "may break", "Size.L"},
		{"removed enum value in a variable", "S M L", "S M", "query($f: Filter) { products(filter: $f) { id } }", "may break", "Size.L"},
		{"new enum value in the answer", "S M L", "S M L XL", "{ products { size } }", "may break", "Size.XL"},
		{"removed input field in a variable", "max: Int", "", "query($f: Filter) { products(filter: $f) { id } }", "may break", "Filter.max"},
		{"removed input field in a literal", "max: Int", "", "{ products(filter: {max: 1}) { id } }", "broken", "Filter.max"},
		{"new required input field", "max: Int", "max: Int min: Int!", "{ products(filter: {max: 1}) { id } }", "broken", "Filter.min"},
		{"union member that a fragment needs", "Hit = User | Product", "Hit = User", "{ hits { ... on Product { id } } }", "broken", "Hit"},
		{"union member that no fragment needs", "Hit = User | Product", "Hit = User", "{ hits { ... on User { id } } }", "may break", "Hit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, after := load(t, shop), load(t, strings.Replace(shop, c.from, c.to, 1))
			impacts := apidiff.Impacts(before, after, apidiff.Diff(before, after), []apidiff.Operation{{Name: "op", Text: c.query}})
			got := ""
			if len(impacts) > 0 {
				got = "may break"
				if impacts[0].Broken {
					got = "broken"
				}
			}
			if got != c.want {
				t.Fatalf("%q, want %q: %+v", got, c.want, impacts)
			}
			if c.want == "" {
				return
			}
			text := ""
			for _, e := range impacts[0].Errors {
				text += e.Message
			}
			for _, change := range impacts[0].Changes {
				text += change.Path
			}
			if !strings.Contains(text, c.why) {
				t.Errorf("the reasons lack %q: %+v", c.why, impacts[0])
			}
		})
	}
}

func TestOperationThatWasInvalidBefore(t *testing.T) {
	before, after := load(t, shop), load(t, shop)
	impacts := apidiff.Impacts(before, after, nil, []apidiff.Operation{{Name: "a", Text: "{ nothing }"}, {Name: "b", Text: "{ me {"}})
	if len(impacts) != 2 || !impacts[0].Invalid || !impacts[1].Invalid || impacts[0].Broken || impacts[0].Errors[0].Line != 1 {
		t.Errorf("%+v", impacts)
	}
}

func TestSummary(t *testing.T) {
	changes := []apidiff.Change{{Severity: apidiff.Breaking}, {Severity: apidiff.Safe}}
	got := apidiff.Summary(changes, []apidiff.Impact{{Operation: "a", Broken: true}, {Operation: "b"}})
	if want := "1 breaking, 0 dangerous and 1 safe changes; 1 operation breaks: a"; got != want {
		t.Errorf("%q", got)
	}
	if got := apidiff.Summary(nil, nil); !strings.HasSuffix(got, "no operation breaks") {
		t.Errorf("%q", got)
	}
}

func FuzzImpacts(f *testing.F) {
	f.Add(shop, strings.Replace(shop, "email: String!", "", 1), "query Q($f: Filter = {size: L}) { products(filter: $f) @include(if: true) { id ... on Node { id } } }")
	f.Add("type Query { a: Int }", "schema { query: Q } type Q { a: Int }", "{ a @skip(if: true) __typename }")
	f.Fuzz(func(t *testing.T, before, after, query string) {
		a, err := apidiff.Load("a", before)
		if err != nil {
			return
		}
		b, err := apidiff.Load("b", after)
		if err != nil {
			return
		}
		apidiff.Impacts(a, b, apidiff.Diff(a, b), []apidiff.Operation{{Name: "op", Text: query}})
	})
}
