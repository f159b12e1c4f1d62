package subgraphs_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/schema/bus/natstest"
	"github.com/weft-graphql/weft/schema/bus/rabbittest"
	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/orders"
	"github.com/weft-graphql/weft/subgraphs/seed"
)

var sagaOrders = flag.Int("orders", 100, "how many orders TestSagas places in each of its shops")

// TestSagas has people buy while the shop's process is killed at random steps, events are lost, doubled, late and out
// of order, brokers restart, and the payment provider breaks off, answers too late or not at all. In the end every
// order must have come to an end, stock and money must add up with what the orders say, and what buyers and the payment
// provider saw of each order and its pieces must be a history that orderModel allows.
func TestSagas(t *testing.T) {
	t.Parallel()
	t.Run("SQLite and embedded NATS", func(t *testing.T) {
		t.Parallel()
		newSagaWorld(t, &sagaShop{Dir: t.TempDir()}, nil).run(t, *sagaOrders)
	})
	t.Run("PostgreSQL and NATS", func(t *testing.T) {
		t.Parallel()
		server := natstest.Start(t)
		newSagaWorld(t, &sagaShop{DatabaseURL: newDatabase(t), EventsURL: server.URL()}, func() {
			server.Kill()
			server.Resume(t)
		}).run(t, *sagaOrders)
	})
	t.Run("PostgreSQL and RabbitMQ", func(t *testing.T) {
		t.Parallel()
		server := rabbittest.Start(t)
		newSagaWorld(t, &sagaShop{DatabaseURL: newDatabase(t), EventsURL: server.URL()}, func() {
			server.Halt()
			server.Resume(t)
		}).run(t, *sagaOrders)
	})
}

// sagaWorld is a shop, its payment provider, and the people who buy.
type sagaWorld struct {
	shop    *sagaShop
	ledger  *ledger
	history *sagaHistory
	// restartBroker is nil when the broker dies with the shop.
	restartBroker func()
	// stock is how many pieces there were of each product.
	stock map[string]int

	mu sync.Mutex
	// placed are the ids of the orders by their keys.
	placed map[string]string
}

// sagaProducts are what people buy. There is too little of each for everybody.
var sagaProducts = []string{"p1", "p2", "p3", "p4", "p5"}

const (
	sagaBuyers = 10
	// ordersPerCrash is how many orders there are for each crash, and crashOneIn how many steps until one.
	ordersPerCrash = 20
	crashOneIn     = 1000
	// patience is how long a broker and a shop may take to come back on a machine that has much else to do.
	patience = 10 * time.Minute
)

