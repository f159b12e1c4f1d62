package inventory

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// Reservation is pieces set aside for an order.
type Reservation struct {
	OrderID string
	State   ReservationState
	// Why is why nothing is set aside; empty when something is.
	Why              string
	Until, UpdatedAt time.Time
	Lines            []*ReservationLine
}

// Reason is why nothing is set aside; nil when something is.
func (r *Reservation) Reason() *string {
	if r.Why == "" {
		return nil
	}
	return &r.Why
}

// ReservationLine is pieces of one product in one warehouse that are set aside.
type ReservationLine struct {
	Upc, WarehouseID string
	Quantity         int
}

// Product is what is set aside.
func (l *ReservationLine) Product() *Product { return &Product{Upc: l.Upc} }

// ReservationState is how the pieces of an order stand.
type ReservationState string

// The states there are.
const (
	Held      ReservationState = "HELD"
	Refused   ReservationState = "REFUSED"
	Committed ReservationState = "COMMITTED"
	Released  ReservationState = "RELEASED"
	Overdue   ReservationState = "EXPIRED"
)

// Wish is what an order asks of stock. An order that asks again says the same.
type Wish struct {
	OrderID string
	// State is what the pieces are to be: Held, Committed or Released.
	State ReservationState
	Until time.Time
	// Pieces are how many of each product.
	Pieces map[string]int
	// Answer says that the order waits for an answer, even if nothing changes.
	Answer bool
}

// Place is the pieces of a product in a warehouse: those that lie there, and those of them that are set aside.
type Place struct {
	Upc, WarehouseID   string
	Quantity, Reserved int
}

// Fulfil brings the reservation (nil when there is none) and the places of its products to what the order wishes. It
// returns nil when nothing changes, and is the only place where pieces are set aside, taken out and given back.
func (w Wish) Fulfil(was *Reservation, places []*Place, now time.Time) *Reservation {
	if was == nil {
		return w.first(places, now)
	}
	next := *was
	next.UpdatedAt = now
	switch {
	case w.State == Committed && was.State == Held:
		next.State = Committed
		next.each(places, func(p *Place, n int) { p.Quantity, p.Reserved = p.Quantity-n, p.Reserved-n })
	case w.State == Released && was.State == Held:
		next.State = Released
		next.each(places, func(p *Place, n int) { p.Reserved -= n })
	case w.State == Released && was.State == Committed:
		next.State = Released
		next.each(places, func(p *Place, n int) { p.Quantity += n })
	default: // it is what the order wishes, or cannot become so any more
		return nil
	}
	return &next
}

// first is the reservation of an order that had none.
func (w Wish) first(places []*Place, now time.Time) *Reservation {
	r := &Reservation{OrderID: w.OrderID, State: Released, Until: w.Until, UpdatedAt: now}
	if w.State != Held {
		return r // called off before it was heard of; nothing may be set aside later
	}
	lines, short := allocate(w.Pieces, places)
	if len(short) > 0 {
		r.State, r.Why = Refused, "there are too few pieces of "+strings.Join(short, ", ")
		return r
	}
	r.State, r.Lines = Held, lines
	r.each(places, func(p *Place, n int) { p.Reserved += n })
	return r
}

// Expire gives back what was set aside for too long.
func (r *Reservation) Expire(places []*Place, now time.Time) *Reservation {
	if r.State != Held || now.Before(r.Until) {
		return nil
	}
	next := *r
	next.State, next.UpdatedAt, next.Why = Overdue, now, "the pieces were set aside for too long"
	next.each(places, func(p *Place, n int) { p.Reserved -= n })
	return &next
}

func (r *Reservation) each(places []*Place, change func(place *Place, pieces int)) {
	for _, line := range r.Lines {
		for _, place := range places {
			if place.Upc == line.Upc && place.WarehouseID == line.WarehouseID {
				change(place, line.Quantity)
			}
		}
	}
}

// allocate says from which warehouse the pieces come: all of a product from one if possible, otherwise from those that
// have most. It names the products of which there are too few.
func allocate(pieces map[string]int, places []*Place) (lines []*ReservationLine, short []string) {
	for upc, wanted := range pieces {
		var free []*Place
		for _, place := range places {
			if place.Upc == upc && place.Quantity > place.Reserved {
				free = append(free, place)
			}
		}
		slices.SortFunc(free, func(a, b *Place) int {
			return cmp.Or(cmp.Compare(b.Quantity-b.Reserved, a.Quantity-a.Reserved), cmp.Compare(a.WarehouseID, b.WarehouseID))
		})
		for _, place := range free {
			n := min(wanted, place.Quantity-place.Reserved)
			if wanted -= n; n > 0 {
				lines = append(lines, &ReservationLine{Upc: upc, WarehouseID: place.WarehouseID, Quantity: n})
			}
		}
		if wanted > 0 {
			short = append(short, upc)
		}
	}
	slices.Sort(short)
	return lines, short
}

