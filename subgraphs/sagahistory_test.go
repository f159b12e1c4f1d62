package subgraphs_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/weft-graphql/weft/subgraphs/orders"
)

// sagaEventKind is what was done to an order, or seen of it.
type sagaEventKind string

const (
	orderPlaced, orderSeen, orderCalledOff sagaEventKind = "placed", "seen", "called off"

	piecesSeen sagaEventKind = "pieces seen"

	moneyAuthorised, moneyTaken, moneyGivenBack sagaEventKind = "/authorise", "/capture", "/void"
)

// sagaEvent is one operation of an order's history.
type sagaEvent struct {
	kind sagaEventKind
	// state is that of the order that was seen, and pieces how its pieces stood.
	state  orders.OrderState
	pieces orders.ReservationState
	// refused tells that the payment provider declined, or that the order could not be called off any more.
	refused bool
}

// sagaHistory is what people saw of orders and what the payment provider was asked, each with its beginning and end.
type sagaHistory struct {
	began time.Time
	mu    sync.Mutex
	ops   map[string][]porcupine.Operation
}

func newSagaHistory() *sagaHistory {
	return &sagaHistory{began: time.Now(), ops: map[string][]porcupine.Operation{}}
}

// now is a moment of the history.
func (h *sagaHistory) now() int64 { return int64(time.Since(h.began)) }

// add notes what has just ended.
func (h *sagaHistory) add(order string, since int64, e sagaEvent) {
	ended := h.now()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops[order] = append(h.ops[order], porcupine.Operation{Input: e, Call: since, Return: ended})
}

// judge checks the history of every order by itself.
func (h *sagaHistory) judge(t *testing.T) {
	h.mu.Lock()
	defer h.mu.Unlock()
	operations := 0
	for id, ops := range h.ops {
		operations += len(ops)
		if wrong := judgeOrder(ops); wrong != "" {
			t.Errorf("order %s: %s: %s", id, wrong, describeHistory(ops))
		}
	}
	t.Logf("the histories of %d orders have %d operations", len(h.ops), operations)
}

func judgeOrder(ops []porcupine.Operation) string {
	switch porcupine.CheckOperationsTimeout(orderModel, ops, time.Minute) {
	case porcupine.Ok:
		return ""
	case porcupine.Illegal:
		return "this history has no order"
	default:
		return "it takes too long to find out whether this history has an order"
	}
}

