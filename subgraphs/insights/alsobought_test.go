package insights_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/insights"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
	"github.com/weft-graphql/weft/subgraphs/seed"
)

// ordered is the news that an order has come to a state.
func ordered(id, state string, version int64, upcs ...string) wire.EntityChanged {
	lines := make([]any, len(upcs))
	for i, upc := range upcs {
		lines[i] = map[string]any{"upc": upc, "quantity": 1}
	}
	return wire.EntityChanged{
		ID: fmt.Sprint(
			id,
			version,
		), Type: "Order", Key: map[string]any{"id": id}, Subgraph: "orders", Change: wire.Updated,
		Version: version, At: time.Now(), Data: map[string]any{"state": state, "buyer": "u1", "lines": lines},
	}
}

// bought asks for what is bought along with a product.
func bought(t *testing.T, s *shop, upc, args string) (list struct {
	TotalCount int
	PageInfo   struct {
		HasNextPage, HasPreviousPage bool
		StartCursor, EndCursor       *string
	}
	Edges []struct {
		Cursor string
		Orders int
		Score  float64
		Node   struct{ Upc string }
	}
}) {
	t.Helper()
	var got struct {
		Entities []struct{ AlsoBought any } `json:"_entities"`
	}
	got.Entities = append(got.Entities, struct{ AlsoBought any }{&list})
	kittest.MustAsk(t, s.handler, nil, entities+`{ ... on Product { alsoBought`+args+` { totalCount
		pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor orders score node { upc } } } } } }`,
		of(upc), &got)
	return list
}

// TestAlsoBoughtInTheSampleShop compares with counting the orders of the sample shop.
func TestAlsoBoughtInTheSampleShop(t *testing.T) {
	onBoth(t, false, func(t *testing.T, s *shop) {
		together, each := map[string]map[string]int{}, map[string]int{}
		for _, order := range seed.Orders() {
			for _, a := range order.Lines {
				each[a.ProductID]++
				for _, b := range order.Lines {
					if a.ProductID != b.ProductID {
						if together[a.ProductID] == nil {
							together[a.ProductID] = map[string]int{}
						}
						together[a.ProductID][b.ProductID]++
					}
				}
			}
		}
		some := 0
		for i := range 60 {
			upc := seed.ProductID(i)
			var want []insights.Companion
			for other, n := range together[upc] {
				if n >= 2 {
					want = append(want, insights.Companion{Upc: other, Together: n, Own: each[upc], Other: each[other]})
				}
			}
			slices.SortFunc(want, func(a, b insights.Companion) int {
				if a.Score() != b.Score() {
					if a.Score() > b.Score() {
						return -1
					}
					return 1
				}
				return strings.Compare(a.Upc, b.Upc)
			})
			got := bought(t, s, upc, `(first: 50)`)
			if got.TotalCount != len(want) || len(got.Edges) != len(want) {
				t.Fatalf("%s: %d of %d products; want %d", upc, len(got.Edges), got.TotalCount, len(want))
			}
			for n, edge := range got.Edges {
				some++
				if w := want[n]; edge.Node.Upc != w.Upc || edge.Orders != w.Together || edge.Score != w.Score() {
					t.Errorf("%s: place %d has %+v; want %+v", upc, n, edge, w)
				}
			}
		}
		if some < 20 {
			t.Fatalf("only %d pairs were compared", some)
		}
	})
}

// TestAlsoBoughtFollowsOrders: an order counts once it is certain, once however often it is told, and not any more
// when it is cancelled; products that are not for sale are not listed.
func TestAlsoBoughtFollowsOrders(t *testing.T) {
	onBoth(t, true, func(t *testing.T, s *shop) {
		product := func(upc string, version int64, archived bool) wire.EntityChanged {
			return wire.EntityChanged{
				ID: fmt.Sprint(upc, version), Type: "Product", Key: map[string]any{"upc": upc}, Subgraph: "catalog",
				Change: wire.Updated, Version: version, Data: map[string]any{"archived": archived},
			}
		}
		for _, upc := range []string{"a", "b", "c"} {
			s.take(t, product(upc, 1, false))
		}
		expect := func(when, want string) {
			t.Helper()
			var got []string
			for _, edge := range bought(t, s, "a", "").Edges {
				got = append(got, fmt.Sprintf("%s %d %.2f", edge.Node.Upc, edge.Orders, edge.Score))
			}
			if strings.Join(got, ", ") != want {
				t.Errorf("%s: %v; want %q", when, got, want)
			}
		}
		s.take(t, ordered("o1", "PLACED", 1, "a", "b"))
		s.take(t, ordered("o2", "CONFIRMED", 1, "a", "b", "b"))
		expect("one order is certain", "")
		s.take(t, ordered("o1", "CONFIRMED", 2, "a", "b"))
		expect("two are", "b 2 1.00")
		s.take(t, ordered("o1", "SHIPPED", 3, "a", "b"))
		s.take(t, ordered("o1", "CONFIRMED", 2, "a", "b"))
		s.take(t, ordered("o1", "DELIVERED", 4, "a", "b"))
		expect("told again, late and further on", "b 2 1.00")
		for i := range 6 {
			s.take(t, ordered(fmt.Sprint("p", i), "DELIVERED", 1, "a", "c"))
		}
		expect("with more orders", "c 6 0.87, b 2 0.50")
		s.take(t, product("c", 2, true))
		expect("c is archived", "b 2 0.50")
		s.take(t, product("c", 3, false))
		s.take(t, ordered("o2", "CANCELLED", 2, "a", "b"))
		expect("one order is cancelled", "c 6 0.93")
		many := make([]string, 200)
		for i := range many {
			many[i] = fmt.Sprintf("m%03d", i)
			s.take(t, product(many[i], 1, false))
		}
		s.take(t, ordered("q1", "CONFIRMED", 1, many...))
		s.take(t, ordered("q2", "CONFIRMED", 1, many...))
		if got := bought(t, s, "m000", "").TotalCount; got != insights.MostInBasket-1 {
			t.Errorf("an order of 200 products brings %d together; want %d", got, insights.MostInBasket-1)
		}
	})
}

