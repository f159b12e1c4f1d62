// Package store keeps the people of package accounts in an SQL database.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/accounts"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
	"github.com/weft-graphql/weft/subgraphs/seed"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the files that make the tables.
func Migrations() fs.FS { return migrations }

// Store keeps people in a database.
type Store struct {
	db     *bun.DB
	outbox *events.Outbox
}

var _ accounts.Store = (*Store)(nil)

// New makes a store on a prepared database.
func New(db *bun.DB, outbox *events.Outbox) *Store { return &Store{db, outbox} }

type userRow struct {
	bun.BaseModel `bun:"table:users,alias:u"`

	ID       string    `bun:"id,pk"`
	Name     string    `bun:"name"`
	Username string    `bun:"username"`
	Email    string    `bun:"email"`
	Bio      string    `bun:"bio"`
	City     string    `bun:"city"`
	Country  string    `bun:"country"`
	Tier     string    `bun:"tier"`
	JoinedAt time.Time `bun:"joined_at"`

	Version  int        `bun:"version"`
	ClosedAt *time.Time `bun:"closed_at"`
}

func (r *userRow) user() *accounts.User {
	return &accounts.User{
		ID: r.ID, Name: r.Name, Username: r.Username, Mail: r.Email, Bio: r.Bio,
		Location: locationOf(r.City, r.Country),
		Tier:     accounts.Tier(r.Tier), JoinedAt: r.JoinedAt.UTC(), Version: r.Version,
	}
}

// locationOf is where a person lives; nil when they do not say.
func locationOf(city, country string) *accounts.Location {
	if city == "" {
		return nil
	}
	return &accounts.Location{City: city, Country: country}
}

// UsersByID returns those that exist.
func (s *Store) UsersByID(ctx context.Context, ids []string) (map[string]*accounts.User, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []userRow
	if err := s.db.NewSelect().Model(&rows).Where("u.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	found := make(map[string]*accounts.User, len(rows))
	for i := range rows {
		found[rows[i].ID] = rows[i].user()
	}
	return found, nil
}

// UserByUsername returns nil when nobody has the username.
func (s *Store) UserByUsername(ctx context.Context, username string) (*accounts.User, error) {
	var row userRow
	err := s.db.NewSelect().Model(&row).Where("u.username = ?", username).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a person by username: %w", err)
	}
	return row.user(), nil
}

// Users returns the people of a page, and the next one.
func (s *Store) Users(ctx context.Context, ask page.Ask[accounts.Position]) ([]*accounts.User, error) {
	var rows []userRow
	query := s.db.NewSelect().Model(&rows).Limit(int64(ask.Limit()))
	if ask.Backward {
		query = query.OrderExpr("u.joined_at DESC, u.id DESC")
	} else {
		query = query.OrderExpr("u.joined_at, u.id")
	}
	if after := ask.After; after != nil {
		query = query.Where("(u.joined_at, u.id) > (?, ?)", after.Joined, after.ID)
	}
	if before := ask.Before; before != nil {
		query = query.Where("(u.joined_at, u.id) < (?, ?)", before.Joined, before.ID)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, fmt.Errorf("read a page of people: %w", err)
	}
	if ask.Backward {
		slices.Reverse(rows)
	}
	users := make([]*accounts.User, len(rows))
	for i := range rows {
		users[i] = rows[i].user()
	}
	return users, nil
}

// CountUsers counts everybody.
func (s *Store) CountUsers(ctx context.Context) (int, error) {
	n, err := s.db.NewSelect().Model((*userRow)(nil)).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count people: %w", err)
	}
	return int(n), nil
}

// UpdateUser lets change alter the person's profile, and writes it and the event about it together.
func (s *Store) UpdateUser(
	ctx context.Context, id string, change func(*accounts.User) error, event func(*accounts.User) wire.EntityChanged,
) (user *accounts.User, err error) {
	err = s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		if err := kit.Lock(ctx, tx, "users", "id", id); err != nil {
			return nil, err
		}
		var row userRow
		err := tx.NewSelect().Model(&row).Where("u.id = ?", id).Scan(ctx)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		user = row.user()
		if err := change(user); err != nil {
			return nil, err
		}
		user.Version++
		if err := write(ctx, tx, user); err != nil {
			return nil, err
		}
		return []wire.EntityChanged{event(user)}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("write a profile: %w", err)
	}
	return user, nil
}

func write(ctx context.Context, tx bun.Tx, user *accounts.User) error {
	_, err := tx.NewUpdate().Model((*userRow)(nil)).
		Set("name = ?", user.Name).Set("username = ?", user.Username).Set("bio = ?", user.Bio).
		Set("version = ?", user.Version).
		Where("id = ?", user.ID).Exec(ctx)
	if kit.Duplicate(err) {
		return fault.At(fault.Conflict, "input.username", "the username %q is taken", user.Username)
	}
	return err
}

// Seed fills a new database with the people of the sample shop.
func Seed(ctx context.Context, tx bun.Tx) error {
	people := seed.People()
	rows := make([]userRow, len(people))
	for i, p := range people {
		rows[i] = userRow{
			ID: p.ID, Name: p.Name, Username: p.Username, Email: p.Email, Bio: p.Bio,
			City: p.City, Country: p.Country, Tier: p.Tier, JoinedAt: p.Joined, Version: 1,
		}
	}
	if err := kit.InsertAll(ctx, tx, rows); err != nil {
		return err
	}
	news := make([]wire.EntityChanged, len(rows))
	for i := range rows {
		news[i] = accounts.Changed(rows[i].user())
		news[i].Change = wire.Created
	}
	return events.Preset(ctx, tx, news)
}
