package store

import (
	"context"
	"encoding/json"
	"iter"
	"slices"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/insights"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
	"github.com/weft-graphql/weft/subgraphs/seed"
)

// Seed fills a new database with what was bought together in the sample shop.
func Seed(ctx context.Context, tx bun.Tx) error {
	var products []productRow
	for i := range seed.ProductCount {
		products = append(products, productRow{UPC: seed.ProductID(i), Sold: true})
	}
	if err := kit.InsertAll(ctx, tx, products); err != nil {
		return err
	}
	if err := seedBaskets(ctx, tx, slices.Values(seed.Orders())); err != nil {
		return err
	}
	return positions(ctx, tx, int64(len(seed.Orders())), seed.ProductCount)
}

// Grow makes the sample shop that many times as large.
func Grow(ctx context.Context, tx bun.Tx, size int) error {
	product := func(p seed.Product) productRow { return productRow{UPC: p.ID, Sold: true} }
	if err := kit.InsertEach(ctx, tx, seed.MoreProducts(size), product); err != nil {
		return err
	}
	if err := seedBaskets(ctx, tx, seed.MoreOrders(size)); err != nil {
		return err
	}
	orders := int64(len(seed.Orders()))
	for range seed.MoreOrders(size) {
		orders++
	}
	return positions(ctx, tx, orders, size*seed.ProductCount)
}

// positions are how far the events of the sample shop go.
func positions(ctx context.Context, tx bun.Tx, orders int64, products int) error {
	if err := events.SetPosition(ctx, tx, "orders", orders); err != nil {
		return err
	}
	return events.SetPosition(ctx, tx, "catalog", int64(products))
}

// seedBaskets counts orders together, and writes the sums.
func seedBaskets(ctx context.Context, tx bun.Tx, orders iter.Seq[seed.Order]) error {
	type pair struct{ upc, other string }
	sold, together := map[string]int{}, map[pair]int{}
	basket := func(order seed.Order) basketRow {
		upcs := make([]string, len(order.Lines))
		for i, line := range order.Lines {
			upcs[i] = line.ProductID
		}
		upcs = insights.Basket(upcs)
		for _, upc := range upcs {
			sold[upc]++
			for _, other := range upcs {
				if other != upc {
					together[pair{upc, other}]++
				}
			}
		}
		list, _ := json.Marshal(upcs) // texts have a JSON form
		return basketRow{OrderID: order.ID, UPCs: string(list), OrderedAt: order.Placed.UTC()}
	}
	if err := kit.InsertEach(ctx, tx, orders, basket); err != nil {
		return err
	}
	rows := make([]pairRow, 0, len(together))
	for p, n := range together {
		rows = append(rows, pairRow{UPC: p.upc, Other: p.other, Orders: n})
	}
	if err := kit.InsertAll(ctx, tx, rows); err != nil {
		return err
	}
	counted := make([]productRow, 0, len(sold))
	for upc, n := range sold {
		counted = append(counted, productRow{UPC: upc, Sold: true, Orders: n})
	}
	const atOnce = 500
	for part := range slices.Chunk(counted, atOnce) {
		_, err := tx.NewInsert().Model(&part).On("CONFLICT (upc) DO UPDATE").Set("orders = p.orders + EXCLUDED.orders").
			Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}
