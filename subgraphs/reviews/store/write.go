package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/reviews"
)

// boughtRow is what a person has bought and received (Delivered), or has reviewed without that. A review and the news
// of a delivery both write it first, so that each sees the other, whichever comes first.
type boughtRow struct {
	bun.BaseModel `bun:"table:bought,alias:b"`

	Buyer     string `bun:"buyer,pk"`
	UPC       string `bun:"upc,pk"`
	Delivered bool   `bun:"delivered"`
}

// AddReview writes the review, brings the product's score up to date and writes the events, all together. Whether it is
// verified is decided here.
func (s *Store) AddReview(ctx context.Context, review *reviews.Review, events ...wire.EntityChanged) error {
	err := s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		bought := &boughtRow{Buyer: review.AuthorID, UPC: review.Upc}
		err := tx.NewInsert().Model(bought).On("CONFLICT (buyer, upc) DO UPDATE").Set("delivered = b.delivered").
			Returning("delivered").Scan(ctx, &review.Verified)
		if err != nil {
			return nil, err
		}
		_, err = tx.NewInsert().Model(rowOf(review)).Exec(ctx)
		if kit.Duplicate(err) {
			return nil, fault.At(fault.Conflict, "input.upc", "you have reviewed product %q already", review.Upc)
		}
		if err != nil {
			return nil, err
		}
		if err := addPictures(ctx, tx, review); err != nil {
			return nil, err
		}
		return events, tally(ctx, tx, review, 1)
	})
	if err != nil {
		return fmt.Errorf("write a review: %w", err)
	}
	return nil
}

// tally counts a review that is seen for its product and its author, or takes it away again.
func tally(ctx context.Context, tx bun.Tx, review *reviews.Review, more int) error {
	if review.Hidden {
		return nil
	}
	stars := bun.Ident(fmt.Sprintf("stars_%d", review.Rating))
	_, err := tx.NewUpdate().Model((*productRow)(nil)).Set("review_count = review_count + ?", more).
		Set("rating_sum = rating_sum + ?", more*review.Rating).Set("? = ? + ?", stars, stars, more).
		Where("upc = ?", review.Upc).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = tx.NewUpdate().Model((*personRow)(nil)).Set("review_count = review_count + ?", more).
		Where("id = ?", review.AuthorID).Exec(ctx)
	return err
}

// ChangeReview lets change alter the review, and writes what can change of it and the events about it together.
func (s *Store) ChangeReview(
	ctx context.Context, id string, change func(*reviews.Review) error,
) (review *reviews.Review, err error) {
	err = s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		if review, err = readReview(ctx, tx, id); err != nil || review == nil {
			return nil, err
		}
		before := *review
		if err := change(review); err != nil {
			return nil, err
		}
		review.Version++
		_, err := tx.NewUpdate().Model(rowOf(review)).
			Column("rating", "title", "body", "edited_at", "hidden", "because", "version").WherePK().Exec(ctx)
		if err != nil {
			return nil, err
		}
		if err := tally(ctx, tx, &before, -1); err != nil {
			return nil, err
		}
		return reviews.News(review, wire.Updated), tally(ctx, tx, review, 1)
	})
	if err != nil {
		return nil, fmt.Errorf("change a review: %w", err)
	}
	return review, nil
}

// DeleteReview removes the review if allowed returns nil.
func (s *Store) DeleteReview(
	ctx context.Context, id string, allowed func(*reviews.Review) error,
) (review *reviews.Review, err error) {
	err = s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		if review, err = readReview(ctx, tx, id); err != nil || review == nil {
			return nil, err
		}
		if err := allowed(review); err != nil {
			return nil, err
		}
		if _, err := tx.NewDelete().Model((*reviewRow)(nil)).Where("r.id = ?", id).Exec(ctx); err != nil {
			return nil, err
		}
		if _, err := tx.NewDelete().Model((*pictureRow)(nil)).Where("review_id = ?", id).Exec(ctx); err != nil {
			return nil, err
		}
		return reviews.News(review, wire.Deleted), tally(ctx, tx, review, -1)
	})
	if err != nil {
		return nil, fmt.Errorf("remove a review: %w", err)
	}
	return review, nil
}

// Deliver notes what has reached its buyer. Told again it changes nothing.
func (s *Store) Deliver(ctx context.Context, from wire.EntityChanged, buyer string, upcs []string) error {
	err := s.outbox.Take(ctx, from, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		upcs := slices.Compact(slices.Sorted(slices.Values(upcs)))
		if len(upcs) == 0 {
			return nil, nil
		}
		rows := make([]boughtRow, len(upcs))
		for i, upc := range upcs {
			rows[i] = boughtRow{Buyer: buyer, UPC: upc, Delivered: true}
		}
		_, err := tx.NewInsert().Model(&rows).On("CONFLICT (buyer, upc) DO UPDATE").Set("delivered = TRUE").Exec(ctx)
		if err != nil {
			return nil, err
		}
		var verified []reviewRow
		_, err = tx.NewUpdate().Model(&verified).Set("verified = TRUE").Where("r.author_id = ?", buyer).
			Where("r.upc IN (?)", bun.List(upcs)).Where("NOT r.verified").Returning("*").Exec(ctx)
		if err != nil {
			return nil, err
		}
		var news []wire.EntityChanged
		for _, row := range verified {
			news = append(news, reviews.News(row.review(), wire.Updated)[:2]...) // the author has no other list
		}
		return news, nil
	})
	if err != nil {
		return fmt.Errorf("take over a delivery: %w", err)
	}
	return nil
}
