package usage_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/usage"
)

const schema = `
	type Query { people(filter: Filter, first: Int = 10, near: [Float!], by: Order): [Person!] }
	interface Named { name: String }
	type Person implements Named { id: ID! name(style: String): String knows(who: ID!): Person any(json: JSON): JSON }
	input Filter { name: String age: Int tags: [Tag!] kind: Kind json: JSON }
	input Tag { key: String! value: String }
	enum Kind { A B }
	enum Order { UP DOWN }
	scalar JSON`

func parse(t *testing.T, document string) (*ast.Schema, *ast.QueryDocument) {
	t.Helper()
	s := gqlparser.MustLoadSchema(&ast.Source{Input: schema})
	doc, errs := gqlparser.LoadQueryWithRules(s, document, nil)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return s, doc
}

// TestTextHasNoValues writes documents whose values are secrets.
func TestTextHasNoValues(t *testing.T) {
	for document, want := range map[string]string{
		`query Q($n: Int = 4711) { people(first: $n) { name(style: "secret") } }`:                                                                           `query Q($n:Int=0){people(first:$n){name(style:"")}}`,
		`{ people(filter: {name: "secret", age: 4711, tags: [{key: "secret", value: "secret2"}, {key: "secret3", value: """secret"""}], kind: A}) { id } }`: `query {people(filter:{name:"",age:0,tags:[{key:"",value:""}],kind:A}){id}}`,
		`{ people(near: [47.11, 1.5], by: UP) { a: any(json: {secret: "secret"}) b: any(json: ["secret"]) } }`:                                              `query {people(near:[0],by:UP){a:any(json:"")b:any(json:[""])}}`,
		`{ people { ...Y ...X @include(if: true) } } fragment X on Person { knows(who: 4711) { id } } fragment Y on Named { name }`:                         `query {people{... Y ... X@include(if:true)}}fragment X on Person{knows(who:0){id}}fragment Y on Named{name}`,
		`{ people(filter: null) { id } }`: `query {people(filter:null){id}}`,
	} {
		_, doc := parse(t, document)
		got := usage.Text(doc.Operations[0], doc.Fragments)
		if strings.Contains(got, "secret") || strings.Contains(got, "4711") {
			t.Errorf("%s: a value is in %s", document, got)
		}
		if fold(got) != fold(want) {
			t.Errorf("%s:\n got %s\nwant %s", document, got, want)
		}
		// What is written is valid, and is the same document.
		_, again := parse(t, got)
		if text := usage.Text(again.Operations[0], again.Fragments); text != got {
			t.Errorf("%s is written as %s", got, text)
		}
	}
}

// fold leaves out what makes no difference.
func fold(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, ",", " ")), "")
}

func TestCoordinates(t *testing.T) {
	s, doc := parse(t, `query Q($f: Filter) { people(filter: $f, by: UP) { ...N } } fragment N on Named { name }`)
	got := usage.Of(s, doc.Operations, doc.Fragments)
	for c, certain := range map[string]bool{
		"Query.people": true, "Query.people(filter:)": true, "Order.UP": true, "Named.name": true, "Person.name": false, "Filter.age": false,
		"Filter": true, "Kind.A": false, "Tag.key": true,
	} {
		if is, used := got[c]; !used || is != certain {
			t.Errorf("%s: %v (used %v), want %v", c, is, used, certain)
		}
	}
	for _, c := range []string{"Person.id", "Query.people(first:)", "Order.DOWN"} {
		if _, used := got[c]; used {
			t.Errorf("%s is used: %v", c, slices.Sorted(maps.Keys(got)))
		}
	}
}