func newSagaWorld(t *testing.T, shop *sagaShop, restartBroker func()) *sagaWorld {
	w := &sagaWorld{
		shop: shop, restartBroker: restartBroker, stock: map[string]int{}, placed: map[string]string{},
		history: newSagaHistory(),
	}
	w.ledger, shop.Ledger = startLedger(t, w.history)
	shop.Addresses = map[string]string{}
	for _, name := range []string{"inventory", "orders"} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		shop.Addresses[name] = listener.Addr().String()
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// run has people place so many orders, and checks what became of them.
func (w *sagaWorld) run(t *testing.T, n int) {
	w.shop.start(t)
	for _, upc := range sagaProducts {
		w.makeScarce(t, upc, n/10)
		w.stock[upc], _ = w.available(t, upc)
	}
	w.shop.kill()
	w.shop.CrashOneIn = crashOneIn
	w.shop.start(t)

	bought := make(chan struct{})
	var buyers sync.WaitGroup
	for b := range sagaBuyers {
		buyers.Go(func() { w.buy(t, b, n/sagaBuyers) })
	}
	go func() { buyers.Wait(); close(bought) }()
	crashes := w.disturb(t, bought, n/ordersPerCrash)

	w.shop.kill()
	w.shop.CrashOneIn = 0
	w.shop.start(t)
	defer w.shop.kill()
	w.check(t, n+w.buyTooMuch(t), crashes)
}

// buyTooMuch places an order of more pieces than there are, where that is possible: on a busy machine so many others
// expire that all get what they want. It tells how many orders it has placed.
func (w *sagaWorld) buyTooMuch(t *testing.T) int {
	const most = 100 // that a cart can have of a product
	for _, upc := range sagaProducts {
		if w.stock[upc] < most {
			w.order(t, &wire.Identity{Subject: "buyer of too much"}, "too-much", upc, most)
			return 1
		}
	}
	return 0
}

// makeScarce has so many pieces of the product lie in each of its warehouses.
func (w *sagaWorld) makeScarce(t *testing.T, upc string, pieces int) {
	var got struct {
		Entities []struct {
			Stock []struct{ Warehouse struct{ ID string } }
		} `json:"_entities"`
	}
	w.mustAsk(t, "inventory", operator, fmt.Sprintf(
		`{ _entities(representations: [{__typename: "Product", upc: %q}]) {
			... on Product { stock { warehouse { id } } } } }`, upc), &got)
	for _, level := range got.Entities[0].Stock {
		w.insist(t, "inventory", operator, fmt.Sprintf(
			`mutation { setStock(input: {upc: %q, warehouseId: %q, quantity: %d}) { quantity } }`,
			upc, level.Warehouse.ID, pieces), nil)
	}
}

// disturb starts the shop again whenever it has crashed, until everything was bought and there were enough crashes.
// Then it lives.
func (w *sagaWorld) disturb(t *testing.T, bought <-chan struct{}, enough int) (crashes int) {
	for crashes < enough || bought != nil {
		select {
		case <-w.shop.done:
			if crashes++; crashes >= enough {
				w.shop.CrashOneIn = 0
			}
			if w.restartBroker != nil && crashes%4 == 0 {
				w.restartBroker()
			}
			w.shop.start(t)
		case <-bought:
			bought = nil
		}
		if bought == nil && crashes < enough { // there may be too little left to do for it to crash by itself
			w.shop.kill()
		}
	}
	return crashes
}

// buy places orders one after the other in the name of one person, and calls some off.
func (w *sagaWorld) buy(t *testing.T, buyer, n int) {
	dice := rand.New(rand.NewPCG(uint64(buyer), 7))
	caller := &wire.Identity{Subject: fmt.Sprintf("buyer%d", buyer)}
	for i := range n {
		key := fmt.Sprintf("buyer-%d-order-%d", buyer, i)
		upc, pieces := sagaProducts[dice.IntN(len(sagaProducts))], 1+dice.IntN(4)
		id := w.order(t, caller, key, upc, pieces)
		if id == "" {
			continue
		}
		if dice.IntN(10) == 0 {
			var got struct{ Checkout orderAnswer }
			since := w.history.now()
			if !w.insist(t, "orders", caller, fmt.Sprintf(`mutation { checkout: cancelOrder(input: {id: %q}) {
				order { id } userErrors { code field message } } }`, id), &got) {
				continue
			}
			w.history.add(id, since, sagaEvent{ // it may have ended by itself meanwhile
				kind: orderCalledOff, refused: len(got.Checkout.UserErrors) > 0,
			})
		}
		w.awaitStock(t, caller, id)
		w.lookAtPieces(t, id)
	}
}

// order places an order, and returns its id; empty when it failed.
func (w *sagaWorld) order(t *testing.T, caller *wire.Identity, key, upc string, pieces int) (id string) {
	var got struct {
		Cart     cartAnswer
		Checkout orderAnswer
	}
	since := w.history.now()
	w.insist(t, "orders", caller, fmt.Sprintf(`mutation {
		cart: setCartQuantity(input: {upc: %q, quantity: %d}) { userErrors { code field message } }
		checkout(input: {idempotencyKey: %q, paymentMethod: "card", %s}) {
			order { id } userErrors { code field message } } }`,
		upc, pieces, key, shipTo), &got)
	if got.Checkout.Order == nil {
		t.Errorf("%s was not placed: %v %v", key, got.Cart.UserErrors, got.Checkout.UserErrors)
		return ""
	}
	id = got.Checkout.Order.ID
	w.history.add(id, since, sagaEvent{kind: orderPlaced})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.placed[key] = id
	return id
}

// awaitStock waits until the pieces of an order are set aside, or it has come to an end: people who place the next
// order sooner than the shop can work would only find out that all of them expire.
func (w *sagaWorld) awaitStock(t *testing.T, caller *wire.Identity, id string) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		var got struct {
			Order struct{ State orders.OrderState }
		}
		since := w.history.now()
		if !w.insist(t, "orders", caller, fmt.Sprintf(`{ order(id: %q) { state } }`, id), &got) {
			return
		}
		w.history.add(id, since, sagaEvent{kind: orderSeen, state: got.Order.State})
		if got.Order.State != orders.Placed {
			return
		}
		<-tick.C
	}
}

// lookAtPieces notes in the history how the pieces of an order stand.
func (w *sagaWorld) lookAtPieces(t *testing.T, id string) {
	var got struct {
		Reservation struct{ State orders.ReservationState }
	}
	since := w.history.now()
	if !w.insist(t, "inventory", operator, fmt.Sprintf(`{ reservation(orderId: %q) { state } }`, id), &got) {
		return
	}
	w.history.add(id, since, sagaEvent{kind: piecesSeen, pieces: got.Reservation.State})
}

