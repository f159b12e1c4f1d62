package introspection_test

import (
	"encoding/json"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation/introspection"
)

const sdl = `
"The schema."
schema { query: Query subscription: S }
type Query { "Finds." find(q: Filter! = {text: "a\"b", sizes: [BIG]}, old: Int @deprecated(reason: "use q")): [Thing!]! any: Any now: Date }
type S { tick: Int }
"Something."
interface Thing { id: ID! }
type A implements Thing { id: ID! name(upper: Boolean = false): String @deprecated }
type B implements Thing { id: ID! }
union Any = A | B
input Filter { text: String! sizes: [Size] = [SMALL] gone: Int @deprecated(reason: "no") }
input One @oneOf { a: Int b: Int }
enum Size { BIG SMALL @deprecated(reason: "too small") }
scalar Date @specifiedBy(url: "https://example.com/date")
extend type Query { one(o: One): Int }
`

func ask(t *testing.T, query string) string {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	doc, errs := gqlparser.LoadQueryWithRules(schema, query, nil)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	s := introspection.New(schema)
	vars := map[string]string{"name": `"Size"`, "yes": "true", "escaped": `"\u0053ize"`}
	out := s.Append(nil, doc.Operations[0].SelectionSet[0].(*ast.Field), func(name string) []byte {
		if v, ok := vars[name]; ok {
			return []byte(v)
		}
		return nil
	}, nil)
	if !json.Valid(out) {
		t.Fatalf("not JSON: %s", out)
	}
	return string(out)
}

func TestAppend(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{`{__schema{description queryType{name} mutationType{name} subscriptionType{name} __typename}}`,
			`{"description":"The schema.","queryType":{"name":"Query"},"mutationType":null,"subscriptionType":{"name":"S"},"__typename":"__Schema"}`},
		{`{__type(name:"Query"){fields{name args{name defaultValue type{kind name ofType{name}}}}}}`,
			`{"fields":[{"name":"find","args":[{"name":"q","defaultValue":"{text: \"a\\\"b\", sizes: [BIG]}","type":{"kind":"NON_NULL","name":null,"ofType":{"name":"Filter"}}}]},{"name":"any","args":[]},{"name":"now","args":[]},{"name":"one","args":[{"name":"o","defaultValue":null,"type":{"kind":"INPUT_OBJECT","name":"One","ofType":null}}]}]}`},
		{`{__type(name:"Query"){fields{name type{...T}}}} fragment T on __Type{kind ofType{kind ofType{kind ofType{kind name}}}}`,
			`{"fields":[{"name":"find","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"INTERFACE","name":"Thing"}}}}},{"name":"any","type":{"kind":"UNION","ofType":null}},{"name":"now","type":{"kind":"SCALAR","ofType":null}},{"name":"one","type":{"kind":"SCALAR","ofType":null}}]}`},
		{`{__type(name:"A"){fields{name} interfaces{name} possibleTypes{name} enumValues{name} inputFields{name} isOneOf specifiedByURL}}`,
			`{"fields":[{"name":"id"}],"interfaces":[{"name":"Thing"}],"possibleTypes":null,"enumValues":null,"inputFields":null,"isOneOf":null,"specifiedByURL":null}`},
		{`{__type(name:"A"){fields(includeDeprecated:true){name isDeprecated deprecationReason}}}`,
			`{"fields":[{"name":"id","isDeprecated":false,"deprecationReason":null},{"name":"name","isDeprecated":true,"deprecationReason":"No longer supported"}]}`},
		{`{__type(name:"Thing"){description interfaces{name} possibleTypes{name}}}`,
			`{"description":"Something.","interfaces":[],"possibleTypes":[{"name":"A"},{"name":"B"}]}`},
		{`query($name:String!,$yes:Boolean!){__type(name:$name){enumValues(includeDeprecated:$yes){name isDeprecated @include(if:$yes) deprecationReason @skip(if:$yes)}}}`,
			`{"enumValues":[{"name":"BIG","isDeprecated":false},{"name":"SMALL","isDeprecated":true}]}`},
		{`{__type(name:"Size"){enumValues{name}}}`, `{"enumValues":[{"name":"BIG"}]}`},
		{`{__type(name:"Filter"){isOneOf inputFields{name defaultValue}}}`, `{"isOneOf":false,"inputFields":[{"name":"text","defaultValue":null},{"name":"sizes","defaultValue":"[SMALL]"}]}`},
		{`{__type(name:"Filter"){inputFields(includeDeprecated:true){name isDeprecated deprecationReason}}}`,
			`{"inputFields":[{"name":"text","isDeprecated":false,"deprecationReason":null},{"name":"sizes","isDeprecated":false,"deprecationReason":null},{"name":"gone","isDeprecated":true,"deprecationReason":"no"}]}`},
		{`{__type(name:"One"){isOneOf}}`, `{"isOneOf":true}`},
		{`{__type(name:"Date"){specifiedByURL kind}}`, `{"specifiedByURL":"https://example.com/date","kind":"SCALAR"}`},
		{`{__type(name:"Nope"){name}}`, `null`},
		{`{__schema{directives{name isRepeatable locations args{name}}}}`,
			`{"directives":[{"name":"deprecated","isRepeatable":false,"locations":["FIELD_DEFINITION","ARGUMENT_DEFINITION","INPUT_FIELD_DEFINITION","ENUM_VALUE"],"args":[{"name":"reason"}]},{"name":"include","isRepeatable":false,"locations":["FIELD","FRAGMENT_SPREAD","INLINE_FRAGMENT"],"args":[{"name":"if"}]},{"name":"oneOf","isRepeatable":false,"locations":["INPUT_OBJECT"],"args":[]},{"name":"skip","isRepeatable":false,"locations":["FIELD","FRAGMENT_SPREAD","INLINE_FRAGMENT"],"args":[{"name":"if"}]},{"name":"specifiedBy","isRepeatable":false,"locations":["SCALAR"],"args":[{"name":"url"}]}]}`},
	} {
		if got := ask(t, c.query); got != c.want {
			t.Errorf("%s\n got  %s\n want %s", c.query, got, c.want)
		}
	}
}

func TestTypesAreSortedAndComplete(t *testing.T) {
	var got struct{ Types []struct{ Name string } }
	if err := json.Unmarshal([]byte(ask(t, `{__schema{types{name}}}`)), &got); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for i, typ := range got.Types {
		names[typ.Name] = true
		if i > 0 && got.Types[i-1].Name >= typ.Name {
			t.Errorf("%s before %s", got.Types[i-1].Name, typ.Name)
		}
	}
	for _, want := range []string{"Query", "S", "Any", "Filter", "One", "Size", "Date", "__Type", "String", "Boolean", "Int", "ID"} {
		if !names[want] {
			t.Errorf("%s is missing", want)
		}
	}
}