// TestAlsoBoughtPages goes through a list in both directions.
func TestAlsoBoughtPages(t *testing.T) {
	onBoth(t, false, func(t *testing.T, s *shop) {
		upc, all := "", []string(nil)
		for i := range seed.ProductCount {
			list := bought(t, s, seed.ProductID(i), `(first: 50)`)
			if len(list.Edges) > len(all) {
				upc, all = seed.ProductID(i), nil
				for _, edge := range list.Edges {
					all = append(all, edge.Node.Upc)
				}
			}
		}
		if len(all) < 5 {
			t.Fatalf("%s has only %v", upc, all)
		}
		var forward, backward []string
		for args := `(first: 2)`; args != ""; {
			list := bought(t, s, upc, args)
			for _, edge := range list.Edges {
				forward = append(forward, edge.Node.Upc)
			}
			args = ""
			if list.PageInfo.HasNextPage {
				args = fmt.Sprintf(`(first: 2, after: %q)`, *list.PageInfo.EndCursor)
			}
		}
		for args := `(last: 2)`; args != ""; {
			list := bought(t, s, upc, args)
			for _, edge := range slices.Backward(list.Edges) {
				backward = append(backward, edge.Node.Upc)
			}
			args = ""
			if list.PageInfo.HasPreviousPage {
				args = fmt.Sprintf(`(last: 2, before: %q)`, *list.PageInfo.StartCursor)
			}
		}
		slices.Reverse(backward)
		if !slices.Equal(forward, all) || !slices.Equal(backward, all) {
			t.Errorf("%s: pages have %v forwards and %v backwards; want %v", upc, forward, backward, all)
		}
		for _, args := range []string{`(first: 51)`, `(first: -1)`, `(after: "nonsense")`, `(first: 1, last: 1)`} {
			answer := kittest.Ask(
				t,
				s.handler,
				nil,
				entities+`{ ... on Product { alsoBought`+args+` { totalCount } } } }`,
				of(upc),
			)
			if len(answer.Errors) != 1 || answer.Errors[0].Extensions.Code != "BAD_USER_INPUT" {
				t.Errorf("%s: %+v", args, answer)
			}
		}
	})
}

// TestForgottenOrders: what is older than a year does not count.
func TestForgottenOrders(t *testing.T) {
	onBoth(t, true, func(t *testing.T, s *shop) {
		old, now := time.Now().AddDate(-2, 0, 0), time.Now()
		for i := range 250 {
			event := ordered(fmt.Sprint("old", i), "DELIVERED", 1, "a", "b")
			event.At = old
			s.take(t, event)
		}
		for i := range 2 {
			s.take(t, ordered(fmt.Sprint("new", i), "DELIVERED", 1, "a", "b"))
		}
		s.take(t, wire.EntityChanged{
			ID: "1", Type: "Product", Key: map[string]any{"upc": "b"}, Subgraph: "catalog", Change: wire.Updated, Version: 1,
		})
		rounds := 0
		for more := true; more; rounds++ {
			var err error
			if more, err = s.store.ForgetBaskets(t.Context(), now.AddDate(-1, 0, 0)); err != nil {
				t.Fatal(err)
			}
		}
		found, err := s.store.Companions(t.Context(), []string{"a"})
		if err != nil {
			t.Fatal(err)
		}
		want := insights.Companion{Upc: "b", Together: 2, Own: 2, Other: 2}
		if len(found["a"]) != 1 || found["a"][0] != want || rounds != 3 {
			t.Errorf("after %d rounds there is %+v; want %+v after 3", rounds, found["a"], want)
		}
	})
}
