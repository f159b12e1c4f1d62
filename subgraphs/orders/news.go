package orders

import (
	"context"
	"encoding/json"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
)

// News is the event that an order has changed. It tells inventory what is to become of the pieces, and others who has
// bought what. A receiver that was away hears the last event only, so each has everything.
func News(order *Order, saga *Saga, change wire.Change) wire.EntityChanged {
	lines := make([]any, len(order.Lines))
	for i, line := range order.Lines {
		lines[i] = map[string]any{"upc": line.Upc, "quantity": line.Quantity}
	}
	stock, answer := saga.wish(order)
	return wire.EntityChanged{
		Type: "Order", Key: map[string]any{"id": order.ID}, Subgraph: "orders", Change: change,
		Data: map[string]any{
			"state": order.State, "buyer": order.BuyerID, "lines": lines,
			"stock": stock, "answer": answer, "until": saga.Deadline.Format(time.RFC3339Nano),
		},
	}
}

// wish is what is to become of the pieces, and whether inventory must say what became of them.
func (s *Saga) wish(order *Order) (stock string, answer bool) {
	switch s.Step {
	case StepReserve:
		return "held", true
	case StepAuthorise:
		return "held", false
	case StepCommit:
		return "committed", true
	case StepCapture:
		return "committed", false
	case StepUndo:
		return "released", s.Held
	}
	if order.State.MayBecome(Shipped) || order.State == Shipped || order.State == Delivered {
		return "committed", false
	}
	return "released", false
}

// Take takes over what the catalog tells of products, and what inventory tells of the pieces of orders.
func (c *Core) Take(ctx context.Context, event wire.EntityChanged) error {
	switch {
	case event.Subgraph == "catalog" && event.Type == "Product":
		return c.takeProduct(ctx, event)
	case event.Subgraph == "inventory" && event.Type == "Reservation":
		return c.takeReservation(ctx, event)
	}
	return nil
}

func (c *Core) takeProduct(ctx context.Context, event wire.EntityChanged) error {
	upc, ok := event.Key["upc"].(string)
	if !ok {
		return nil
	}
	if archived, _ := event.Data["archived"].(bool); archived || event.Change == wire.Deleted {
		return c.store.RemoveArticle(ctx, event, upc)
	}
	name, named := event.Data["name"].(string)
	number, priced := event.Data["minor"].(json.Number)
	currency, known := event.Data["currency"].(string)
	if !named || !priced || !known { // an event of a catalog that does not tell prices
		return nil
	}
	minor, err := number.Int64()
	if err != nil {
		return err
	}
	return c.store.PutArticle(ctx, event, &Article{Upc: upc, Name: name, Price: Money{minor, Currency(currency)}})
}

func (c *Core) takeReservation(ctx context.Context, event wire.EntityChanged) error {
	id, ok := event.Key["orderId"].(string)
	state, told := event.Data["state"].(string)
	if !ok || !told {
		return nil
	}
	reason, _ := event.Data["reason"].(string)
	order, err := c.store.Change(ctx, id, &event, func(order *Order, saga *Saga) (bool, error) {
		return saga.hear(order, ReservationState(state), reason, c.now()), nil
	})
	if err == nil && order != nil {
		c.Changed(order)
	}
	return err
}
