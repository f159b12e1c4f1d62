package subgraphs_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
	"github.com/weft-graphql/weft/subgraphs/seed"
)

// operator may see and do everything.
var operator = &wire.Identity{Subject: "u3", Roles: []string{"merchant", "operator"}}

const shipTo = `shipTo: {name: "Ada", street: "Main Street 1", postalCode: "10115", city: "Berlin", country: "DE"}`

type userErrors []struct{ Field, Message, Code string }

func (e userErrors) String() string {
	var parts []string
	for _, one := range e {
		parts = append(parts, strings.TrimSpace(one.Code+" "+one.Field))
	}
	return strings.Join(parts, ", ")
}

type cartAnswer struct {
	Cart *struct {
		ID       string
		Quantity int
		Total    *struct{ Minor int64 }
		Lines    []struct {
			Quantity int
			Product  struct{ Upc string }
		}
	}
	UserErrors userErrors
}

const cartFields = `{ cart { id quantity total { minor } lines { quantity product { upc } } }
	userErrors { field message code } }`

// mutateCart runs one mutation of a cart.
func mutateCart(t *testing.T, s subgraphs.Service, caller *wire.Identity, mutation string) cartAnswer {
	t.Helper()
	var got struct{ M cartAnswer }
	kittest.MustAsk(t, s.Handler(), caller, `mutation { m: `+mutation+cartFields+` }`, nil, &got)
	return got.M
}

type orderAnswer struct {
	Order *struct {
		ID, State, Reason string
		Total             struct{ Minor int64 }
		Payment           struct{ State string }
		History           []struct{ State string }
		Saga              *struct{ Step, LastError string }
	}
	UserErrors userErrors
}

const orderFields = `{ id state reason total { minor } payment { state } history { state } saga { step lastError } }`

func mutateOrder(t *testing.T, s subgraphs.Service, caller *wire.Identity, mutation string) orderAnswer {
	t.Helper()
	var got struct{ M orderAnswer }
	kittest.MustAsk(t, s.Handler(), caller,
		`mutation { m: `+mutation+` { order `+orderFields+` userErrors { field message code } } }`, nil, &got)
	return got.M
}

func order(t *testing.T, s subgraphs.Service, id string) orderAnswer {
	t.Helper()
	var got orderAnswer
	kittest.MustAsk(t, s.Handler(), operator, `query($id: ID!) { order(id: $id) `+orderFields+` }`,
		map[string]any{"id": id}, &got)
	return got
}

// boughtBefore is how many orders the person has in the sample data.
func boughtBefore(buyer string) (n int) {
	for _, order := range seed.Orders() {
		if order.BuyerID == buyer {
			n++
		}
	}
	return n
}

// buy puts pieces of a product into the caller's cart and orders them.
func buy(t *testing.T, s subgraphs.Service, caller *wire.Identity, upc, key, method string, pieces string) string {
	t.Helper()
	mutateCart(t, s, caller, `addToCart(input: {upc: "`+upc+`", quantity: `+pieces+`})`)
	placed := mutateOrder(t, s, caller,
		`checkout(input: {idempotencyKey: "`+key+`", paymentMethod: "`+method+`", `+shipTo+`})`)
	if placed.Order == nil {
		t.Fatalf("the order was not placed: %v", placed.UserErrors)
	}
	return placed.Order.ID
}

// awaitOrder waits until the order is in the state and its saga has nothing to do any more.
func awaitOrder(t *testing.T, s subgraphs.Service, id, state string) orderAnswer {
	t.Helper()
	eventually(t, "order in state "+state, func() bool {
		got := order(t, s, id)
		return got.Order.State == state && got.Order.Saga.Step == "DONE"
	})
	return order(t, s, id) // all of it as it is now: the saga is read after the order
}

// stockOf is how many pieces there are of the product, and how many of them are set aside.
func stockOf(t *testing.T, s subgraphs.Service, upc string) (inStock, reserved int) {
	t.Helper()
	var got struct {
		Entities []struct {
			Availability struct{ InStock, Reserved, Available int }
		} `json:"_entities"`
	}
	kittest.MustAsk(t, s.Handler(), nil, entities+`{ ... on Product { availability { inStock reserved available } } } }`,
		map[string]any{"r": []map[string]any{{"__typename": "Product", "upc": upc}}}, &got)
	a := got.Entities[0].Availability
	if a.Available != a.InStock-a.Reserved || a.Available < 0 {
		t.Errorf("availability of %s is %+v", upc, a)
	}
	return a.InStock, a.Reserved
}

