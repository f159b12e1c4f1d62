// Package inventory owns where things are: warehouses, what lies in them, and what it costs to send it.
package inventory

import "time"

// Product is something that can be bought, as the warehouses know it.
type Product struct {
	Upc string
	// Price (in cents) and Weight (in grams) belong to the catalog. They are nil unless the router sent them.
	Price, Weight *int
	// Dimensions belong to the catalog, too, which may not know them.
	Dimensions *Dimensions
}

// Dimensions are outer measures in millimetres.
type Dimensions struct{ Width, Height, Depth int }

// IsEntity says that the graph can refer to a product by key.
func (*Product) IsEntity() {}

// ID is the product's id in the whole graph: its code.
func (p *Product) ID() string { return p.Upc }

// Warehouse is a building with things to send.
type Warehouse struct {
	ID      string
	Name    string
	City    string
	Country string
}

// IsEntity says that the graph can refer to a warehouse by key.
func (*Warehouse) IsEntity() {}

// StockLevel is how many pieces of one product lie in one warehouse.
type StockLevel struct {
	Upc         string
	WarehouseID string
	Quantity    int
	// RestockAt is when more will arrive; nil when enough is there.
	RestockAt *time.Time
	UpdatedAt time.Time
	// Version counts the changes of Quantity; 0 when there never was a piece.
	Version int
}

// Product is what lies there.
func (l *StockLevel) Product() *Product { return &Product{Upc: l.Upc} }

// ShippingMethod is a way a product can be sent.
type ShippingMethod string

// The ways there are.
const (
	Standard ShippingMethod = "STANDARD"
	Express  ShippingMethod = "EXPRESS"
)

// freeFrom is the price, in cents, from which sending costs nothing.
const freeFrom = 100_000

// ShippingEstimate is what sending one piece costs, in cents: nothing for dear products, else a base and a charge for
// every begun kilogram, both more by express.
func ShippingEstimate(price, weight int, method ShippingMethod) int {
	if price >= freeFrom {
		return 0
	}
	kilograms := (weight + 999) / 1000
	if method == Express {
		return 990 + 120*kilograms
	}
	return 390 + 50*kilograms
}
