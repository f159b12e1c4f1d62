package store

import (
	"context"

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
		categories = append(categories, categoryRow{ID: c.ID, Name: c.Name, Description: c.Description})
	}
	if err := kit.InsertAll(ctx, tx, categories); err != nil {
		return err
	}
	var brands []brandRow
	for _, b := range seed.Brands() {
		brands = append(brands, brandRow{ID: b.ID, Name: b.Name, Description: b.Description, Country: b.Country})
	}
	if err := kit.InsertAll(ctx, tx, brands); err != nil {
		return err
	}
	var products []productRow
	for _, p := range seed.Products() {
		products = append(products, productRow{
			UPC: p.ID, SKU: p.SKU, Name: p.Name, Description: p.Description, Slug: p.Slug,
			Price: p.Price, Currency: string(catalog.Euro), Weight: p.Weight,
			Width: p.Width, Height: p.Height, Depth: p.Depth,
			CategoryID: p.CategoryID, BrandID: p.BrandID, Sold: p.Sold, CreatedAt: p.Created,
		})
	}
	if err := kit.InsertAll(ctx, tx, products); err != nil {
		return err
	}
	news := make([]wire.EntityChanged, len(products))
	for i, p := range products {
		news[i] = catalog.Changed(p.product(), wire.Created)
	}
	return events.Preset(ctx, tx, news)
}