func TestCarts(t *testing.T) {
	onBoth(t, "orders", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		first := mutateCart(t, s, nil, `addToCart(input: {upc: "p1", quantity: 2})`)
		guest := first.Cart.ID
		second := mutateCart(t, s, nil, `addToCart(input: {cartId: "`+guest+`", upc: "p2"})`)
		if second.Cart.ID != guest || second.Cart.Quantity != 3 || len(second.Cart.Lines) != 2 ||
			second.Cart.Total.Minor <= first.Cart.Total.Minor {
			t.Errorf("the guest's cart is %+v", second.Cart)
		}
		mutateCart(t, s, ada, `addToCart(input: {upc: "p2", quantity: 99})`)
		merged := mutateCart(t, s, ada, `mergeCart(input: {cartId: "`+guest+`"})`)
		if merged.Cart.Quantity != 102 || merged.Cart.ID == guest {
			t.Errorf("after the merge the cart is %+v", merged.Cart)
		}
		for mutation, want := range map[string]string{
			`addToCart(input: {cartId: "` + guest + `", upc: "p1"})`:              "NOT_FOUND input.cartId",
			`addToCart(input: {cartId: "` + merged.Cart.ID + `", upc: "p1"})`:     "NOT_FOUND input.cartId", // ada's own
			`addToCart(input: {upc: "nothing"})`:                                  "BAD_USER_INPUT input.upc",
			`addToCart(input: {upc: "p1", quantity: 0})`:                          "BAD_USER_INPUT input.quantity",
			`setCartQuantity(input: {upc: "p1", quantity: 1})`:                    "BAD_USER_INPUT input.cartId",
			`setCartQuantity(input: {cartId: "c1", upc: "p1", quantity: 1})`:      "NOT_FOUND input.cartId",
			`setCartQuantity(input: {cartId: "c1", upc: "nothing", quantity: 1})`: "BAD_USER_INPUT input.upc",
		} {
			if got := mutateCart(t, s, nil, mutation).UserErrors.String(); got != want {
				t.Errorf("%s: %q, want %q", mutation, got, want)
			}
		}
		if got := mutateCart(t, s, ada, `setCartQuantity(input: {upc: "p2", quantity: 0})`); got.Cart.Quantity != 2 {
			t.Errorf("without p2 the cart is %+v", got.Cart)
		}
		var own struct{ Cart *struct{ Quantity int } }
		kittest.MustAsk(t, s.Handler(), ada, `{ cart { quantity } }`, nil, &own)
		if own.Cart == nil || own.Cart.Quantity != 2 {
			t.Errorf("ada's cart is %+v", own.Cart)
		}
		kittest.MustAsk(t, s.Handler(), merchant, `query($id: ID) { cart(id: $id) { quantity } }`,
			map[string]any{"id": merged.Cart.ID}, &own)
		if own.Cart != nil {
			t.Error("somebody else's cart can be seen")
		}
	})
}

