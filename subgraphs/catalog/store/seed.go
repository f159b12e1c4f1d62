package store

import (
	"context"
	"iter"
	"slices"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/catalog"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
	"github.com/weft-graphql/weft/subgraphs/seed"
)

// Seed fills a new database with the goods of the sample shop.
func Seed(ctx context.Context, tx bun.Tx) error {
	var categories []categoryRow
	for _, c := range seed.Categories() {
		categories = append(categories, categoryRow{ID: c.ID, Name: c.Name, Description: c.Description, Version: 1})
	}
	if err := kit.InsertAll(ctx, tx, categories); err != nil {
		return err
	}
	var brands []brandRow
	for _, b := range seed.Brands() {
		brands = append(brands, brandRow{ID: b.ID, Name: b.Name, Description: b.Description, Country: b.Country, Version: 1})
	}
	if err := kit.InsertAll(ctx, tx, brands); err != nil {
		return err
	}
	var products []productRow
	sold := seed.Sold(slices.Values(seed.Orders()))
	for _, p := range seed.Products() {
		products = append(products, seedRow(p, sold[p.ID]))
	}
	if err := kit.InsertAll(ctx, tx, products); err != nil {
		return err
	}
	if err := seedDetails(ctx, tx, slices.Values(seed.Products())); err != nil {
		return err
	}
	if err := tallyProducts(ctx, tx); err != nil {
		return err
	}
	if err := countAllFacets(ctx, tx); err != nil {
		return err
	}
	if err := indexAll(ctx, tx); err != nil {
		return err
	}
	news := make([]wire.EntityChanged, len(products))
	for i, p := range products {
		news[i] = catalog.Changed(p.product(), wire.Created)
	}
	if err := events.SetPosition(ctx, tx, "orders", int64(len(seed.Orders()))); err != nil { // these were counted
		return err
	}
	return events.Preset(ctx, tx, news)
}

// tallyProducts counts the products of all categories.
func tallyProducts(ctx context.Context, tx bun.Tx) error {
	_, err := tx.ExecContext(ctx, "UPDATE categories SET product_count = "+
		"(SELECT COUNT(*) FROM products WHERE products.category_id = categories.id AND archived_at IS NULL)")
	return err
}

func seedRow(p seed.Product, sold int) productRow {
	return productRow{
		UPC: p.ID, SKU: p.SKU, Name: p.Name, Description: p.Description, Slug: p.Slug,
		Price: p.Price, Currency: string(catalog.Euro), Weight: p.Weight,
		Width: p.Width, Height: p.Height, Depth: p.Depth,
		CategoryID: p.CategoryID, BrandID: p.BrandID, Sold: sold, CreatedAt: p.Created, Version: 1,
		Family: p.Family,
	}
}

// seedAttributes are what a product is like, by name.
func seedAttributes(p seed.Product) [][2]string {
	return [][2]string{{"Material", p.Material}, {"Colour", p.Colour}, {"Collection", p.Collection}}
}

// seedDetails writes what products are like, and what they cost in dollars.
func seedDetails(ctx context.Context, tx bun.Tx, products iter.Seq[seed.Product]) error {
	attributes := func(yield func(attributeRow) bool) {
		for p := range products {
			for i, a := range seedAttributes(p) {
				if !yield(attributeRow{UPC: p.ID, Name: a[0], Value: a[1], Position: i}) {
					return
				}
			}
		}
	}
	if err := kit.InsertEach(ctx, tx, attributes, func(row attributeRow) attributeRow { return row }); err != nil {
		return err
	}
	return kit.InsertEach(ctx, tx, products, func(p seed.Product) priceRow {
		return priceRow{UPC: p.ID, Currency: "USD", Minor: int64(p.Price*11/10/100*100 + 99)}
	})
}

// Grow makes the sample shop that many times as large.
func Grow(ctx context.Context, tx bun.Tx, size int) error {
	count := int64(len(seed.Orders()))
	sold := seed.Sold(func(yield func(seed.Order) bool) {
		for order := range seed.MoreOrders(size) {
			if count++; !yield(order) {
				return
			}
		}
	})
	row := func(p seed.Product) productRow { return seedRow(p, sold[p.ID]) }
	if err := kit.InsertEach(ctx, tx, seed.MoreProducts(size), row); err != nil {
		return err
	}
	if err := seedDetails(ctx, tx, seed.MoreProducts(size)); err != nil {
		return err
	}
	if err := addSold(ctx, tx, firstOnly(sold)); err != nil { // what larger shops sell of the sample shop's products
		return err
	}
	entry := func(p seed.Product) entryRow {
		one := row(p)
		var attributes []*catalog.Attribute
		for _, a := range seedAttributes(p) {
			attributes = append(attributes, &catalog.Attribute{Name: a[0], Value: a[1]})
		}
		return productEntry(one.product(), attributes)
	}
	if err := kit.InsertEach(ctx, tx, seed.MoreProducts(size), entry); err != nil {
		return err
	}
	if err := tallyProducts(ctx, tx); err != nil {
		return err
	}
	if err := countAllFacets(ctx, tx); err != nil {
		return err
	}
	var news []wire.EntityChanged
	for p := range seed.MoreProducts(size) {
		one := row(p)
		news = append(news, catalog.Changed(one.product(), wire.Created))
	}
	if err := events.SetPosition(ctx, tx, "orders", count); err != nil {
		return err
	}
	return events.Preset(ctx, tx, news)
}

// firstOnly leaves the products of the sample shop.
func firstOnly(sold map[string]int) map[string]int {
	first := map[string]int{}
	for i := range seed.ProductCount {
		if n := sold[seed.ProductID(i)]; n > 0 {
			first[seed.ProductID(i)] = n
		}
	}
	return first
}