// check waits until every order has come to an end, and checks that everything adds up.
func (w *sagaWorld) check(t *testing.T, n, crashes int) {
	w.awaitEnds(t)
	states, sold := map[orders.OrderState]int{}, map[string]int{}
	total, samples := 0, 0
	for after := ""; ; {
		var page struct {
			Orders struct {
				Nodes []struct {
					ID      string
					State   orders.OrderState
					Total   struct{ Minor int64 }
					History []struct{ State orders.OrderState }
					Lines   []struct {
						Product  struct{ Upc string }
						Quantity int
					}
				}
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
			}
		}
		since := w.history.now()
		w.mustAsk(t, "orders", operator, fmt.Sprintf(`{ orders(first: 100, after: %q) { pageInfo { hasNextPage endCursor }
			nodes { id state total { minor } history { state } lines { product { upc } quantity } } } }`, after), &page)
		for _, o := range page.Orders.Nodes {
			if o.State == orders.Delivered { // nobody delivers anything here: it is of the sample data
				samples++
				continue
			}
			total++
			states[o.State]++
			w.history.add(o.ID, since, sagaEvent{kind: orderSeen, state: o.State})
			w.lookAtPieces(t, o.ID)
			for i := 1; i < len(o.History); i++ {
				if !o.History[i-1].State.MayBecome(o.History[i].State) {
					t.Errorf("order %s has the history %v", o.ID, o.History)
				}
			}
			want := int64(0)
			if o.State == orders.Confirmed {
				want = o.Total.Minor
				for _, line := range o.Lines {
					sold[line.Product.Upc] += line.Quantity
				}
			}
			if got := w.ledger.taken(o.ID); got != want {
				t.Errorf("order %s is %s, costs %d, and %d were taken", o.ID, o.State, o.Total.Minor, got)
			}
			if o.State != orders.Confirmed && (!o.State.Final() || w.ledger.held(o.ID)) {
				t.Errorf("order %s is %s, and its money is held: %v", o.ID, o.State, w.ledger.held(o.ID))
			}
		}
		if !page.Orders.PageInfo.HasNextPage {
			break
		}
		after = page.Orders.PageInfo.EndCursor
	}
	if samples != len(seed.Orders()) {
		t.Errorf("there are %d orders of the sample data, want %d", samples, len(seed.Orders()))
	}
	if total != n || len(w.placed) != n {
		t.Errorf("there are %d orders, of which buyers know %d; they wanted %d", total, len(w.placed), n)
	}
	for _, upc := range sagaProducts {
		inStock, reserved := w.available(t, upc)
		if inStock != w.stock[upc]-sold[upc] || reserved != 0 || inStock < 0 {
			t.Errorf("of %d pieces of %s %d were sold; %d are left, %d are set aside",
				w.stock[upc], upc, sold[upc], inStock, reserved)
		}
	}
	w.history.judge(t)
	for _, wrong := range w.ledger.wrong {
		t.Error(wrong)
	}
	for _, state := range []orders.OrderState{orders.Confirmed, orders.Rejected, orders.Cancelled} {
		if states[state] == 0 {
			t.Errorf("no order is %s: %v", state, states)
		}
	}
	t.Logf("%d orders, %d crashes: %v", total, crashes, states)
}

// awaitEnds waits until no checkout has anything to do any more.
func (w *sagaWorld) awaitEnds(t *testing.T) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for {
		var open struct {
			Sagas struct {
				Nodes []struct {
					Step, LastError string
					Attempts        int
				}
			}
		}
		w.mustAsk(t, "orders", operator, `{ sagas(first: 100) { nodes { step attempts lastError } } }`, &open)
		if len(open.Sagas.Nodes) == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("these checkouts do not come to an end: %+v", open.Sagas.Nodes)
		}
	}
}

// available is how many pieces there are, and how many of them are set aside.
func (w *sagaWorld) available(t *testing.T, upc string) (inStock, reserved int) {
	t.Helper()
	var got struct {
		Entities []struct {
			Availability struct{ InStock, Reserved int }
		} `json:"_entities"`
	}
	w.mustAsk(t, "inventory", operator, fmt.Sprintf(
		`{ _entities(representations: [{__typename: "Product", upc: %q}]) {
			... on Product { availability { inStock reserved } } } }`, upc), &got)
	return got.Entities[0].Availability.InStock, got.Entities[0].Availability.Reserved
}

// mustAsk insists on an answer, without which there is nothing to check.
func (w *sagaWorld) mustAsk(t *testing.T, service string, caller *wire.Identity, query string, into any) {
	t.Helper()
	if !w.insist(t, service, caller, query, into) {
		t.FailNow()
	}
}

// insist asks until there is an answer: what is asked is harmless when it is done twice.
func (w *sagaWorld) insist(t *testing.T, service string, caller *wire.Identity, query string, into any) bool {
	t.Helper()
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	deadline := time.After(patience)
	for {
		err := w.ask(service, caller, query, into)
		if err == nil {
			return true
		}
		select {
		case <-pause.C:
		case <-deadline:
			t.Errorf("%s: %v", query, err)
			return false
		}
	}
}

func (w *sagaWorld) ask(service string, caller *wire.Identity, query string, into any) error {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPost, "http://"+w.shop.Addresses[service]+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	pretend(r, *caller)
	r.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{Timeout: 10 * time.Second}).Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Data   json.RawMessage
		Errors json.RawMessage
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if len(answer.Errors) > 0 {
		return errors.New(string(answer.Errors))
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer.Data, into)
}
