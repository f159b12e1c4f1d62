package reviews

import (
	"context"
	"fmt"

	"github.com/weft-graphql/weft/schema/wire"
)

// Take takes over what reviews keeps a copy of: which products there are, the public names of people, and what has
// reached its buyers. Other news does not concern reviews. An entity that exists may be told of by any event, since
// whoever catches up hears the last one only.
func (c *Core) Take(ctx context.Context, event wire.EntityChanged) error {
	switch {
	case event.Change == wire.Deleted:
	case event.Subgraph == "catalog" && event.Type == "Product":
		if upc, ok := event.Key["upc"].(string); ok {
			return c.store.AddProduct(ctx, event, upc, changed("Product", "upc", upc, wire.Created))
		}
	case event.Subgraph == "accounts" && event.Type == "User":
		id, ok := event.Key["id"].(string)
		username, named := event.Data["username"].(string)
		if ok && named {
			return c.store.PutUser(ctx, event, id, username, changed("User", "id", id, wire.Updated))
		}
	case event.Subgraph == "orders" && event.Type == "Order" && event.Data["state"] == "DELIVERED":
		return c.takeDelivery(ctx, event)
	}
	return nil
}

// takeDelivery notes who has bought what: reviews of it by this person are verified.
func (c *Core) takeDelivery(ctx context.Context, event wire.EntityChanged) error {
	buyer, known := event.Data["buyer"].(string)
	lines, listed := event.Data["lines"].([]any)
	if !known || !listed {
		return fmt.Errorf("event %s of an order does not say who has bought what", event.ID)
	}
	var upcs []string
	for _, line := range lines {
		fields, _ := line.(map[string]any)
		upc, named := fields["upc"].(string)
		if !named {
			return fmt.Errorf("event %s of an order has a line without product", event.ID)
		}
		upcs = append(upcs, upc)
	}
	return c.store.Deliver(ctx, event, buyer, upcs)
}
