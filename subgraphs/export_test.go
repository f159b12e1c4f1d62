package subgraphs

import (
	"context"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/orders"
	"github.com/weft-graphql/weft/subgraphs/orders/payment"

	"github.com/uptrace/bun"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
)

// Take takes in an event.
type Take = func(context.Context, wire.EntityChanged) error

// OpenDisturbed opens a service whose events go through disturb. Orders are paid by the provider, with that timing.
func OpenDisturbed(
	ctx context.Context, name string, config kit.Config, provider payment.Provider, timing orders.Timing, disturb func(Take) Take,
) (Service, error) {
	r := recipes[name]
	if name == "orders" {
		r = ordersPaidBy(provider, timing)
	}
	build := r.build
	r.build = func(db *bun.DB, outbox *events.Outbox) parts {
		made := build(db, outbox)
		made.take = disturb(made.take)
		return made
	}
	return r.open(ctx, config)
}
