package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/reviews"
)

// pictureRow is a picture of a review. Files are some hundred KB, which databases keep as well as anything else, and in
// the same transaction as the review.
type pictureRow struct {
	bun.BaseModel `bun:"table:review_pictures,alias:pic"`

	ReviewID string `bun:"review_id,pk"`
	Place    int    `bun:"place,pk"`
	Hash     string `bun:"hash"`
	Width    int    `bun:"width"`
	Height   int    `bun:"height"`
	Alt      string `bun:"alt"`
	Data     []byte `bun:"data"`
}

// addPictures writes the pictures of a new review.
func addPictures(ctx context.Context, tx bun.Tx, review *reviews.Review) error {
	if len(review.New) == 0 {
		return nil
	}
	rows := make([]pictureRow, len(review.New))
	for i, p := range review.New {
		rows[i] = pictureRow{
			ReviewID: review.ID, Place: i, Hash: p.Hash, Width: p.Width, Height: p.Height, Alt: p.Alt, Data: p.Data,
		}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}

// Pictures returns those of reviews, without their files.
func (s *Store) Pictures(ctx context.Context, ids []string) (map[string][]*reviews.ReviewPicture, error) {
	var rows []pictureRow
	err := s.db.NewSelect().Model(&rows).Column("review_id", "hash", "width", "height", "alt").
		Where("pic.review_id IN (?)", bun.List(ids)).OrderExpr("pic.review_id, pic.place").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read pictures: %w", err)
	}
	found := map[string][]*reviews.ReviewPicture{}
	for _, row := range rows {
		found[row.ReviewID] = append(found[row.ReviewID], &reviews.ReviewPicture{
			Hash: row.Hash, Width: row.Width, Height: row.Height, Alt: row.Alt,
		})
	}
	return found, nil
}

// PictureFile returns the file with a hash; nil when no review that is seen has it.
func (s *Store) PictureFile(ctx context.Context, hash string) ([]byte, error) {
	var data []byte
	err := s.db.NewSelect().Model((*pictureRow)(nil)).Column("pic.data").Join("JOIN reviews AS r ON r.id = pic.review_id").
		Where("pic.hash = ?", hash).Where("NOT r.hidden").Limit(1).Scan(ctx, &data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a picture: %w", err)
	}
	return data, nil
}

// RemovePicture removes a picture of a review if allowed returns nil.
func (s *Store) RemovePicture(
	ctx context.Context, id, hash string, allowed func(*reviews.Review) error,
) (review *reviews.Review, err error) {
	err = s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		if review, err = readReview(ctx, tx, id); err != nil || review == nil {
			return nil, err
		}
		if err := allowed(review); err != nil {
			return nil, err
		}
		q := tx.NewDelete().Model((*pictureRow)(nil)).Where("review_id = ? AND hash = ?", id, hash)
		if _, err := q.Exec(ctx); err != nil { // one that is not there is removed
			return nil, err
		}
		review.Version++
		if _, err := tx.NewUpdate().Model(rowOf(review)).Column("version").WherePK().Exec(ctx); err != nil {
			return nil, err
		}
		return reviews.News(review, wire.Updated), nil
	})
	if err != nil {
		return nil, fmt.Errorf("remove a picture: %w", err)
	}
	return review, nil
}
