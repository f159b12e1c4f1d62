package catalog

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/weft-graphql/weft/schema/wire"
)

// Sale is what was sold by an order, as its last event tells.
type Sale struct {
	OrderID string
	// Pieces are how many of each product; none while the order may still fail, or once it was called off.
	Pieces map[string]int
	// Final says that nothing of it will change any more.
	Final bool
}

// maxPieces bounds the pieces of a product in one order.
const maxPieces = 1_000_000

// Take takes over what orders tells of what is sold: best-selling lists follow it. Pieces count once the order is
// certain, and do not count any more when it is cancelled afterwards.
func (c *Core) Take(ctx context.Context, event wire.EntityChanged) error {
	if event.Subgraph != "orders" || event.Type != "Order" {
		return nil
	}
	if pending(event) {
		return nil
	}
	sale, err := saleOf(event)
	if err != nil {
		return err
	}
	return c.store.PutSale(ctx, event, sale)
}

// pending reports whether the event is about an order that is not certain yet: nothing of it was ever counted, and its
// later events tell everything.
func pending(event wire.EntityChanged) bool {
	switch event.Data["state"] {
	case "PLACED", "RESERVED", "AUTHORISED":
		return true
	}
	return false
}

func saleOf(event wire.EntityChanged) (Sale, error) {
	id, named := event.Key["id"].(string)
	state, told := event.Data["state"].(string)
	lines, listed := event.Data["lines"].([]any)
	if !named || !told || !listed {
		return Sale{}, fmt.Errorf("event %s of an order does not say what was ordered", event.ID)
	}
	sale := Sale{OrderID: id, Pieces: map[string]int{}}
	switch state {
	case "CONFIRMED", "SHIPPED":
	case "DELIVERED":
		sale.Final = true
	default:
		sale.Final = state == "REJECTED" || state == "CANCELLED" || state == "EXPIRED"
		return sale, nil
	}
	for _, line := range lines {
		fields, _ := line.(map[string]any)
		upc, named := fields["upc"].(string)
		number, counted := fields["quantity"].(json.Number)
		n, err := number.Int64()
		if !named || !counted || err != nil || n < 1 || n > maxPieces {
			return Sale{}, fmt.Errorf("event %s of an order has a line without product or quantity", event.ID)
		}
		sale.Pieces[upc] += int(n)
	}
	return sale, nil
}
