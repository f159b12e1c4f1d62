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
	var has []boughtRow
	bought := map[boughtRow]bool{}
	for _, order := range seed.Orders() {
		for _, line := range order.Lines {
			if row := (boughtRow{Buyer: order.BuyerID, UPC: line.ProductID, Delivered: true}); !bought[row] {
				bought[row] = true
				has = append(has, row)
			}
		}
	}
	rows := make([]reviewRow, len(said))
	written := map[string]int{}
	for i, r := range said {
		written[r.AuthorID]++
		index[r.ProductID].ReviewCount++
		index[r.ProductID].RatingSum += r.Rating
		*index[r.ProductID].stars(r.Rating)++
		r.Verified = bought[boughtRow{Buyer: r.AuthorID, UPC: r.ProductID, Delivered: true}]
		if !r.Verified {
			has = append(has, boughtRow{Buyer: r.AuthorID, UPC: r.ProductID})
		}
		rows[i] = seedRow(r)
	}
	var people []personRow
	for _, p := range seed.People() {
		people = append(people, personRow{ID: p.ID, Username: p.Username, ReviewCount: written[p.ID]})
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
	if err := kit.InsertAll(ctx, tx, has); err != nil {
		return err
	}
	if err := events.SetPosition(ctx, tx, "orders", int64(len(seed.Orders()))); err != nil {
		return err
	}
	if err := events.SetPosition(ctx, tx, "catalog", seed.ProductCount); err != nil { // these are the shop's first events
		return err
	}
	return events.SetPosition(ctx, tx, "accounts", seed.PersonCount)
}

func seedRow(r seed.Review) reviewRow {
	return reviewRow{
		ID: r.ID, UPC: r.ProductID, AuthorID: r.AuthorID, Rating: r.Rating, Title: r.Title, Body: r.Body,
		Verified: r.Verified, CreatedAt: r.Created, Version: 1,
	}
}

// stars is where the ratings with so many stars are counted.
func (r *productRow) stars(rating int) *int {
	return [...]*int{&r.Stars1, &r.Stars2, &r.Stars3, &r.Stars4, &r.Stars5}[rating-1]
}

// Grow makes the sample shop that many times as large.
func Grow(ctx context.Context, tx bun.Tx, size int) error {
	product := func(p seed.Product) productRow { return productRow{UPC: p.ID} }
	if err := kit.InsertEach(ctx, tx, seed.MoreProducts(size), product); err != nil {
		return err
	}
	person := func(p seed.Person) personRow { return personRow{ID: p.ID, Username: p.Username} }
	if err := kit.InsertEach(ctx, tx, seed.MorePeople(size), person); err != nil {
		return err
	}
	if err := kit.InsertEach(ctx, tx, seed.MoreReviews(size), seedRow); err != nil {
		return err
	}
	orders := int64(len(seed.Orders()))
	for r := range seed.MoreReviews(size) {
		if r.Verified {
			orders++
		}
	}
	if err := events.SetPosition(ctx, tx, "orders", orders); err != nil {
		return err
	}
	for _, tally := range []string{
		"INSERT INTO bought (buyer, upc, delivered) SELECT author_id, upc, verified FROM reviews WHERE TRUE ON CONFLICT DO NOTHING",
		"UPDATE products SET (review_count, rating_sum, stars_1, stars_2, stars_3, stars_4, stars_5) = " +
			"(SELECT COUNT(*), COALESCE(SUM(rating), 0), COUNT(*) FILTER (WHERE rating = 1), COUNT(*) FILTER (WHERE rating = 2), " +
			"COUNT(*) FILTER (WHERE rating = 3), COUNT(*) FILTER (WHERE rating = 4), COUNT(*) FILTER (WHERE rating = 5) " +
			"FROM reviews WHERE reviews.upc = products.upc)",
		"UPDATE people SET review_count = (SELECT COUNT(*) FROM reviews WHERE reviews.author_id = people.id)",
	} {
		if _, err := tx.ExecContext(ctx, tally); err != nil {
			return err
		}
	}
	if err := events.SetPosition(ctx, tx, "catalog", int64(size*seed.ProductCount)); err != nil {
		return err
	}
	return events.SetPosition(ctx, tx, "accounts", int64(size*seed.PersonCount))
}
