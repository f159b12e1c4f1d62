package cache_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// These tests look at what a mutation through a router takes out of the cache.

// forMutations lets the graph know four products through another subgraph, and two mutations.
func (h *hinted) forMutations() {
	var all []any
	for _, upc := range []string{"0", "1", "2", "3"} {
		all = append(all, object{"__typename": "Product", "upc": upc})
	}
	h.reviews.query["reviewed"] = all
	reprice := func(upc string, price any) object {
		h.products[upc]["price"] = price
		return h.products[upc]
	}
	h.catalog.mutation = object{
		"reprice": resolver(func(args map[string]any, _ http.Header) any {
			return reprice(text(args["upc"]), args["price"])
		}),
		"repriceAll": resolver(func(args map[string]any, _ http.Header) any {
			return []any{reprice("1", args["price"]), nil, reprice("2", args["price"])}
		}),
	}
}

const prices = `{ reviewed { price owners } }`

func TestMutationsInvalidateWhatTheyReturned(t *testing.T) {
	eachHinted(t, func(t *testing.T, h *hinted) {
		h.forMutations()
		for _, test := range []struct {
			mutation, answer string
			// changed are the products that are fetched again.
			changed []string
		}{
			// The client does not select the key, and does not see it.
			{`mutation { reprice(upc: "1", price: 7) { price } }`, `{"reprice":{"price":7}}`, []string{"1"}},
			{`mutation { reprice(upc: "3", price: 8) { __typename } }`, `{"reprice":{"__typename":"Product"}}`, []string{"3"}},
			// It may even select something else under the key's name.
			{`mutation { reprice(upc: "2", price: 9) { upc: name } }`, `{"reprice":{"upc":"P2"}}`, []string{"2"}},
			{`mutation { reprice(upc: "2", price: 9) { upc } }`, `{"reprice":{"upc":"2"}}`, []string{"2"}},
			// Neither key nor type are known of an interface's objects.
			{`mutation { repriceAll(price: 5) { price } }`, `{"repriceAll":[{"price":5},null,{"price":5}]}`, []string{"1", "2"}},
			// One after the other.
			{`mutation { a: reprice(upc: "0", price: 1) { price } b: reprice(upc: "3", price: 2) { price owners } }`,
				`{"a":{"price":1},"b":{"price":2,"owners":3}}`, []string{"0", "3"}},
		} {
			h.ask(prices)
			h.idle()
			body, head := h.ask(test.mutation)
			if want := `{"data":` + test.answer + `}`; string(body) != want {
				t.Errorf("%s\nanswered %s\n    want %s", test.mutation, body, want)
			}
			if head.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: Cache-Control %q", test.mutation, head.Get("Cache-Control"))
			}
			h.idle()
			h.expect(test.mutation, test.changed)
		}
	})
}

// expect checks that the subgraphs are asked again for some products and no others.
func (h *hinted) expect(after string, changed []string) {
	h.t.Helper()
	infos := h.looked(prices)
	for _, subgraph := range []string{"catalog", "accounts"} {
		var want []string
		for _, upc := range []string{"0", "1", "2", "3"} {
			status := " hit"
			// The last mutation asked for the owners of the last one already.
			if slices.Contains(changed, upc) && !(subgraph == "accounts" && upc == "3" && strings.Contains(after, "owners")) {
				status = " miss"
			}
			want = append(want, `{"upc":"`+upc+`"}`+status)
		}
		if got := statuses(of(infos, subgraph, "Product")); got != strings.Join(want, ", ") {
			h.t.Errorf("after %s\n%s has %s\n    want %s", after, subgraph, got, strings.Join(want, ", "))
		}
	}
}

// What was changed before an error cannot be told: all of the type in the mutation's subgraph is in doubt.
func TestMutationsThatFailHalfWay(t *testing.T) {
	eachHinted(t, func(t *testing.T, h *hinted) {
		h.forMutations()
		h.ask(prices)
		h.idle()
		h.catalog.change(func() {
			h.catalog.mutation["reprice"] = nil
			h.catalog.errors = []any{map[string]any{"message": "half-way", "path": []any{"reprice"}}}
		})
		if body := h.askAnyway(`mutation { reprice(upc: "1", price: 3) { price } }`); !strings.Contains(body, "half-way") {
			t.Errorf("answered %s", body)
		}
		h.catalog.change(func() { h.catalog.errors = nil })
		infos := h.looked(prices)
		if got, want := statuses(of(infos, "catalog", "Product")), `{"upc":"0"} miss, {"upc":"1"} miss, {"upc":"2"} miss, {"upc":"3"} miss`; got != want {
			t.Errorf("catalog has %s, want %s", got, want)
		}
		if got, want := statuses(of(infos, "accounts", "Product")), `{"upc":"0"} hit, {"upc":"1"} hit, {"upc":"2"} hit, {"upc":"3"} hit`; got != want {
			t.Errorf("accounts has %s, want %s", got, want)
		}
		// That there is nothing to change is no failure.
		h.catalog.change(func() { h.catalog.mutation["reprice"] = nil })
		h.ask(`mutation { reprice(upc: "nothing", price: 3) { price } }`)
		h.expect("a mutation that changed nothing", nil)
	})
}