func TestCheckout(t *testing.T) {
	onBoth(t, "orders", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		const checkout = `checkout(input: {idempotencyKey: "key-00000001", paymentMethod: "card", ` + shipTo + `})`
		if got := mutateOrder(t, s, ada, checkout).UserErrors.String(); got != "BAD_USER_INPUT" {
			t.Errorf("an empty cart: %q", got)
		}
		total := mutateCart(t, s, ada, `addToCart(input: {upc: "p1", quantity: 2})`).Cart.Total.Minor
		wrong := `checkout(input: {idempotencyKey: "key-00000002", paymentMethod: "card", expectedTotal: 1, ` + shipTo + `})`
		if got := mutateOrder(t, s, ada, wrong).UserErrors.String(); got != "CONFLICT input.expectedTotal" {
			t.Errorf("another total: %q", got)
		}
		placed := mutateOrder(t, s, ada, checkout)
		if placed.Order == nil || placed.Order.State != "PLACED" || placed.Order.Total.Minor != total {
			t.Fatalf("placed %+v", placed)
		}
		if again := mutateOrder(t, s, ada, checkout); again.Order == nil || again.Order.ID != placed.Order.ID {
			t.Errorf("asked again: %+v", again)
		}
		other := `checkout(input: {idempotencyKey: "key-00000001", paymentMethod: "other", ` + shipTo + `})`
		if got := mutateOrder(t, s, ada, other).UserErrors.String(); got != "CONFLICT input.idempotencyKey" {
			t.Errorf("another order with the same key: %q", got)
		}
		bad := `checkout(input: {idempotencyKey: "k", paymentMethod: "",
			shipTo: {name: "", street: "", postalCode: "", city: "", country: "de"}})`
		if got := sorted(mutateOrder(t, s, ada, bad).UserErrors.String()); strings.Count(got, "BAD_USER_INPUT") != 7 {
			t.Errorf("everything wrong: %q", got)
		}
		for query, want := range map[string]string{
			`mutation { ` + checkout + ` { order { id } } }`:              "UNAUTHENTICATED",
			`{ orders { totalCount } }`:                                   "UNAUTHENTICATED",
			`{ sagas { totalCount } }`:                                    "UNAUTHENTICATED",
			`mutation { shipOrder(input: {id: "o"}) { order { id } } }`:   "UNAUTHENTICATED",
			`mutation { cancelOrder(input: {id: "o"}) { order { id } } }`: "UNAUTHENTICATED",
		} {
			if got := kittest.Ask(t, s.Handler(), nil, query, nil).Fields(); got != want {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
		var got struct {
			Order *struct{ ID string }
			Sagas struct {
				Nodes []struct {
					Step  string
					Order struct{ ID string }
				}
			}
		}
		kittest.MustAsk(t, s.Handler(), merchant, `query($id: ID!) { order(id: $id) { id } }`,
			map[string]any{"id": placed.Order.ID}, &got)
		if got.Order != nil {
			t.Error("somebody else's order can be seen")
		}
		kittest.MustAsk(t, s.Handler(), operator, `{ sagas { nodes { step order { id } } } }`, nil, &got)
		if len(got.Sagas.Nodes) != 1 || got.Sagas.Nodes[0].Step != "RESERVE" || got.Sagas.Nodes[0].Order.ID != placed.Order.ID {
			t.Errorf("the checkouts in progress are %+v", got.Sagas.Nodes)
		}
		var list struct {
			Entities []struct {
				Orders struct {
					TotalCount int
					Nodes      []struct{ ID string }
				}
			} `json:"_entities"`
		}
		kittest.MustAsk(t, s.Handler(), ada, entities+`{ ... on User { orders { totalCount nodes { id } } } } }`,
			map[string]any{"r": []map[string]any{{"__typename": "User", "id": "u1"}}}, &list)
		if list.Entities[0].Orders.TotalCount != 1+boughtBefore("u1") || list.Entities[0].Orders.Nodes[0].ID != placed.Order.ID {
			t.Errorf("ada's orders are %+v", list)
		}
	})
}

func TestOrdersComeToAnEnd(t *testing.T) {
	onBothBuses(t, func(t *testing.T, s *shop) {
		orders, stock := s.services["orders"], s.services["inventory"]
		kittest.MustAsk(t, stock.Handler(), merchant,
			`mutation { setStock(input: {upc: "p1", warehouseId: "ber1", quantity: 50}) { quantity } }`, nil, nil)
		before, _ := stockOf(t, stock, "p1")
		check := func(what string, wantTaken int) {
			t.Helper()
			now, reserved := stockOf(t, stock, "p1")
			if before-now != wantTaken || reserved != 0 {
				t.Errorf("%s: %d pieces were taken, want %d; %d are set aside", what, before-now, wantTaken, reserved)
			}
		}

		id := buy(t, orders, ada, "p1", "key-confirmed", "card", "2")
		confirmed := awaitOrder(t, orders, id, "CONFIRMED")
		var states []string
		for _, h := range confirmed.Order.History {
			states = append(states, h.State)
		}
		paid := confirmed.Order.Payment.State
		if got := strings.Join(states, " "); got != "PLACED RESERVED AUTHORISED CONFIRMED" || paid != "CAPTURED" {
			t.Errorf("the order was %s, its payment is %s", got, paid)
		}
		check("confirmed", 2)
		early := mutateOrder(t, orders, operator, `deliverOrder(input: {id: "`+id+`"})`)
		if got := early.UserErrors.String(); got != "CONFLICT input.id" {
			t.Errorf("delivered before it was shipped: %q", got)
		}
		mutateOrder(t, orders, operator, `shipOrder(input: {id: "`+id+`"})`)
		late := mutateOrder(t, orders, ada, `cancelOrder(input: {id: "`+id+`"})`)
		if got := late.UserErrors.String(); got != "CONFLICT input.id" {
			t.Errorf("cancelled after it was shipped: %q", got)
		}
		delivered := mutateOrder(t, orders, operator, `deliverOrder(input: {id: "`+id+`"})`)
		if got := delivered; got.Order == nil || got.Order.State != "DELIVERED" {
			t.Errorf("delivered: %+v", got)
		}

		cancelled := buy(t, orders, ada, "p1", "key-cancelled", "card", "3")
		awaitOrder(t, orders, cancelled, "CONFIRMED")
		check("confirmed twice", 5)
		mutateOrder(t, orders, ada, `cancelOrder(input: {id: "`+cancelled+`"})`)
		gone := awaitOrder(t, orders, cancelled, "CANCELLED").Order
		if gone.Payment.State != "VOIDED" || gone.Reason == "" {
			t.Errorf("cancelled: %+v", gone)
		}
		check("cancelled", 2)

		for method, state := range map[string]string{"declined": "DECLINED", "capture-declined": "DECLINED"} {
			got := awaitOrder(t, orders, buy(t, orders, ada, "p1", "key-"+method, method, "1"), "REJECTED")
			if got.Order.Payment.State != state {
				t.Errorf("%s: the payment is %s", method, got.Order.Payment.State)
			}
			check(method, 2)
		}

		var few struct {
			LowStock struct{ Nodes []struct{ Upc string } }
		}
		kittest.MustAsk(t, stock.Handler(), nil, `{ lowStock(threshold: 50, first: 1) { nodes { upc } } }`, nil, &few)
		scarce := few.LowStock.Nodes[0].Upc
		got := awaitOrder(t, orders, buy(t, orders, ada, scarce, "key-too-many", "card", "100"), "REJECTED")
		if !strings.Contains(got.Order.Reason, scarce) || got.Order.Payment.State != "VOIDED" {
			t.Errorf("too few pieces: %+v", got.Order)
		}
	})
}

// believing is a service over HTTP that believes what pretend says.
func believing(service http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller := wire.Identity{Subject: r.Header.Get("Test-Subject"), Roles: r.Header.Values("Test-Role")}
		service.ServeHTTP(w, r.WithContext(kit.WithCaller(r.Context(), caller)))
	})
}

