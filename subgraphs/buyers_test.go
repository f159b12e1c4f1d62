package subgraphs_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/bus/natstest"
	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

// How many people buy at the same time in the load test, and how often each; `make buyers` has more.
var (
	buyers     = flag.Int("buyers", 8, "people who buy at the same time in the load test")
	buysOfEach = flag.Int("buys", 3, "orders of each of them")
)

// mostStatements bounds the SQL statements of an order in `make buyers`: a few more than it takes when nothing waits.
// Beside other tests more of the steps are tried again, each with its statements.
const mostStatements = 165

// TestManyBuyAtOnce has people buy at the same time, on PostgreSQL and NATS, and logs what that takes. Every order
// must be confirmed, and the pieces must be gone.
func TestManyBuyAtOnce(t *testing.T) {
	t.Parallel()
	server := natstest.Start(t)
	config := kit.Config{}
	services, counters := map[string]subgraphs.Service{}, []*kittest.Counter{}
	for _, name := range subgraphs.Names() {
		events, err := bus.Connect(context.Background(), bus.Config{URL: server.URL(), Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(events.Close)
		config.Events, config.DatabaseURL = events, sampleDatabase(t, name)
		var counter *kittest.Counter
		services[name], counter = open(t, name, config)
		counters = append(counters, counter)
	}
	orders, stock := services["orders"], services["inventory"]
	door := httptest.NewServer(believing(orders.Handler()))
	t.Cleanup(door.Close)
	all := *buyers * *buysOfEach
	kittest.MustAsk(t, stock.Handler(), merchant, fmt.Sprintf(
		`mutation { putStock(input: {upc: "p1", warehouseId: "ber1", quantity: %d}) { stock { quantity } } }`, all), nil, nil)
	inStock, _ := stockOf(t, stock, "p1")
	for _, counter := range counters {
		counter.Take()
	}

	var mu sync.Mutex
	var placed, confirmed []time.Duration
	var waiting sync.WaitGroup
	began := time.Now()
	for b := range *buyers {
		waiting.Go(func() {
			caller := &wire.Identity{Subject: fmt.Sprintf("u%d", 1+b)}
			for n := range *buysOfEach {
				start := time.Now()
				mutateCart(t, orders, caller, `addToCart(input: {upc: "p1", quantity: 1})`)
				got := mutateOrder(t, orders, caller, fmt.Sprintf(`checkout(input: {idempotencyKey: "load-%d-%d", paymentMethod: "card", %s})`, b, n, shipTo))
				if got.Order == nil {
					t.Errorf("an order was not placed: %v", got.UserErrors)
					return
				}
				took := time.Since(start)
				ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
				states := watchStates(t, ctx, door.URL, *caller, got.Order.ID)
				state := ""
				for state != "the end" && !strings.Contains(state, `"CONFIRMED"`) {
					state = nextState(states)
				}
				cancel()
				if state == "the end" {
					t.Error("an order is not confirmed")
				}
				mu.Lock()
				placed, confirmed = append(placed, took), append(confirmed, time.Since(start))
				mu.Unlock()
			}
		})
	}
	waiting.Wait()
	whole := time.Since(began)
	statements := 0
	for _, counter := range counters {
		statements += counter.Take()
	}
	if now, reserved := stockOf(t, stock, "p1"); now != inStock-all || reserved != 0 {
		t.Errorf("%d pieces are left of %d, %d set aside, after %d orders of one piece", now, inStock, reserved, all)
	}
	// What watches an order reads it once for each of its states, whoever tells of them, and nobody writes down that an
	// order which is not certain does not count yet.
	if each := statements / all; each > mostStatements && *buysOfEach >= 20 {
		t.Errorf("%d SQL statements per order, want %d at most", each, mostStatements)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	slices.Sort(placed)
	slices.Sort(confirmed)
	p := func(of []time.Duration, share int) time.Duration {
		return of[min(len(of)-1, len(of)*share/100)].Round(time.Millisecond)
	}
	t.Logf("%d orders by %d people: %.0f orders/s; placed p50 %s p99 %s; confirmed p50 %s p99 %s; %.1f SQL statements of requests and checkouts per order; %d MiB from the system",
		all, *buyers, float64(all)/whole.Seconds(), p(placed, 50), p(placed, 99), p(confirmed, 50), p(confirmed, 99),
		float64(statements)/float64(all), memory.Sys>>20)
}
