package subgraphs_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

func TestShippingEstimate(t *testing.T) {
	s, _ := open(t, "inventory", sqliteConfig(t))
	cases := []struct {
		name          string
		price, weight any
		standard      int
		express       int
	}{
		{"light", 4999, 300, 440, 1110},
		{"heavy", 99999, 12001, 390 + 13*50, 990 + 13*120},
		{"dear", 100000, 50000, 0, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got struct {
				Entities []struct{ Standard, Express *int } `json:"_entities"`
			}
			kittest.MustAsk(t, s.Handler(), nil,
				entities+`{ ... on Product { standard: shippingEstimate express: shippingEstimate(method: EXPRESS) } } }`,
				representations(1, "Product", map[string]any{"upc": "p%d", "price": c.price, "weight": c.weight}), &got)
			if e := got.Entities[0]; e.Standard == nil || *e.Standard != c.standard || e.Express == nil || *e.Express != c.express {
				t.Errorf("got %+v, want %d and %d", e, c.standard, c.express)
			}
		})
	}
	answer := kittest.Ask(t, s.Handler(), nil, entities+`{ ... on Product { inStock shippingEstimate } } }`,
		representations(1, "Product", map[string]any{"upc": "p%d", "weight": 5}))
	if answer.Fields() != "BAD_REPRESENTATION" || string(answer.Data) != `{"_entities":[{"inStock":true,"shippingEstimate":null}]}` {
		t.Errorf("without a price: %+v, %s", answer.Errors, answer.Data)
	}
}

func TestStock(t *testing.T) {
	onBoth(t, "inventory", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		var got struct {
			Warehouses []struct {
				ID, Name, City, Country string
				Stock                   struct {
					Nodes []struct {
						Quantity int
						Product  struct{ Upc string }
					}
				}
			}
			Warehouse *struct{ ID string }
			LowStock  struct {
				Nodes []struct {
					TotalStock int
					InStock    bool
					Stock      []struct {
						Quantity  int
						RestockAt *string
						Warehouse struct{ City string }
					}
				}
			}
		}
		kittest.MustAsk(t, s.Handler(), nil, `{ warehouses { id name city country stock(first: 4) { nodes { quantity product { upc } } } }
			warehouse(id: "none") { id } lowStock(threshold: 0) { nodes { totalStock inStock stock { quantity restockAt warehouse { city } } } } }`, nil, &got)
		if len(got.Warehouses) != 6 || got.Warehouse != nil {
			t.Errorf("%d warehouses, and %v where there is none", len(got.Warehouses), got.Warehouse)
		}
		for _, w := range got.Warehouses {
			if len(w.Stock.Nodes) != 4 || w.Stock.Nodes[0].Quantity < w.Stock.Nodes[3].Quantity {
				t.Errorf("the stock of %s is %+v", w.ID, w.Stock)
			}
		}
		if len(got.LowStock.Nodes) == 0 {
			t.Fatal("nothing is sold out")
		}
		for _, p := range got.LowStock.Nodes {
			if p.InStock || p.TotalStock != 0 || len(p.Stock) == 0 || p.Stock[0].RestockAt == nil || p.Stock[0].Warehouse.City == "" {
				t.Errorf("a sold-out product is %+v", p)
			}
		}
	})
}

func TestChangeStock(t *testing.T) {
	const set = `mutation($n: Int!) { setStock(input: {upc: "p1", warehouseId: "ber1", quantity: $n}) { quantity product { upc } warehouse { city } } }`
	const adjust = `mutation($n: Int!) { adjustStock(input: {upc: "p1", warehouseId: "ber1", delta: $n}) { quantity } }`
	onBoth(t, "inventory", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		var got struct {
			SetStock struct {
				Quantity  int
				Product   struct{ Upc string }
				Warehouse struct{ City string }
			}
			AdjustStock struct{ Quantity int }
		}
		kittest.MustAsk(t, s.Handler(), merchant, set, map[string]any{"n": 40}, &got)
		if got.SetStock.Quantity != 40 || got.SetStock.Product.Upc != "p1" || got.SetStock.Warehouse.City != "Berlin" {
			t.Errorf("set to %+v", got.SetStock)
		}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if answer := kittest.Ask(t, s.Handler(), merchant, adjust, map[string]any{"n": -2}); len(answer.Errors) > 0 {
					t.Errorf("taking two: %+v", answer.Errors)
				}
			})
		}
		all.Wait()
		if got := kittest.Ask(t, s.Handler(), merchant, adjust, map[string]any{"n": -1}).Fields(); got != "CONFLICT input.delta" {
			t.Errorf("taking from nothing: %q", got)
		}
		kittest.MustAsk(t, s.Handler(), merchant, adjust, map[string]any{"n": 5}, &got)
		if got.AdjustStock.Quantity != 5 {
			t.Errorf("after 20 times two of 40 and five more there are %d, want 5", got.AdjustStock.Quantity)
		}
		wrong := kittest.Ask(t, s.Handler(), merchant,
			`mutation { setStock(input: {upc: "none", warehouseId: "none", quantity: -1}) { quantity } }`, nil)
		if sorted(wrong.Fields()) != "BAD_USER_INPUT input.quantity, BAD_USER_INPUT input.upc, BAD_USER_INPUT input.warehouseId" {
			t.Errorf("everything wrong: %q", wrong.Fields())
		}
		if got := kittest.Ask(t, s.Handler(), ada, set, map[string]any{"n": 1}).Fields(); got != "FORBIDDEN" {
			t.Errorf("a customer sets the stock: %q", got)
		}
	})
}