// pretend says who a request comes from.
func pretend(r *http.Request, caller wire.Identity) {
	r.Header.Set("Test-Subject", caller.Subject)
	r.Header["Test-Role"] = caller.Roles
}

// TestOrderStatusChanged follows an order over server-sent events.
func TestOrderStatusChanged(t *testing.T) {
	s, _ := open(t, "orders", kit.Config{DataDir: t.TempDir()})
	server := httptest.NewServer(believing(s.Handler()))
	t.Cleanup(server.Close)
	id := buy(t, s, ada, "p1", "key-watched", "card", "1")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	watch := func(caller wire.Identity) *bufio.Scanner { return watchStates(t, ctx, server.URL, caller, id) }
	next := nextState
	events := watch(*ada)
	if got := next(events); !strings.Contains(got, `"PLACED"`) {
		t.Fatalf("at first: %s", got)
	}
	mutateOrder(t, s, ada, `cancelOrder(input: {id: "`+id+`"})`)
	if got := next(events); !strings.Contains(got, `"CANCELLED"`) {
		t.Errorf("then: %s", got)
	}
	if got := next(watch(*merchant)); !strings.Contains(got, "NOT_FOUND") {
		t.Errorf("somebody else is told: %s", got)
	}
}

// watchStates subscribes to the states of an order, at a server that believes who is asking.
func watchStates(t *testing.T, ctx context.Context, url string, caller wire.Identity, id string) *bufio.Scanner {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": `subscription { orderStatusChanged(id: "` + id + `") { state } }`})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/graphql", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	pretend(r, caller)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return bufio.NewScanner(answer.Body)
}

// nextState is what the subscription tells next.
func nextState(events *bufio.Scanner) string {
	for events.Scan() {
		if data, ok := strings.CutPrefix(events.Text(), "data: "); ok {
			return data
		}
	}
	return "the end"
}
