package inventory

import (
	"context"
	"fmt"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// SetStockInput says how many pieces of a product lie in a warehouse.
type SetStockInput struct {
	Upc         string
	WarehouseID string
	Quantity    int
}

// PutStockInput says how many pieces of a product lie in a warehouse.
type PutStockInput struct {
	Upc             string
	WarehouseID     string
	Quantity        int
	ExpectedVersion *int
}

// AdjustStockInput says how many pieces of a product come to a warehouse (or leave it, when negative).
type AdjustStockInput struct {
	Upc         string
	WarehouseID string
	Delta       int
	// IdempotencyKey is the caller's name for this change, which is made once; nil when it has none.
	IdempotencyKey *string
}

// SetStock says how many pieces of a product lie in a warehouse.
func (c *Core) SetStock(ctx context.Context, caller wire.Identity, input SetStockInput) (*StockLevel, error) {
	return c.PutStock(ctx, caller, PutStockInput{Upc: input.Upc, WarehouseID: input.WarehouseID, Quantity: input.Quantity})
}

// PutStock says how many pieces of a product lie in a warehouse, unless that has changed since the caller looked.
func (c *Core) PutStock(ctx context.Context, caller wire.Identity, input PutStockInput) (*StockLevel, error) {
	var check fault.Checker
	check.Between(input.Quantity, 0, maxQuantity, "input.quantity")
	return c.change(ctx, caller, check, input.Upc, input.WarehouseID, "", func(was *StockLevel) (int, error) {
		return input.Quantity, fault.Outdated("stock", input.ExpectedVersion, was.Version)
	})
}

// AdjustStock adds pieces of a product to a warehouse, or takes them away.
func (c *Core) AdjustStock(ctx context.Context, caller wire.Identity, input AdjustStockInput) (*StockLevel, error) {
	var check fault.Checker
	check.Between(input.Delta, -maxQuantity, maxQuantity, "input.delta")
	check.Require(input.Delta != 0, "input.delta", "delta must not be 0")
	once := ""
	if input.IdempotencyKey != nil {
		check.Length(*input.IdempotencyKey, 1, 100, "input.idempotencyKey")
		// Names of different callers, or for different changes, have nothing to do with each other.
		once = fmt.Sprintf(
			"adjustStock %s %s %s %d %s",
			caller.Subject,
			input.Upc,
			input.WarehouseID,
			input.Delta,
			*input.IdempotencyKey,
		)
	}
	return c.change(ctx, caller, check, input.Upc, input.WarehouseID, once, func(level *StockLevel) (int, error) {
		was := level.Quantity
		now := was + input.Delta
		if now < 0 || now > maxQuantity {
			return 0, fault.At(fault.Conflict, "input.delta",
				"there are %d pieces; %d would be left, which is not between 0 and %d", was, now, maxQuantity)
		}
		return now, nil
	})
}

func (c *Core) change(
	ctx context.Context, caller wire.Identity, check fault.Checker, upc, warehouseID, once string,
	to func(*StockLevel) (int, error),
) (*StockLevel, error) {
	if err := allowed(caller); err != nil {
		return nil, err
	}
	known, err := c.store.KnownProducts(ctx, []string{upc})
	if err != nil {
		return nil, err
	}
	check.Require(known[upc], "input.upc", "there is no product %q", upc)
	warehouse, err := c.Warehouse(ctx, warehouseID)
	if err != nil {
		return nil, err
	}
	check.Require(warehouse != nil, "input.warehouseId", "there is no warehouse %q", warehouseID)
	if err := check.Err(); err != nil {
		return nil, err
	}
	return c.store.ChangeStock(ctx, upc, warehouseID, once, to, productChanged(upc, wire.Updated),
		WarehouseChanged(warehouseID, wire.Updated))
}

func allowed(caller wire.Identity) error {
	switch {
	case caller.Anonymous():
		return fault.New(fault.Unauthenticated, "sign in to change the stock")
	case !caller.HasRole(Merchant):
		return fault.New(fault.Forbidden, "only merchants may change the stock")
	}
	return nil
}

// productChanged is the news that what inventory knows about a product changed.
func productChanged(upc string, change wire.Change) wire.EntityChanged {
	return wire.EntityChanged{Type: "Product", Key: map[string]any{"upc": upc}, Subgraph: "inventory", Change: change}
}

// Take makes a product known that the catalog has, and does what an order wishes. Other news does not concern
// inventory. Any event tells that a product is there, since whoever catches up hears the last one only.
func (c *Core) Take(ctx context.Context, event wire.EntityChanged) error {
	if event.Subgraph == "orders" && event.Type == "Order" {
		return c.takeOrder(ctx, event)
	}
	upc, ok := event.Key["upc"].(string)
	if !ok || event.Subgraph != "catalog" || event.Type != "Product" || event.Change == wire.Deleted {
		return nil
	}
	return c.store.AddProduct(ctx, event, upc, productChanged(upc, wire.Created))
}