// TestAdjustmentsAreMadeOnce repeats adjustments, one after the other and at the same time.
func TestAdjustmentsAreMadeOnce(t *testing.T) {
	const adjust = `mutation($k: ID, $n: Int!) {
		adjustStock(input: {upc: "p1", warehouseId: "ber1", delta: $n, idempotencyKey: $k}) { quantity product { totalStock } } }`
	onBoth(t, "inventory", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		quantity := func(key any, n int) int {
			var got struct{ AdjustStock struct{ Quantity int } }
			kittest.MustAsk(t, s.Handler(), merchant, adjust, map[string]any{"k": key, "n": n}, &got)
			return got.AdjustStock.Quantity
		}
		begin := quantity(nil, 1)
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if got := quantity("one", 5); got != begin+5 {
					t.Errorf("%d, want %d", got, begin+5)
				}
			})
		}
		all.Wait()
		if got := quantity("two", 5); got != begin+10 {
			t.Errorf("another key: %d, want %d", got, begin+10)
		}
		if got := quantity("one", 4); got != begin+14 {
			t.Errorf("the same key for another change: %d, want %d", got, begin+14)
		}
		if got := quantity("two", 5); got != begin+14 {
			t.Errorf("again: %d, want %d", got, begin+14)
		}
		if got := kittest.Ask(t, s.Handler(), merchant, adjust, map[string]any{"k": "", "n": 1}).Fields(); got != "BAD_USER_INPUT input.idempotencyKey" {
			t.Errorf("an empty key: %q", got)
		}
	})
}

func TestShippingQuotes(t *testing.T) {
	onBoth(t, "inventory", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		type quote struct {
			Carrier, Method                 string
			Price                           struct{ Minor int64 }
			ChargedWeight, MinDays, MaxDays int
		}
		ask := func(product map[string]any, arguments string) []quote {
			t.Helper()
			var got struct {
				Entities []struct{ Quotes []quote } `json:"_entities"`
			}
			kittest.MustAsk(t, s.Handler(), nil, entities+`{ ... on Product { quotes: shippingQuotes(`+arguments+`) {
				carrier method price { minor } chargedWeight minDays maxDays } } } }`, representations(1, "Product", product), &got)
			return got.Entities[0].Quotes
		}
		small := map[string]any{"upc": "p%d", "weight": 1200, "dimensions": map[string]any{"width": 100, "height": 100, "depth": 100}}
		bulky := map[string]any{"upc": "p%d", "weight": 1200, "dimensions": map[string]any{"width": 500, "height": 500, "depth": 1000}}
		heavy := map[string]any{"upc": "p%d", "weight": 40_000, "dimensions": nil}
		for _, c := range []struct {
			name      string
			product   map[string]any
			arguments string
			want      string
		}{
			{"near", small, `to: "DE"`, "Loom Post 490 1200, Shuttle Express 1230 1200, Heddle Freight 3950 1200"},
			{"in the union", small, `to: "EE"`, "Loom Post 1230 1200, Shuttle Express 2550 1200, Heddle Freight 8020 1200"},
			{"abroad, where freight does not go", small, `to: "NZ"`, "Loom Post 2770 1200, Shuttle Express 5770 1200"},
			{"by size, too much for the post", bulky, `to: "DE"`, "Heddle Freight 5150 50000, Shuttle Express 6990 50000"},
			{"two by weight, of unknown size", heavy, `to: "DE", quantity: 2`, "Heddle Freight 5900 80000"},
			{"what nobody takes", heavy, `to: "NZ", quantity: 100`, ""},
		} {
			var got []string
			for _, q := range ask(c.product, c.arguments) {
				got = append(got, fmt.Sprintf("%s %d %d", q.Carrier, q.Price.Minor, q.ChargedWeight))
				if q.MinDays < 1 || q.MaxDays < q.MinDays || (q.Method == "EXPRESS") != (q.Carrier == "Shuttle Express") {
					t.Errorf("%s: %+v", c.name, q)
				}
			}
			if text := strings.Join(got, ", "); text != c.want {
				t.Errorf("%s: %s, want %s", c.name, text, c.want)
			}
		}
		for arguments, want := range map[string]string{`to: "Germany"`: "to", `to: "DE", quantity: 0`: "quantity", `to: "de"`: "to"} {
			answer := kittest.Ask(t, s.Handler(), nil, entities+`{ ... on Product { shippingQuotes(`+arguments+`) { carrier } } } }`,
				representations(1, "Product", small))
			if len(answer.Errors) != 1 || !strings.Contains(answer.Errors[0].Message, want) {
				t.Errorf("%s: %+v", arguments, answer.Errors)
			}
		}
		answer := kittest.Ask(t, s.Handler(), nil, entities+`{ ... on Product { shippingQuotes(to: "DE") { carrier } } } }`,
			representations(1, "Product", map[string]any{"upc": "p%d"}))
		if answer.Fields() != "BAD_REPRESENTATION" {
			t.Errorf("without a weight: %+v", answer.Errors)
		}
	})
}
