package insights

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
)

// MostInBasket bounds how many different products of an order are counted together: the pairs are its square.
const MostInBasket = 40

// kept is for how long orders count.
const kept = 365 * 24 * time.Hour

// Take takes over which products are for sale, and what was ordered together.
func (c *Core) Take(ctx context.Context, event wire.EntityChanged) error {
	switch {
	case event.Subgraph == "catalog" && event.Type == "Product":
		upc, ok := event.Key["upc"].(string)
		if !ok {
			return nil
		}
		archived, _ := event.Data["archived"].(bool)
		return c.store.PutProduct(ctx, event, upc, !archived && event.Change != wire.Deleted)
	case event.Subgraph == "orders" && event.Type == "Order":
		return c.takeOrder(ctx, event)
	}
	return nil
}

// takeOrder counts an order once it is certain, and not any more when it is cancelled afterwards.
func (c *Core) takeOrder(ctx context.Context, event wire.EntityChanged) error {
	id, named := event.Key["id"].(string)
	state, told := event.Data["state"].(string)
	lines, listed := event.Data["lines"].([]any)
	if !named || !told || !listed {
		return fmt.Errorf("event %s of an order does not say what was ordered", event.ID)
	}
	if state == "PLACED" || state == "RESERVED" || state == "AUTHORISED" {
		return nil // nothing of it was ever counted, and its later events tell everything
	}
	var upcs []string
	if state == "CONFIRMED" || state == "SHIPPED" || state == "DELIVERED" {
		for _, line := range lines {
			fields, _ := line.(map[string]any)
			upc, named := fields["upc"].(string)
			if !named {
				return fmt.Errorf("event %s of an order has a line without product", event.ID)
			}
			upcs = append(upcs, upc)
		}
	}
	return c.store.PutBasket(ctx, event, id, Basket(upcs), event.At)
}

// Basket is what counts of the products of an order: each once, in order, and not too many.
func Basket(upcs []string) []string {
	different := slices.Compact(slices.Sorted(slices.Values(upcs)))
	return different[:min(len(different), MostInBasket)]
}
