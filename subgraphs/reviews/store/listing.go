package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/reviews"
)

// PageByProduct returns the reviews of a page of each product, and the next.
func (s *Store) PageByProduct(
	ctx context.Context, upcs []string, query reviews.ReviewQuery,
) (map[string][]*reviews.Review, error) {
	return s.pages(ctx, "upc", func(r *reviews.Review) string { return r.Upc }, upcs, query)
}

// PageByAuthor returns the reviews of a page of each person, and the next.
func (s *Store) PageByAuthor(
	ctx context.Context, ids []string, query reviews.ReviewQuery,
) (map[string][]*reviews.Review, error) {
	return s.pages(ctx, "author_id", func(r *reviews.Review) string { return r.AuthorID }, ids, query)
}

// pages reads the same page of each group with one query.
func (s *Store) pages(
	ctx context.Context, column string, group func(*reviews.Review) string, keys []string, query reviews.ReviewQuery,
) (map[string][]*reviews.Review, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	where, args := conditions(query)
	ranked := kit.Ranked{
		Table: "reviews", Column: column, Keys: keys, Where: where, Args: args, First: query.Page.Limit(),
		Order: kit.OrderBy(columns(query.Sort, reviews.Position{}), query.Page.Backward),
	}
	var rows []reviewRow
	err := s.selectReviews(&rows, "(?) AS r", ranked.Select(s.db)).
		OrderExpr("r.?, r.place", bun.Ident(column)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read pages of reviews by %s: %w", column, err)
	}
	found := dataloader.Lists(keys, reviewsOf(rows), group)
	if query.Page.Backward {
		for _, list := range found {
			slices.Reverse(list)
		}
	}
	return found, nil
}

// Page returns the reviews of a page of all reviews, and the next.
func (s *Store) Page(ctx context.Context, query reviews.ReviewQuery) ([]*reviews.Review, error) {
	where, args := conditions(query)
	var rows []reviewRow
	part := s.db.NewSelect().Table("reviews").Where(where, args...).Limit(int64(query.Page.Limit())).
		OrderExpr(kit.OrderBy(columns(query.Sort, reviews.Position{}), query.Page.Backward))
	err := s.selectReviews(&rows, "(?) AS r", part).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read a page of reviews: %w", err)
	}
	list := reviewsOf(rows)
	slices.SortFunc(list, func(a, b *reviews.Review) int { // a join keeps no order
		return compareNewest(a, b)
	})
	return list, nil
}

func compareNewest(a, b *reviews.Review) int {
	if c := b.CreatedAt.Compare(a.CreatedAt); c != 0 {
		return c
	}
	if a.ID < b.ID {
		return -1
	}
	return 1
}

// columns are those that lists of reviews are ordered by, with their values at a place.
func columns(sort reviews.ReviewSort, at reviews.Position) []kit.OrderColumn {
	newest := []kit.OrderColumn{
		{Column: "created_at", Descending: true, Value: at.Created}, {Column: "id", Value: at.ID},
	}
	switch sort {
	case reviews.Highest, reviews.Lowest:
		rating := kit.OrderColumn{Column: "rating", Descending: sort == reviews.Highest, Value: at.Rating}
		return append([]kit.OrderColumn{rating}, newest...)
	default:
		return newest
	}
}

// conditions are what reviews of a page must be like.
func conditions(query reviews.ReviewQuery) (where string, args []any) {
	where = seen
	if query.Hidden {
		where = "hidden"
	}
	if query.Rating > 0 {
		where += " AND rating = ?"
		args = append(args, query.Rating)
	}
	if query.Verified != nil {
		where += " AND verified = ?"
		args = append(args, *query.Verified)
	}
	for place, before := range map[*reviews.Position]bool{query.Page.After: false, query.Page.Before: true} {
		if place != nil {
			beyond, values := kit.Beyond(columns(query.Sort, *place), before)
			where += " AND " + beyond
			args = append(args, values...)
		}
	}
	return where, args
}

// CountReviews counts the reviews of all pages, up to 10,000.
func (s *Store) CountReviews(ctx context.Context, upc string, query reviews.ReviewQuery) (int, error) {
	query.Page.After, query.Page.Before = nil, nil
	where, args := conditions(query)
	q := s.db.NewSelect().Table("reviews").Where(where, args...)
	if upc != "" {
		q = q.Where("upc = ?", upc)
	}
	n, err := kit.CountUpTo(ctx, s.db, q)
	if err != nil {
		return 0, fmt.Errorf("count reviews: %w", err)
	}
	return n, nil
}

// ReviewsBy returns what a person said about each product, hidden or not.
func (s *Store) ReviewsBy(ctx context.Context, author string, upcs []string) (map[string]*reviews.Review, error) {
	var rows []reviewRow
	err := s.selectReviews(&rows, "reviews AS r").Where("r.upc IN (?)", bun.List(upcs)).
		Where("r.author_id = ?", author).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read a person's reviews of products: %w", err)
	}
	return dataloader.ByKey(reviewsOf(rows), func(r *reviews.Review) string { return r.Upc }), nil
}

// readReview reads a review in a transaction that changes it; nil when there is none.
func readReview(ctx context.Context, tx bun.Tx, id string) (*reviews.Review, error) {
	if err := kit.Lock(ctx, tx, "reviews", "id", id); err != nil {
		return nil, err
	}
	var row reviewRow
	err := tx.NewSelect().Model(&row).ModelTableExpr("reviews AS r").ColumnExpr(reviewColumns+", u.username").
		Join("JOIN people AS u ON u.id = r.author_id").Where("r.id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return row.review(), err
}
