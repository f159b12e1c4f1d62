package introspection_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation/introspection"
)

const everything = `query { __schema { queryType { name kind } types { ...Full } directives { name description locations args { ...In } } } }
fragment Full on __Type { kind name description
  fields(includeDeprecated: true) { name description args { ...In } type { ...Ref } isDeprecated deprecationReason }
  inputFields { ...In } interfaces { ...Ref } possibleTypes { ...Ref }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } }
fragment In on __InputValue { name description type { ...Ref } defaultValue }
fragment Ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }`

// large is a schema of so many object types, each of which refers to others.
func large(types int) string {
	var b strings.Builder
	b.WriteString("type Query {")
	for i := range types {
		fmt.Fprintf(&b, "\n\"Looks for a T%d.\" t%d(id: ID!, first: Int = 10): [T%d!]!", i, i, i)
	}
	b.WriteString("}")
	for i := range types {
		fmt.Fprintf(&b, "\n\"The type number %d.\" type T%d { id: ID! name(lang: String = \"en\"): String! next: T%d all: [T%d!]! old: Int @deprecated }",
			i, i, (i+1)%types, (i+7)%types)
	}
	return b.String()
}

func load(t testing.TB, sdl, query string) (*introspection.Schema, *ast.Field) {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	doc, errs := gqlparser.LoadQueryWithRules(schema, query, nil)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return introspection.New(schema), doc.Operations[0].SelectionSet[0].(*ast.Field)
}

func BenchmarkEverything(b *testing.B) {
	s, field := load(b, large(700), everything)
	out := s.Append(nil, field, nil, nil)
	b.SetBytes(int64(len(out)))
	b.ReportAllocs()
	for b.Loop() {
		out = s.Append(out[:0], field, nil, nil)
	}
}
