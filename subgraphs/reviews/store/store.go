// Package store keeps the reviews of package reviews in an SQL database.
package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
	"github.com/weft-graphql/weft/subgraphs/reviews"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the files that make the tables.
func Migrations() fs.FS { return migrations }

// Store keeps reviews in a database.
type Store struct {
	db     *bun.DB
	outbox *events.Outbox
}

var _ reviews.Store = (*Store)(nil)

// New makes a store on a prepared database.
func New(db *bun.DB, outbox *events.Outbox) *Store { return &Store{db, outbox} }

// reviewColumns are those of reviewRow, for queries from something other than the table itself.
const reviewColumns = "r.id, r.upc, r.author_id, r.rating, r.title, r.body, r.verified, r.created_at, r.edited_at, " +
	"r.hidden, r.because, r.version"

type reviewRow struct {
	bun.BaseModel `bun:"table:reviews,alias:r"`

	ID        string    `bun:"id,pk"`
	UPC       string    `bun:"upc"`
	AuthorID  string    `bun:"author_id"`
	Rating    int       `bun:"rating"`
	Title     string    `bun:"title"`
	Body      string    `bun:"body"`
	Verified  bool      `bun:"verified"`
	CreatedAt time.Time `bun:"created_at"`

	EditedAt *time.Time `bun:"edited_at"`
	Hidden   bool       `bun:"hidden"`
	Because  string     `bun:"because"`
	Version  int        `bun:"version"`

	// Username comes from the table of people.
	Username string `bun:"username,scanonly"`
}

func (r *reviewRow) review() *reviews.Review {
	review := &reviews.Review{
		ID: r.ID, Rating: r.Rating, Title: r.Title, Body: r.Body, Verified: r.Verified, CreatedAt: r.CreatedAt.UTC(),
		AuthorID: r.AuthorID, Username: r.Username, Upc: r.UPC, Hidden: r.Hidden, Because: r.Because, Version: r.Version,
	}
	if r.EditedAt != nil {
		at := r.EditedAt.UTC()
		review.EditedAt = &at
	}
	return review
}

func rowOf(r *reviews.Review) *reviewRow {
	return &reviewRow{
		ID: r.ID, UPC: r.Upc, AuthorID: r.AuthorID, Rating: r.Rating, Title: r.Title, Body: r.Body, Verified: r.Verified,
		CreatedAt: r.CreatedAt, EditedAt: r.EditedAt, Hidden: r.Hidden, Because: r.Because, Version: r.Version,
	}
}

func reviewsOf(rows []reviewRow) []*reviews.Review {
	list := make([]*reviews.Review, len(rows))
	for i := range rows {
		list[i] = rows[i].review()
	}
	return list
}

// personRow is what reviews knows of a person.
type personRow struct {
	bun.BaseModel `bun:"table:people,alias:u"`

	ID          string `bun:"id,pk"`
	Username    string `bun:"username"`
	ReviewCount int    `bun:"review_count"`
}

// productRow is what reviews knows of a product.
type productRow struct {
	bun.BaseModel `bun:"table:products,alias:p"`

	UPC         string `bun:"upc,pk"`
	ReviewCount int    `bun:"review_count"`
	RatingSum   int    `bun:"rating_sum"`
	Stars1      int    `bun:"stars_1"`
	Stars2      int    `bun:"stars_2"`
	Stars3      int    `bun:"stars_3"`
	Stars4      int    `bun:"stars_4"`
	Stars5      int    `bun:"stars_5"`
}

// seen leaves out what was hidden.
const seen = "NOT hidden"

// selectReviews reads reviews with the public names of their authors from a table expression called r.
func (s *Store) selectReviews(rows *[]reviewRow, from string, args ...any) *bun.SelectQuery {
	return s.db.NewSelect().Model(rows).ModelTableExpr(from, args...).
		ColumnExpr(reviewColumns + ", u.username").Join("JOIN people AS u ON u.id = r.author_id")
}

// ReviewsByID returns those that exist.
func (s *Store) ReviewsByID(ctx context.Context, ids []string) ([]*reviews.Review, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []reviewRow
	if err := s.selectReviews(&rows, "reviews AS r").Where("r.id IN (?)", bun.List(ids)).Where(seen).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read reviews: %w", err)
	}
	return reviewsOf(rows), nil
}

