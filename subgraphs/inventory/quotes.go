package inventory

import (
	"context"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// ShippingQuote is what a carrier asks for sending a parcel.
type ShippingQuote struct {
	Carrier string
	Method  ShippingMethod
	Price   Money
	// ChargedWeight is in grams.
	ChargedWeight    int
	MinDays, MaxDays int
}

// Money is an amount of money.
type Money struct {
	// Minor is the amount in the currency's smallest unit.
	Minor    int64
	Currency Currency
}

// Currency is a currency the shop sells in, by its ISO 4217 code.
type Currency string

// EUR is what carriers are paid in.
const EUR Currency = "EUR"

// zone is how far a parcel goes.
type zone int

const (
	domestic zone = iota // to a country with a warehouse
	union                // within the customs union
	abroad
)

// customsUnion are the member states of the European Union.
var customsUnion = strings.Fields("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")

// tariff is what a carrier asks for in a zone, in cents, for the parcel and for each begun kilogram of it.
type tariff struct {
	base, perKilogram int
	minDays, maxDays  int
}

// carriers are those who bring parcels, with the most that they take, in grams, and their tariffs. A zone without one is
// where they do not go.
var carriers = []struct {
	name    string
	method  ShippingMethod
	most    int
	tariffs map[zone]tariff
}{
	{
		"Loom Post",
		Standard,
		31_500,
		map[zone]tariff{domestic: {390, 50, 2, 4}, union: {990, 120, 4, 7}, abroad: {1990, 390, 7, 21}},
	},
	{
		"Shuttle Express",
		Express,
		70_000,
		map[zone]tariff{domestic: {990, 120, 1, 1}, union: {1990, 280, 1, 2}, abroad: {3990, 890, 2, 5}},
	},
	{"Heddle Freight", Standard, 1_000_000, map[zone]tariff{domestic: {3900, 25, 3, 6}, union: {7900, 60, 5, 10}}},
}

// A gram fills so many cubic millimetres at most: what is bulkier is charged as if it weighed more.
const (
	cubicMillimetresPerGram = 5_000
	maxPieces               = 100
)

// ShippingQuotes returns what carriers ask for pieces of a product, cheapest first, or a fault when the router did not
// send its weight.
func (c *Core) ShippingQuotes(
	ctx context.Context,
	product *Product,
	to string,
	quantity int,
) ([]*ShippingQuote, error) {
	var check fault.Checker
	check.Require(countryPattern.MatchString(to), "to", "to must be two capital letters, like DE")
	check.Between(quantity, 1, maxPieces, "quantity")
	if err := check.Err(); err != nil {
		return nil, err
	}
	if product.Weight == nil {
		return nil, fault.New(fault.BadRepresentation, "shippingQuotes needs the weight of product %q", product.Upc)
	}
	near, err := dataloader.Load(ctx, loadCountries{}, to, c.countries)
	if err != nil {
		return nil, err
	}
	far := abroad
	switch {
	case near:
		far = domestic
	case slices.Contains(customsUnion, to):
		far = union
	}
	return quotes(chargedWeight(*product.Weight, product.Dimensions)*quantity, far), nil
}

// countries says in which of some countries there is a warehouse.
func (c *Core) countries(ctx context.Context, codes []string) (map[string]bool, error) {
	warehouses, err := c.store.Warehouses(ctx, nil)
	near := map[string]bool{}
	for _, w := range warehouses {
		near[w.Country] = slices.Contains(codes, w.Country)
	}
	return near, err
}

// chargedWeight is what a piece counts for, in grams: its weight, or what its size does.
func chargedWeight(weight int, d *Dimensions) int {
	if d == nil {
		return weight
	}
	return max(weight, d.Width*d.Height*d.Depth/cubicMillimetresPerGram)
}

func quotes(weight int, far zone) []*ShippingQuote {
	list := []*ShippingQuote{}
	for _, c := range carriers {
		t, goes := c.tariffs[far]
		if !goes || weight > c.most {
			continue
		}
		kilograms := (weight + 999) / 1000
		list = append(list, &ShippingQuote{
			Carrier: c.name, Method: c.method, ChargedWeight: weight, MinDays: t.minDays, MaxDays: t.maxDays,
			Price: Money{Minor: int64(t.base + t.perKilogram*kilograms), Currency: EUR},
		})
	}
	slices.SortFunc(list, func(a, b *ShippingQuote) int { return int(a.Price.Minor - b.Price.Minor) })
	return list
}
