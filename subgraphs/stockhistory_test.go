package subgraphs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/inventory"
	"github.com/weft-graphql/weft/subgraphs/inventory/store"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// stockAct is what is done to the stock of a product, or asked of it.
type stockAct string

const (
	stockMoved, stockCounted, piecesWished, piecesExpired, piecesLookedAt stockAct = "moved", "counted", "wished",
		"expired", "looked at"
)

// stockCall is one call: the pieces that come (stockMoved), or what an order wishes.
type stockCall struct {
	act    stockAct
	delta  int
	order  int
	wished inventory.ReservationState
}

// stockAnswer is what was answered.
type stockAnswer struct {
	// refused tells that pieces could not be moved; quantity is how many there are otherwise.
	refused            bool
	quantity, reserved int
	state              inventory.ReservationState
}

// Sizes of a history: how many orders there are, who acts at the same time, and how often each of them.
const (
	stockOrders, stockActors, stockActs = 8, 6, 25
	piecesInTheBeginning                = 12
)

// piecesOf is how many pieces an order wants.
func piecesOf(order int) int { return 1 + order%4 }

// shelf is the stock of a product that lies in one warehouse, with the states of the orders' pieces; empty when
// nothing was ever wished.
type shelf struct {
	quantity, reserved int
	states             [stockOrders]inventory.ReservationState
}

// stockModel is such stock as an object that changes at single moments.
var stockModel = porcupine.Model{
	Init: func() any { return shelf{quantity: piecesInTheBeginning} },
	Step: func(state, input, output any) (bool, any) {
		s := state.(shelf)
		legal := s.take(input.(stockCall), output.(stockAnswer))
		return legal, s
	},
}

// take reports whether the call may have this answer now, and changes the stock.
func (s *shelf) take(call stockCall, answer stockAnswer) bool {
	switch call.act {
	case stockMoved:
		left := s.quantity + call.delta
		if left < s.reserved || answer.refused {
			return left < s.reserved && answer.refused
		}
		s.quantity = left
		return answer.quantity == left
	case stockCounted:
		return answer.quantity == s.quantity && answer.reserved == s.reserved
	case piecesLookedAt:
		return answer.state == s.states[call.order]
	case piecesExpired:
		if s.states[call.order] == inventory.Held {
			s.states[call.order] = inventory.Overdue
			s.reserved -= piecesOf(call.order)
		}
	default:
		s.wish(&s.states[call.order], piecesOf(call.order), call.wished)
	}
	return true
}

func (s *shelf) wish(state *inventory.ReservationState, pieces int, wished inventory.ReservationState) {
	switch was := *state; {
	case was == "" && wished != inventory.Held: // nothing may be set aside later
		*state = inventory.Released
	case was == "" && s.quantity-s.reserved < pieces:
		*state = inventory.Refused
	case was == "":
		*state, s.reserved = inventory.Held, s.reserved+pieces
	case was == inventory.Held && wished == inventory.Committed:
		*state, s.reserved, s.quantity = inventory.Committed, s.reserved-pieces, s.quantity-pieces
	case was == inventory.Held && wished == inventory.Released:
		*state, s.reserved = inventory.Released, s.reserved-pieces
	case was == inventory.Committed && wished == inventory.Released:
		*state, s.quantity = inventory.Released, s.quantity+pieces
	}
}

// stockWorld is a product of which many people want pieces at the same time.
type stockWorld struct {
	core           *inventory.Core
	store          inventory.Store
	upc, warehouse string

	began time.Time
	mu    sync.Mutex
	ops   []porcupine.Operation
}

// openStock opens inventory in parts, with the store as it is or as change makes it.
func openStock(t *testing.T, config kit.Config, change func(inventory.Store) inventory.Store) *stockWorld {
	t.Helper()
	db, err := kit.OpenForSetup(t.Context(), "inventory", config) // whose statements may wait for each other
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	kept := change(store.New(db, events.NewOutbox(kit.Transactions(db), db, kit.Transactions(db))))
	return &stockWorld{core: inventory.New(kept), store: kept}
}

