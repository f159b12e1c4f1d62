package seed

import (
	"math/rand/v2"
	"time"
)

// Warehouse is one building of the sample shop.
type Warehouse struct{ ID, Name, City, Country string }

// Stock is how many pieces of a product lie in a warehouse of the sample shop.
type Stock struct {
	ProductID, WarehouseID string
	Quantity               int
	// Restock is nil when enough is there.
	Restock *time.Time
	Updated time.Time
}

var warehouses = []Warehouse{
	{"ber1", "Berlin South", "Berlin", "DE"},
	{"gdn1", "Gdansk Harbour", "Gdansk", "PL"},
	{"lis1", "Lisbon East", "Lisbon", "PT"},
	{"lyo1", "Lyon Rhone", "Lyon", "FR"},
	{"rtm1", "Rotterdam Quay", "Rotterdam", "NL"},
	{"sto1", "Stockholm North", "Stockholm", "SE"},
}

// Warehouses returns the buildings, by id.
func Warehouses() []Warehouse { return warehouses }

// Stocks returns what lies where: every product in two to four warehouses, one product in twenty sold out.
func Stocks() []Stock {
	dice := rand.New(rand.NewPCG(19, 23))
	var stocks []Stock
	for i := range ProductCount {
		soldOut := dice.IntN(20) == 0
		places := dice.Perm(len(warehouses))[:2+dice.IntN(3)]
		for _, place := range places {
			stock := Stock{
				ProductID: ProductID(i), WarehouseID: warehouses[place].ID, Quantity: dice.IntN(120),
				Updated: Epoch.Add(-time.Duration(dice.IntN(40*24)) * time.Hour),
			}
			if soldOut {
				stock.Quantity = 0
			}
			if stock.Quantity < 10 {
				restock := Epoch.Add(time.Duration(24*(2+dice.IntN(30))) * time.Hour)
				stock.Restock = &restock
			}
			stocks = append(stocks, stock)
		}
	}
	return stocks
}
