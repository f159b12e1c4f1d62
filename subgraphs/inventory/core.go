package inventory

import (
	"context"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// Store keeps what lies where.
type Store interface {
	// KnownProducts returns which of the product codes exist.
	KnownProducts(ctx context.Context, upcs []string) (map[string]bool, error)
	// Totals counts the pieces of each product in all warehouses together.
	Totals(ctx context.Context, upcs []string) (map[string]int, error)
	// LevelsByProduct returns the stock of each product, most first.
	LevelsByProduct(ctx context.Context, upcs []string) (map[string][]*StockLevel, error)
	// LevelsByWarehouse returns the stock of a page of each warehouse, and the next one, most first. CountLevels counts
	// those of all pages.
	LevelsByWarehouse(ctx context.Context, ids []string, ask page.Ask[Position]) (map[string][]*StockLevel, error)
	CountLevels(ctx context.Context, ids []string) (map[string]int, error)
	// Low returns a page of the products with at most threshold pieces in all, and the next one, least first. CountLow
	// counts all of them.
	Low(ctx context.Context, threshold int, ask page.Ask[Position]) ([]Position, error)
	CountLow(ctx context.Context, threshold int) (int, error)
	// Warehouses returns those that exist, by name; all of them when ids is nil.
	Warehouses(ctx context.Context, ids []string) ([]*Warehouse, error)
	// ChangeStock sets the stock of a product in a warehouse to what change makes of it (0 when there was none), and
	// writes the events about it together with it. It changes nothing when change returns an error, or when once
	// is not empty and was given before.
	ChangeStock(
		ctx context.Context, upc, warehouse, once string, change func(was *StockLevel) (int, error),
		events ...wire.EntityChanged,
	) (*StockLevel, error)
	// SaveWarehouse adds a warehouse, or changes one. RemoveWarehouse removes one; a NotFound fault tells that there is
	// none, and a Conflict that something lies there, or did so.
	SaveWarehouse(ctx context.Context, warehouse *Warehouse) error
	RemoveWarehouse(ctx context.Context, id string) error
	// AddProduct makes a product known that an event tells of, with nothing in stock, and writes the event about it.
	AddProduct(ctx context.Context, from wire.EntityChanged, upc string, event wire.EntityChanged) error
	Reservations
}

// Reservations keeps which pieces are set aside for which orders. Changes of the stock of a product come one after the
// other, so that no piece is set aside twice.
type Reservations interface {
	// Fulfil does what an order wishes, and writes the events of it together with it.
	Fulfil(ctx context.Context, from wire.EntityChanged, wish Wish) error
	// Reservation returns nil when nothing was ever wished for the order.
	Reservation(ctx context.Context, orderID string) (*Reservation, error)
	// OverdueReservations are orders of which something was set aside until now at most, and ExpireReservation gives it
	// back.
	OverdueReservations(ctx context.Context, now time.Time, limit int) ([]string, error)
	ExpireReservation(ctx context.Context, orderID string, now time.Time) error
	// Availabilities counts the pieces of each product in all warehouses together.
	Availabilities(ctx context.Context, upcs []string) (map[string]Availability, error)
}

// Core is what can be done with the stock.
type Core struct{ store Store }

// New makes a core on the store.
func New(store Store) *Core { return &Core{store} }

// Merchant is the role that may change the stock.
const Merchant = "merchant"

const maxQuantity = 1_000_000

// ProductRef is a product with the fields that the router sent along.
type ProductRef struct {
	UPC           string
	Price, Weight *int
	Dimensions    *Dimensions
}

// ProductsByRef returns a product or nil for every reference, in order.
func (c *Core) ProductsByRef(ctx context.Context, refs []ProductRef) ([]*Product, error) {
	upcs := make([]string, len(refs))
	for i, ref := range refs {
		upcs[i] = ref.UPC
	}
	known, err := c.store.KnownProducts(ctx, upcs)
	if err != nil {
		return nil, err
	}
	products := make([]*Product, len(refs))
	for i, ref := range refs {
		if known[ref.UPC] {
			products[i] = &Product{Upc: ref.UPC, Price: ref.Price, Weight: ref.Weight, Dimensions: ref.Dimensions}
		}
	}
	return products, nil
}

// WarehousesByID returns a warehouse or nil for every id, in order.
func (c *Core) WarehousesByID(ctx context.Context, ids []string) ([]*Warehouse, error) {
	found, err := c.warehouseMap(ctx, ids)
	return dataloader.InOrder(ids, found), err
}

// Warehouse returns the warehouse, or nil when there is none.
func (c *Core) Warehouse(ctx context.Context, id string) (*Warehouse, error) {
	return dataloader.Load(ctx, loadWarehouse{}, id, c.warehouseMap)
}

// Warehouses returns all warehouses by name.
func (c *Core) Warehouses(ctx context.Context) ([]*Warehouse, error) {
	return c.store.Warehouses(ctx, nil)
}

// The names of the loaders.
type (
	loadTotal     struct{}
	loadStockOf   struct{}
	loadWarehouse struct{}
	loadCountries struct{}
)

// TotalStock counts the pieces of the product in all warehouses together.
func (c *Core) TotalStock(ctx context.Context, product *Product) (int, error) {
	return dataloader.Load(ctx, loadTotal{}, product.Upc, c.store.Totals)
}

// StockOf returns how many pieces of the product lie where, most first.
func (c *Core) StockOf(ctx context.Context, product *Product) ([]*StockLevel, error) {
	return dataloader.Load(ctx, loadStockOf{}, product.Upc, c.store.LevelsByProduct)
}

// WarehouseOf returns the warehouse of the stock.
func (c *Core) WarehouseOf(ctx context.Context, level *StockLevel) (*Warehouse, error) {
	return c.Warehouse(ctx, level.WarehouseID)
}

// Shipping returns what sending the product costs, or a fault when the router did not send its price and weight.
func (c *Core) Shipping(product *Product, method ShippingMethod) (*int, error) {
	if product.Price == nil || product.Weight == nil {
		return nil, fault.New(fault.BadRepresentation, "shippingEstimate needs price and weight of product %q", product.Upc)
	}
	estimate := ShippingEstimate(*product.Price, *product.Weight, method)
	return &estimate, nil
}

func (c *Core) warehouseMap(ctx context.Context, ids []string) (map[string]*Warehouse, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	warehouses, err := c.store.Warehouses(ctx, ids)
	return dataloader.ByKey(warehouses, func(w *Warehouse) string { return w.ID }), err
}