// history has many act on the stock of a product at the same time, and returns what they saw.
func (w *stockWorld) history(t *testing.T, upc string, seed uint64) []porcupine.Operation {
	t.Helper()
	levels, err := w.store.LevelsByProduct(t.Context(), []string{upc})
	if err != nil {
		t.Fatal(err)
	}
	for i, level := range levels[upc] {
		pieces := 0
		if i == 0 {
			w.warehouse, pieces = level.WarehouseID, piecesInTheBeginning
		}
		input := inventory.SetStockInput{Upc: upc, WarehouseID: level.WarehouseID, Quantity: pieces}
		if _, err := w.core.SetStock(t.Context(), *merchant, input); err != nil {
			t.Fatal(err)
		}
	}
	w.upc, w.began, w.ops = upc, time.Now(), nil
	var actors sync.WaitGroup
	for a := range uint64(stockActors) {
		actors.Go(func() {
			dice := rand.New(rand.NewPCG(seed, a))
			for range stockActs {
				if err := w.act(t.Context(), dice); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	actors.Wait()
	return w.ops
}

// act does something, and notes it.
func (w *stockWorld) act(ctx context.Context, dice *rand.Rand) error {
	call := stockCall{order: dice.IntN(stockOrders)}
	var answer stockAnswer
	var err error
	since := time.Since(w.began)
	switch n := dice.IntN(10); {
	case n < 4:
		states := []inventory.ReservationState{inventory.Held, inventory.Held, inventory.Committed, inventory.Released}
		call.act, call.wished = piecesWished, states[dice.IntN(len(states))]
		err = w.wish(ctx, call)
	case n < 6:
		call.act, call.delta = stockMoved, 1+dice.IntN(4)
		if dice.IntN(2) == 0 {
			call.delta = -call.delta
		}
		answer, err = w.move(ctx, call.delta)
	case n < 8:
		call.act = stockCounted
		var found map[string]inventory.Availability
		found, err = w.store.Availabilities(ctx, []string{w.upc})
		answer.quantity, answer.reserved = found[w.upc].InStock, found[w.upc].Reserved
	case n < 9:
		call.act = piecesLookedAt
		var found *inventory.Reservation
		if found, err = w.store.Reservation(ctx, w.orderID(call.order)); found != nil {
			answer.state = found.State
		}
	default:
		call.act = piecesExpired
		err = w.store.ExpireReservation(ctx, w.orderID(call.order), time.Now().Add(24*time.Hour))
	}
	ended := time.Since(w.began)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ops = append(w.ops, porcupine.Operation{Input: call, Call: int64(since), Output: answer, Return: int64(ended)})
	return err
}

func (w *stockWorld) orderID(order int) string { return fmt.Sprintf("o-%s-%d", w.upc, order) }

// wish takes in the event by which an order says what it wishes.
func (w *stockWorld) wish(ctx context.Context, call stockCall) error {
	stock := map[inventory.ReservationState]string{
		inventory.Held: "held", inventory.Committed: "committed", inventory.Released: "released",
	}
	return w.core.Take(ctx, wire.EntityChanged{
		ID: "wish", Type: "Order", Key: map[string]any{"id": w.orderID(call.order)}, Subgraph: "orders",
		Change: wire.Updated, Data: map[string]any{
			"stock": stock[call.wished], "until": time.Now().Add(time.Hour).Format(time.RFC3339Nano),
			"lines": []any{map[string]any{"upc": w.upc, "quantity": json.Number(fmt.Sprint(piecesOf(call.order)))}},
		},
	})
}

func (w *stockWorld) move(ctx context.Context, delta int) (answer stockAnswer, err error) {
	input := inventory.AdjustStockInput{Upc: w.upc, WarehouseID: w.warehouse, Delta: delta}
	level, err := w.core.AdjustStock(ctx, *merchant, input)
	var wrong *fault.Fault
	if errors.As(err, &wrong) && wrong.Code == fault.Conflict {
		return stockAnswer{refused: true}, nil
	}
	if err == nil {
		answer.quantity = level.Quantity
	}
	return answer, err
}

// onBothStocks runs the test on both databases, with stores as they are or as change makes them.
func onBothStocks(
	t *testing.T, change func(inventory.Store) inventory.Store, test func(t *testing.T, w *stockWorld),
) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		config := sqliteConfig(t)
		copySample(t, "inventory", config.DataDir)
		test(t, openStock(t, config, change))
	})
	t.Run("postgres", func(t *testing.T) {
		test(t, openStock(t, kit.Config{DatabaseURL: sampleDatabase(t, "inventory")}, change))
	})
}

// TestStockIsLinearizable has orders wish for pieces, call them off, pay and expire while pieces come and go, and looks
// for one order of all that in which each answer is right.
func TestStockIsLinearizable(t *testing.T) {
	asItIs := func(s inventory.Store) inventory.Store { return s }
	onBothStocks(t, asItIs, func(t *testing.T, w *stockWorld) {
		for seed := range uint64(4) {
			ops := w.history(t, fmt.Sprint("p", seed+1), seed)
			if t.Failed() {
				return
			}
			if got := porcupine.CheckOperationsTimeout(stockModel, ops, time.Minute); got != porcupine.Ok {
				t.Fatalf("the history %d of %d operations is %s: %s", seed, len(ops), got, describeStock(ops))
			}
		}
	})
}

// forgetful is a store that says it has done what an order wishes, and sometimes has not.
type forgetful struct {
	inventory.Store
	n atomic.Int64
}

func (f *forgetful) Fulfil(ctx context.Context, from wire.EntityChanged, wish inventory.Wish) error {
	if f.n.Add(1)%5 == 0 {
		return nil
	}
	return f.Store.Fulfil(ctx, from, wish)
}

// late is a store that sometimes counts what there was a while ago.
type late struct {
	inventory.Store
	mu  sync.Mutex
	old map[string]inventory.Availability
	n   int
}

func (l *late) Availabilities(ctx context.Context, upcs []string) (map[string]inventory.Availability, error) {
	found, err := l.Store.Availabilities(ctx, upcs)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n++; l.n%8 == 1 {
		l.old = found
	}
	return l.old, err
}

// TestHistoriesOfStockShowFaults plants faults in the store, each of which some history must show.
func TestHistoriesOfStockShowFaults(t *testing.T) {
	for name, plant := range map[string]func(inventory.Store) inventory.Store{
		"forgetful": func(s inventory.Store) inventory.Store { return &forgetful{Store: s} },
		"late":      func(s inventory.Store) inventory.Store { return &late{Store: s} },
	} {
		t.Run(name, func(t *testing.T) {
			onBothStocks(t, plant, func(t *testing.T, w *stockWorld) {
				for seed := range uint64(8) {
					ops := w.history(t, fmt.Sprint("p", seed+1), seed)
					if t.Failed() || porcupine.CheckOperationsTimeout(stockModel, ops, time.Minute) == porcupine.Illegal {
						return
					}
				}
				t.Error("no history shows it")
			})
		})
	}
}

func describeStock(ops []porcupine.Operation) string {
	ops = slices.Clone(ops)
	slices.SortFunc(ops, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	text := ""
	for _, o := range ops {
		text += fmt.Sprintf("\n%v to %v: %+v %+v", time.Duration(o.Call), time.Duration(o.Return), o.Input, o.Output)
	}
	return text
}
