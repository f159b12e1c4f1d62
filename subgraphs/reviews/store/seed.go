package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
	"github.com/weft-graphql/weft/subgraphs/seed"
)

// Seed fills a new database with the reviews of the sample shop.
func Seed(ctx context.Context, tx bun.Tx) error {
	said := seed.Reviews()
	products := make([]productRow, seed.ProductCount)
	index := make(map[string]*productRow, len(products))
	for i := range products {
		products[i].UPC = seed.ProductID(i)
		index[products[i].UPC] = &products[i]
	}
	rows := make([]reviewRow, len(said))
	for i, r := range said {
		index[r.ProductID].ReviewCount++
		index[r.ProductID].RatingSum += r.Rating
		rows[i] = reviewRow{
			ID: r.ID, UPC: r.ProductID, AuthorID: r.AuthorID, Rating: r.Rating, Title: r.Title, Body: r.Body,
			Verified: r.Verified, CreatedAt: r.Created,
		}
	}
	var people []personRow
	for _, p := range seed.People() {
		people = append(people, personRow{ID: p.ID, Username: p.Username})
	}
	if err := kit.InsertAll(ctx, tx, products); err != nil {
		return err
	}
	if err := kit.InsertAll(ctx, tx, people); err != nil {
		return err
	}
	if err := kit.InsertAll(ctx, tx, rows); err != nil {
		return err
	}
	if err := events.SetPosition(ctx, tx, "catalog", seed.ProductCount); err != nil { // these are the shop's first events
		return err
	}
	return events.SetPosition(ctx, tx, "accounts", seed.PersonCount)
}
