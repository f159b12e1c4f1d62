package stub

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/bench/definition"
)

func subgraphAnswer(t *testing.T, name string, body string) string {
	t.Helper()
	g, err := loadGraph(1)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range definition.Subgraphs() {
		if s.Name == name {
			e, err := newSubgraphExecutor(s, g)
			if err != nil {
				t.Fatal(err)
			}
			return string(e.answer([]byte(body)))
		}
	}
	t.Fatalf("no subgraph %q", name)
	return ""
}

func post(t *testing.T, query string, variables map[string]any) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestSubgraphAnswers(t *testing.T) {
	user := map[string]any{"__typename": "User", "id": "2"}
	table := map[string]any{"__typename": "Product", "upc": "1"}
	for _, test := range []struct {
		name, subgraph, query string
		variables             map[string]any
		want                  string
	}{
		{"keys in the order asked for", "accounts", `{ me { name id } }`, nil, `{"data":{"me":{"name":"Ada Lovelace","id":"1"}}}`},
		{"argument as a literal", "accounts", `{ user(id: 3) { id } }`, nil, `{"data":{"user":{"id":"3"}}}`},
		{"argument as a variable", "accounts", `query($i: ID!) { user(id: $i) { id } }`, map[string]any{"i": "4"}, `{"data":{"user":{"id":"4"}}}`},
		{"nobody there", "accounts", `{ user(id: 77) { id } }`, nil, `{"data":{"user":null}}`},
		{"first of the products", "products", `query($n: Int = 1) { topProducts(first: $n) { __typename upc } }`, nil, `{"data":{"topProducts":[{"__typename":"Product","upc":"1"}]}}`},
		{"default number of products", "products", `{ topProducts { upc } }`, nil, `{"data":{"topProducts":[{"upc":"1"},{"upc":"2"},{"upc":"3"},{"upc":"4"},{"upc":"5"}]}}`},
		{"entities with fragments merged by response key", "accounts",
			`query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on User { u: username } ...N } } fragment N on User { u: username birthday }`,
			map[string]any{"r": []any{user}}, `{"data":{"_entities":[{"__typename":"User","u":"user2","birthday":1234567890}]}}`},
		{"several aliased entity calls in one request", "reviews",
			`query($r0: [_Any!]!, $r1: [_Any!]!) { _e0: _entities(representations: $r0) { ... on User { reviews { id } } } _e1: _entities(representations: $r1) { ... on Product { reviews { id author { id username } } } } }`,
			map[string]any{"r0": []any{user}, "r1": []any{map[string]any{"__typename": "Product", "upc": "3"}}},
			`{"data":{"_e0":[{"reviews":[{"id":"1"},{"id":"2"}]}],"_e1":[{"reviews":[{"id":"9","author":{"id":"1","username":"user1"}}]}]}}`},
		{"representations as literals", "products", `{ _entities(representations: [{__typename: "Product", upc: "2"}, {__typename: "Product", upc: "none"}]) { ... on Product { price } } }`, nil,
			`{"data":{"_entities":[{"price":1049},null]}}`},
		{"skip and include", "accounts", `query($no: Boolean!) { me { id name @include(if: $no) ... @skip(if: $no) { username } } }`, map[string]any{"no": false}, `{"data":{"me":{"id":"1","username":"user1"}}}`},
		{"estimate from the representation, free over 1000", "inventory", `query($r: [_Any!]!) { _entities(representations: $r) { ... on Product { shippingEstimate } } }`,
			map[string]any{"r": []any{map[string]any{"__typename": "Product", "upc": "1", "price": 10, "weight": 7}, map[string]any{"__typename": "Product", "upc": "1", "price": 1001, "weight": 7}}},
			`{"data":{"_entities":[{"shippingEstimate":3},{"shippingEstimate":0}]}}`},
		{"no estimate without its inputs", "inventory", `query($r: [_Any!]!) { _entities(representations: $r) { ... on Product { inStock shippingEstimate price } } }`,
			map[string]any{"r": []any{table}}, `{"data":{"_entities":[{"inStock":false,"shippingEstimate":null,"price":null}]}}`},
		{"an external field is unknown unless provided", "reviews", `query($r: [_Any!]!) { _entities(representations: $r) { ... on User { username } } }`,
			map[string]any{"r": []any{user}}, `{"data":{"_entities":[{"username":null}]}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := subgraphAnswer(t, test.subgraph, post(t, test.query, test.variables)); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestSubgraphServesItsSDL(t *testing.T) {
	var answer struct {
		Data struct {
			Service struct{ SDL string } `json:"_service"`
		}
	}
	if err := json.Unmarshal([]byte(subgraphAnswer(t, "reviews", post(t, `{ _service { sdl } }`, nil))), &answer); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(answer.Data.Service.SDL, `@provides(fields: "username")`) || strings.Contains(answer.Data.Service.SDL, "_entities") {
		t.Errorf("sdl = %q", answer.Data.Service.SDL)
	}
}

func TestSubgraphExplainsBadRequests(t *testing.T) {
	for _, test := range []struct{ name, subgraph, body, want string }{
		{"not JSON", "accounts", `{`, "not a GraphQL request in JSON"},
		{"syntax", "accounts", `{"query":"{ me {"}`, "Expected Name"},
		{"unknown field", "accounts", `{"query":"{ me { reviews { id } } }"}`, `Cannot query field \"reviews\" on type \"User\"`},
		{"missing variable", "accounts", `{"query":"query($i: ID!) { user(id: $i) { id } }"}`, "must be defined"},
		{"unknown operation", "accounts", `{"query":"query A { me { id } }","operationName":"B"}`, `no operation called \"B\"`},
		{"no key", "accounts", `{"query":"{ _entities(representations: [{__typename: \"User\"}]) { __typename } }"}`, `has no key field \"id\"`},
		{"unknown type", "accounts", `{"query":"{ _entities(representations: [{__typename: \"Product\", upc: \"1\"}]) { __typename } }"}`, "does not know"},
		{"malformed input of an estimate", "inventory", `{"query":"{ _entities(representations: [{__typename: \"Product\", upc: \"1\", price: \"dear\", weight: 1}]) { ... on Product { shippingEstimate } } }"}`, "price in the representation is not a whole number"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := subgraphAnswer(t, test.subgraph, test.body)
			if !json.Valid([]byte(got)) || !strings.Contains(got, `"errors"`) || !strings.Contains(got, test.want) {
				t.Errorf("got %s\nwant an error containing %q", got, test.want)
			}
		})
	}
}