// Recent returns the newest reviews, newest first.
func (s *Store) Recent(ctx context.Context, first int) ([]*reviews.Review, error) {
	var rows []reviewRow
	err := s.selectReviews(&rows, "reviews AS r").
		Where(seen).
		OrderExpr("r.created_at DESC, r.id").
		Limit(int64(first)).
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the newest reviews: %w", err)
	}
	return reviewsOf(rows), nil
}

// ByProduct returns the newest reviews of each product.
func (s *Store) ByProduct(
	ctx context.Context, upcs []string, first, minRating int,
) (map[string][]*reviews.Review, error) {
	return s.newest(ctx, "upc", func(r *reviews.Review) string { return r.Upc }, upcs, first, minRating)
}

// ByAuthor returns the newest reviews of each person.
func (s *Store) ByAuthor(ctx context.Context, ids []string, first int) (map[string][]*reviews.Review, error) {
	return s.newest(ctx, "author_id", func(r *reviews.Review) string { return r.AuthorID }, ids, first, 1)
}

// newest reads the newest reviews of each group with one query.
func (s *Store) newest(
	ctx context.Context, column string, group func(*reviews.Review) string, keys []string, first, minRating int,
) (map[string][]*reviews.Review, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	ranked := kit.Ranked{
		Table:  "reviews",
		Column: column,
		Keys:   keys,
		Order:  "created_at DESC, id",
		Where:  seen,
		First:  first,
	}
	if minRating > 1 {
		ranked.Where, ranked.Args = seen+" AND rating >= ?", []any{minRating}
	}
	var rows []reviewRow
	err := s.selectReviews(&rows, "(?) AS r", ranked.Select(s.db)).
		OrderExpr("r.?, r.place", bun.Ident(column)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the newest reviews by %s: %w", column, err)
	}
	return dataloader.Lists(keys, reviewsOf(rows), group), nil
}

// Scores returns what the ratings of each known product come to.
func (s *Store) Scores(ctx context.Context, upcs []string) (map[string]reviews.Score, error) {
	if len(upcs) == 0 {
		return nil, nil
	}
	var rows []productRow
	if err := s.db.NewSelect().Model(&rows).Where("p.upc IN (?)", bun.List(upcs)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read scores: %w", err)
	}
	scores := make(map[string]reviews.Score, len(rows))
	for _, row := range rows {
		scores[row.UPC] = reviews.Score{
			Count: row.ReviewCount, Sum: row.RatingSum, Stars: [5]int{row.Stars1, row.Stars2, row.Stars3, row.Stars4, row.Stars5},
		}
	}
	return scores, nil
}

// Usernames returns the public name of each known person.
func (s *Store) Usernames(ctx context.Context, ids []string) (map[string]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []personRow
	if err := s.db.NewSelect().Model(&rows).Where("u.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	names := make(map[string]string, len(rows))
	for _, row := range rows {
		names[row.ID] = row.Username
	}
	return names, nil
}

// CountByAuthor counts the reviews of each person.
func (s *Store) CountByAuthor(ctx context.Context, ids []string) (map[string]int, error) {
	counts, err := kit.Tally(ctx, s.db, "SUM(review_count)", "people", "id", ids)
	if err != nil {
		return nil, fmt.Errorf("count reviews by author: %w", err)
	}
	return counts, nil
}

// AddProduct makes a product known, with no review.
func (s *Store) AddProduct(ctx context.Context, from wire.EntityChanged, upc string, event wire.EntityChanged) error {
	err := s.outbox.Take(ctx, from, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		result, err := tx.NewInsert().Model(&productRow{UPC: upc}).On("CONFLICT DO NOTHING").Exec(ctx)
		return kit.IfChanged(result, err, event)
	})
	if err != nil {
		return fmt.Errorf("add a product: %w", err)
	}
	return nil
}

// PutUser takes over the public name of a person.
func (s *Store) PutUser(
	ctx context.Context,
	from wire.EntityChanged,
	id, username string,
	event wire.EntityChanged,
) error {
	err := s.outbox.Take(ctx, from, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		result, err := tx.NewInsert().Model(&personRow{ID: id, Username: username}).
			On("CONFLICT (id) DO UPDATE").Set("username = EXCLUDED.username").
			Where("u.username <> EXCLUDED.username").Exec(ctx)
		return kit.IfChanged(result, err, event)
	})
	if err != nil {
		return fmt.Errorf("take over a username: %w", err)
	}
	return nil
}