func describeHistory(ops []porcupine.Operation) string {
	ops = slices.Clone(ops)
	slices.SortFunc(ops, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	text := ""
	for _, o := range ops {
		e := o.Input.(sagaEvent)
		text += fmt.Sprintf("\n%v to %v: %s %s%s refused=%v", time.Duration(o.Call), time.Duration(o.Return), e.kind,
			e.state, e.pieces, e.refused)
	}
	return text
}

// orderOf is one order with its money and its pieces, as the model has it. The order goes on by itself: state and stock
// are the earliest that they can be.
type orderOf struct {
	state orders.OrderState
	// failed tells that the state is Rejected, Cancelled or Expired by now, and ended that it is not Cancelled.
	failed, ended bool
	stock         orders.ReservationState

	authorised, taken, voided, declined bool
}

// orderModel is an order, its payment and its pieces as one object that changes at single moments.
var orderModel = porcupine.Model{
	Init: func() any { return orderOf{} },
	Step: func(state, input, _ any) (bool, any) {
		o := state.(orderOf)
		legal := o.take(input.(sagaEvent))
		return legal, o
	},
}

// take reports whether the event may happen now, and changes the order.
func (o *orderOf) take(e sagaEvent) bool {
	switch e.kind {
	case orderPlaced:
		o.state = orders.Placed
		return true
	case orderSeen:
		return o.see(e.state)
	case piecesSeen:
		return o.seePieces(e.pieces)
	case orderCalledOff:
		if !e.refused {
			return o.see(orders.Cancelled)
		}
		o.failed, o.ended = true, true // before anybody called it off
		return o.mayHaveFailed()
	case moneyAuthorised:
		return o.authorise(e.refused)
	case moneyTaken:
		return o.capture(e.refused)
	default: // nobody gives money back but of orders that have failed
		o.voided, o.taken, o.failed = true, false, true
		return o.mayHaveFailed()
	}
}

// see is that the order is in the state, which it must be able to have reached, with its money and pieces as they must
// be.
func (o *orderOf) see(state orders.OrderState) bool {
	failing := slices.Contains(failures, state)
	if !leads(o.state, state) || o.failed && !failing || o.ended && state == orders.Cancelled {
		return false
	}
	o.state, o.failed = state, failing
	switch state {
	case orders.Reserved:
		return o.reach(orders.ReservationHeld)
	case orders.Authorised:
		return o.authorised && o.reach(orders.ReservationHeld)
	case orders.Confirmed:
		return o.taken && !o.voided && o.reach(orders.ReservationCommitted)
	}
	return true
}

// reach is that the pieces are set aside, or taken out, or have been.
func (o *orderOf) reach(stock orders.ReservationState) bool {
	if stockLeads(o.stock, stock) {
		o.stock = stock
		return true
	}
	return o.stock != orders.ReservationRefused
}

// seePieces is that the pieces of the order stand like that; not at all when the text is empty.
func (o *orderOf) seePieces(stock orders.ReservationState) bool {
	if !stockLeads(o.stock, stock) {
		return false
	}
	o.stock = stock
	switch stock {
	case orders.ReservationCommitted:
		o.atLeast(orders.Authorised)
		return o.authorised
	case orders.ReservationReleased:
		o.failed = true
		return o.mayHaveFailed()
	}
	return true
}

// authorise is asked once pieces are set aside. The question may arrive after its asker is gone.
func (o *orderOf) authorise(refused bool) bool {
	if o.state == "" || refused && !o.voided && o.authorised && !o.declined {
		return false
	}
	o.atLeast(orders.Reserved)
	o.declined = o.declined || refused && !o.voided
	o.authorised = o.authorised || !refused
	return o.reach(orders.ReservationHeld)
}

// capture is asked once the order is authorised and its pieces were taken out.
func (o *orderOf) capture(refused bool) bool {
	if !o.authorised || !o.reach(orders.ReservationCommitted) || o.stock == orders.ReservationExpired {
		return false
	}
	o.atLeast(orders.Authorised)
	if refused {
		o.declined = o.declined || !o.voided
		return true
	}
	o.taken = true
	return !o.voided && !o.declined
}

// atLeast has the order be in the state, or in one that comes after it.
func (o *orderOf) atLeast(state orders.OrderState) {
	if leads(o.state, state) {
		o.state = state
	}
}

var failures = []orders.OrderState{orders.Rejected, orders.Cancelled, orders.Expired}

func (o *orderOf) mayHaveFailed() bool {
	return slices.ContainsFunc(failures, func(end orders.OrderState) bool { return leads(o.state, end) })
}

// stockLeads reports whether pieces of an order get from one state to another, which may be the same. They are let go
// of before they are set aside when the order has failed by then.
func stockLeads(from, to orders.ReservationState) bool {
	switch from {
	case to, "":
		return true
	case orders.ReservationHeld:
		return to != "" && to != orders.ReservationRefused
	case orders.ReservationCommitted:
		return to == orders.ReservationReleased
	}
	return false
}

// leads reports whether an order gets from one state to another, which may be the same.
func leads(from, to orders.OrderState) bool {
	if from == "" {
		return false
	}
	seen := []orders.OrderState{from}
	for i := 0; i < len(seen); i++ {
		if seen[i] == to {
			return true
		}
		for _, next := range orderStates {
			if seen[i].MayBecome(next) && !slices.Contains(seen, next) {
				seen = append(seen, next)
			}
		}
	}
	return false
}

var orderStates = []orders.OrderState{
	orders.Placed, orders.Reserved, orders.Authorised, orders.Confirmed, orders.Shipped, orders.Delivered,
	orders.Rejected, orders.Cancelled, orders.Expired,
}

// TestTheModelOfOrdersFindsFaults shows the model histories that must not be, one for each fault.
func TestTheModelOfOrdersFindsFaults(t *testing.T) {
	t.Parallel()
	seen := func(state orders.OrderState) sagaEvent { return sagaEvent{kind: orderSeen, state: state} }
	placed, authorised := sagaEvent{kind: orderPlaced}, sagaEvent{kind: moneyAuthorised}
	taken, voided := sagaEvent{kind: moneyTaken}, sagaEvent{kind: moneyGivenBack}
	calledOff := sagaEvent{kind: orderCalledOff}
	pieces := func(state orders.ReservationState) sagaEvent { return sagaEvent{kind: piecesSeen, pieces: state} }
	bought := []sagaEvent{placed, seen(orders.Placed), pieces(orders.ReservationHeld), authorised, taken,
		seen(orders.Confirmed), pieces(orders.ReservationCommitted)}
	for name, c := range map[string]struct {
		history []sagaEvent
		legal   bool
	}{
		"bought":                     {bought, true},
		"called off":                 {[]sagaEvent{placed, authorised, calledOff, voided, seen(orders.Cancelled)}, true},
		"authorised too late":        {[]sagaEvent{placed, calledOff, voided, {kind: moneyAuthorised, refused: true}}, true},
		"seen before it was placed":  {[]sagaEvent{seen(orders.Placed), placed}, false},
		"confirmed without money":    {[]sagaEvent{placed, authorised, seen(orders.Confirmed)}, false},
		"authorised without a word":  {[]sagaEvent{placed, seen(orders.Authorised)}, false},
		"taken without being held":   {[]sagaEvent{placed, taken}, false},
		"going back":                 {append(slices.Clone(bought), seen(orders.Reserved)), false},
		"asked for before the stock": {[]sagaEvent{placed, authorised, seen(orders.Placed)}, false},
		"called off and alive":       {[]sagaEvent{placed, calledOff, seen(orders.Reserved)}, false},
		"called off and confirmed":   {[]sagaEvent{placed, calledOff, authorised, taken, seen(orders.Confirmed)}, false},
		"given back and confirmed":   {[]sagaEvent{placed, authorised, taken, voided, seen(orders.Confirmed)}, false},
		"taken after it was refused": {[]sagaEvent{placed, authorised, {kind: moneyTaken, refused: true}, taken}, false},
		"pieces given up of a bought order": {append(slices.Clone(bought), pieces(orders.ReservationReleased),
			seen(orders.Confirmed)), false},
		"confirmed without pieces": {append(slices.Clone(bought), pieces(orders.ReservationHeld)), false},
		"authorised and refused":   {[]sagaEvent{placed, pieces(orders.ReservationRefused), authorised}, false},
		"pieces set aside again": {[]sagaEvent{placed, pieces(orders.ReservationExpired),
			pieces(orders.ReservationHeld)}, false},
		"taken out before the money": {[]sagaEvent{placed, pieces(orders.ReservationCommitted)}, false},
		"cancelled after an end": {[]sagaEvent{placed, {kind: orderCalledOff, refused: true},
			seen(orders.Cancelled)}, false},
		"taken after it was given up": {[]sagaEvent{placed, authorised, calledOff, voided, taken}, false},
	} {
		var ops []porcupine.Operation
		for i, e := range c.history {
			ops = append(ops, porcupine.Operation{Input: e, Call: int64(2 * i), Return: int64(2*i + 1)})
		}
		if wrong := judgeOrder(ops); (wrong == "") != c.legal {
			t.Errorf("%s: the model says %q", name, wrong)
		}
	}
}