// News are the events of a reservation that was changed: what became of the pieces, for the order, and that products
// and warehouses are not what they were.
func (r *Reservation) News(changed bool) []wire.EntityChanged {
	news := []wire.EntityChanged{{
		Type: "Reservation", Key: map[string]any{"orderId": r.OrderID}, Subgraph: "inventory", Change: wire.Updated,
		Data: map[string]any{"state": r.State, "reason": r.Why},
	}}
	if !changed {
		return news
	}
	told := map[string]bool{}
	for _, line := range r.Lines {
		if !told["p "+line.Upc] {
			told["p "+line.Upc] = true
			news = append(news, productChanged(line.Upc, wire.Updated))
		}
		if !told["w "+line.WarehouseID] {
			told["w "+line.WarehouseID] = true
			news = append(news, wire.EntityChanged{
				Type: "Warehouse", Key: map[string]any{"id": line.WarehouseID}, Subgraph: "inventory", Change: wire.Updated,
			})
		}
	}
	return news
}

// takeOrder does what an order wishes.
func (c *Core) takeOrder(ctx context.Context, event wire.EntityChanged) error {
	wish, err := wishOf(event)
	if err != nil {
		return err
	}
	return c.store.Fulfil(ctx, event, wish)
}

// wishOf reads what an order's event asks of stock.
func wishOf(event wire.EntityChanged) (Wish, error) {
	id, ok := event.Key["id"].(string)
	stock, told := event.Data["stock"].(string)
	until, err := time.Parse(time.RFC3339Nano, fmt.Sprint(event.Data["until"]))
	states := map[string]ReservationState{"held": Held, "committed": Committed, "released": Released}
	lines, listed := event.Data["lines"].([]any)
	if !ok || !told || err != nil || states[stock] == "" || !listed {
		return Wish{}, fmt.Errorf("event %s of an order does not say what is to become of the pieces", event.ID)
	}
	wish := Wish{OrderID: id, State: states[stock], Until: until.UTC(), Pieces: map[string]int{}}
	wish.Answer, _ = event.Data["answer"].(bool)
	for _, line := range lines {
		fields, _ := line.(map[string]any)
		upc, named := fields["upc"].(string)
		number, counted := fields["quantity"].(json.Number)
		n, err := number.Int64()
		if !named || !counted || err != nil || n < 1 || n > maxQuantity {
			return Wish{}, fmt.Errorf("event %s of an order has a line without product or quantity", event.ID)
		}
		wish.Pieces[upc] += int(n)
	}
	return wish, nil
}

const (
	// expireEvery is how often reservations are looked for that have lasted too long, and expireAtOnce how many are given
	// back then.
	expireEvery  = time.Second
	expireAtOnce = 100
)

// Expire gives back what was set aside for too long, until ctx ends. Several processes may do so on one database.
func (c *Core) Expire(ctx context.Context, logger *slog.Logger) {
	tick := time.NewTicker(expireEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		orders, err := c.store.OverdueReservations(ctx, time.Now(), expireAtOnce)
		for _, id := range orders {
			if err == nil {
				err = c.store.ExpireReservation(ctx, id, time.Now().UTC())
			}
		}
		if err != nil && ctx.Err() == nil {
			logger.Warn("reservations that have lasted too long cannot be given back yet", "error", err)
		}
	}
}

// Operator is the role that may see reservations.
const Operator = "operator"

// Reservation returns the pieces set aside for an order; nil when there are none.
func (c *Core) Reservation(ctx context.Context, caller wire.Identity, orderID string) (*Reservation, error) {
	switch {
	case caller.Anonymous():
		return nil, fault.New(fault.Unauthenticated, "sign in to see reservations")
	case !caller.HasRole(Operator):
		return nil, fault.New(fault.Forbidden, "only operators may see reservations")
	}
	return c.store.Reservation(ctx, orderID)
}

// WarehouseOfLine returns where the pieces lie.
func (c *Core) WarehouseOfLine(ctx context.Context, line *ReservationLine) (*Warehouse, error) {
	return c.Warehouse(ctx, line.WarehouseID)
}

// Availability is how many pieces of a product there are.
type Availability struct{ InStock, Reserved int }

// Available is how many can be sold.
func (a *Availability) Available() int { return a.InStock - a.Reserved }

type loadAvailability struct{}

// Availability counts the pieces of the product in all warehouses together.
func (c *Core) Availability(ctx context.Context, product *Product) (*Availability, error) {
	found, err := dataloader.Load(ctx, loadAvailability{}, product.Upc, c.store.Availabilities)
	return &found, err
}
