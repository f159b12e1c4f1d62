package cost_test

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

var sdl = map[string]string{
	"shop": moduletest.Link + `
type Query {
  product(id: ID!): Product
  products(first: Int, last: Int): [Product!]! @listSize(slicingArguments: ["first", "last"])
  search(text: String! @cost(weight: 4)): [Product!]! @listSize(assumedSize: 5)
}
type Mutation { buy(id: ID!): Product }
type Product @key(fields: "id") { id: ID! name: String @cost(weight: 2) }`,
	"reviews": moduletest.Link + `
type Product @key(fields: "id") { id: ID! reviews: [Review!]! }
type Review { text: String }`,
}

func rig(t *testing.T, yaml string) *moduletest.Rig {
	t.Helper()
	r := moduletest.New(t, yaml, sdl)
	shop := r.Subgraphs["shop"]
	two := `[{"__typename":"Product","id":"1","name":"a"},{"__typename":"Product","id":"2","name":"b"}]`
	shop.Answer("products", `{"data":{"products":`+two+`}}`)
	shop.Answer("search", `{"data":{"search":`+two+`}}`)
	shop.Answer("product(", `{"data":{"product":{"__typename":"Product","id":"1","name":"a"}}}`)
	shop.Answer("buy", `{"data":{"buy":{"__typename":"Product","id":"1","name":"a"}}}`)
	r.Subgraphs["reviews"].Answer("_entities",
		`{"data":{"_entities":[{"reviews":[{"text":"x"},{"text":"y"},{"text":"z"}]},{"reviews":[]}]}}`)
	return r
}

func TestWhatIsTooExpensiveIsRefusedBeforeItIsAsked(t *testing.T) {
	r := rig(t, "cost: {mode: enforce, max: 60, list_size: 3}")
	for query, code := range map[string]string{
		// A product costs 1, its name 2.
		`{products(first: 20) {id name}}`:                           "",
		`{products(first: 21) {id name}}`:                           "COST_ESTIMATED_TOO_EXPENSIVE",
		`{products(last: 5) {id name reviews {text}}}`:              "",
		`{products(last: 99) {id}}`:                                 "COST_ESTIMATED_TOO_EXPENSIVE",
		`{products {id}}`:                                           "COST_SLICING_ARGUMENTS",
		`{products(first: 1, last: 1) {id}}`:                        "COST_SLICING_ARGUMENTS",
		`{products(first: null, last: 1) {id}}`:                     "",
		`{search(text: "a") {id}}`:                                  "",
		`{a: products(first: 30) {id} b: products(first: 31) {id}}`: "COST_ESTIMATED_TOO_EXPENSIVE",
		`mutation {buy(id: 1) {id}}`:                                "",
	} {
		asked := len(r.Subgraphs["shop"].Asked())
		a := r.Ask(query)
		if got := a.Code(); got != code {
			t.Errorf("%s: %q, want %q: %s", query, got, code, a.Body)
		}
		if more := len(r.Subgraphs["shop"].Asked()) - asked; (more == 0) != (code != "") {
			t.Errorf("%s: %d requests to the subgraph", query, more)
		}
	}
	a := r.Post(`{"query":"query($n: Int!) {products(first: $n) {id}}","variables":{"n":61}}`,
		"Accept", "application/graphql-response+json")
	if a.Status != 400 || a.Code() != "COST_ESTIMATED_TOO_EXPENSIVE" || !strings.Contains(a.Body, "61") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

func TestCostsAreShownToThoseWhoMaySeeThem(t *testing.T) {
	query := `{products(first: 10) {name reviews {text}}}`
	// 10 products with 3 reviews each were to be expected; there are 2 products with 3 reviews.
	both := `"cost":{"estimated":60,"actual":9,"max":100,"result":"COST_OK"}`
	for expose, shown := range map[string][2]bool{"never": {}, "asked": {false, true}, "always": {true, true}} {
		r := rig(t, "cost: {mode: measure, max: 100, list_size: 3, actual: true, expose: "+expose+"}")
		for i, header := range [][]string{nil, {"Weft-Cost", "true"}} {
			a := r.Ask(query, header...)
			if strings.Contains(a.Body, both) != shown[i] || a.Header.Get("X-Cost-Actual") == "9" != shown[i] {
				t.Errorf("%s %v: %v %s", expose, header, a.Header, a.Body)
			}
		}
	}
}

func TestMeasuringRefusesNothing(t *testing.T) {
	r := rig(t, "cost: {mode: measure, max: 6, list_size: 1, actual: true, expose: always}\n"+
		"admin: {listen: '127.0.0.1:0'}")
	for query, result := range map[string]string{
		`{products(first: 100) {id}}`:                "COST_ESTIMATED_TOO_EXPENSIVE",
		`{products {id}}`:                            "COST_SLICING_ARGUMENTS",
		`{products(first: 1) {name reviews {text}}}`: "COST_ACTUAL_TOO_EXPENSIVE",
		`{product(id: 1) {id}}`:                      "COST_OK",
	} {
		if a := r.Ask(query); a.Code() != "" || !strings.Contains(a.Body, `"result":"`+result+`"`) {
			t.Errorf("%s: %s", query, a.Body)
		}
		if want := `weft_cost_results_total{result="` + result + `"} 1`; !strings.Contains(r.Metrics(), want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestASubgraphHasItsOwnBound(t *testing.T) {
	r := rig(t, "cost: {mode: enforce, subgraphs: {reviews: {max: 100, list_size: 11}}}")
	if a := r.Ask(`{products(first: 9) {name reviews {text}}}`); a.Code() != "" {
		t.Error(a.Body)
	}
	a := r.Ask(`{products(first: 10) {name reviews {text}}}`)
	if a.Code() != "COST_ESTIMATED_TOO_EXPENSIVE" || !strings.Contains(a.Body, `reviews\" is estimated to cost 110`) {
		t.Error(a.Body)
	}
	if _, err := moduletest.Try(t, "cost: {mode: enforce, subgraphs: {nobody: {max: 1}}}", sdl); err == nil {
		t.Error("a bound for a subgraph that there is not was taken")
	}
}

func TestSettingsThatCannotWork(t *testing.T) {
	problems := moduletest.Problems(t, "cost: {mode: enforced, max: -1, expose: sometimes, subgraphs: {a: {max: -2}}}")
	for _, want := range []string{"cost.mode", "cost.max", "cost.expose", "cost.subgraphs.a.max"} {
		if !strings.Contains(problems, want) {
			t.Errorf("%s is not reported: %s", want, problems)
		}
	}
}
