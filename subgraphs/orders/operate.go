package orders

import (
	"context"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// CancelOrderInput names an order to be cancelled.
type CancelOrderInput struct{ ID string }

// ShipOrderInput names an order that was shipped.
type ShipOrderInput struct{ ID string }

// DeliverOrderInput names an order that has arrived.
type DeliverOrderInput struct{ ID string }

// Cancel calls an order off that was not shipped yet. Cancelling again changes nothing.
func (c *Core) Cancel(ctx context.Context, caller wire.Identity, input CancelOrderInput) (*Order, error) {
	if caller.Anonymous() {
		return nil, fault.New(fault.Unauthenticated, "sign in to cancel an order")
	}
	reason := "the buyer called it off"
	return c.change(ctx, input.ID, func(order *Order, saga *Saga) (bool, error) {
		if !order.mayHave(caller) {
			return false, noOrder(input.ID)
		}
		if caller.Subject != order.BuyerID {
			reason = "the shop called it off"
		}
		switch {
		case order.State == Cancelled:
			return false, nil
		case !order.State.MayBecome(Cancelled):
			return false, fault.At(fault.Conflict, "input.id", "the order is %s; it can be cancelled until it is shipped",
				order.State)
		}
		saga.fail(order, Cancelled, reason, c.now())
		return true, nil
	})
}

// Ship says that an order has left the warehouse. Saying so again changes nothing.
func (c *Core) Ship(ctx context.Context, caller wire.Identity, input ShipOrderInput) (*Order, error) {
	return c.advance(ctx, caller, input.ID, Shipped, "ship orders")
}

// Deliver says that an order has arrived. Saying so again changes nothing.
func (c *Core) Deliver(ctx context.Context, caller wire.Identity, input DeliverOrderInput) (*Order, error) {
	return c.advance(ctx, caller, input.ID, Delivered, "deliver orders")
}

func (c *Core) advance(
	ctx context.Context, caller wire.Identity, id string, to OrderState, what string,
) (*Order, error) {
	if err := operatorsOnly(caller, what); err != nil {
		return nil, err
	}
	return c.change(ctx, id, func(order *Order, _ *Saga) (bool, error) {
		switch {
		case order.State == to:
			return false, nil
		case !order.State.MayBecome(to):
			return false, fault.At(fault.Conflict, "input.id", "the order is %s; it cannot be %s next", order.State, to)
		}
		order.enter(to, c.now())
		return true, nil
	})
}

// change changes an order that must exist.
func (c *Core) change(ctx context.Context, id string, change func(*Order, *Saga) (bool, error)) (*Order, error) {
	order, err := c.store.Change(ctx, id, nil, change)
	switch {
	case err != nil:
		return nil, err
	case order == nil:
		return nil, noOrder(id)
	}
	c.Changed(order)
	return order, nil
}

func noOrder(id string) error {
	return fault.At(fault.NotFound, "input.id", "there is no order %q", id)
}
