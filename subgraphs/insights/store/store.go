// Package store keeps what package insights knows in an SQL database.
package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/insights"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the files that make the tables.
func Migrations() fs.FS { return migrations }

// Store keeps what insights knows in a database.
type Store struct {
	db     *bun.DB
	outbox *events.Outbox
}

var _ insights.Store = (*Store)(nil)

// New makes a store on a prepared database.
func New(db *bun.DB, outbox *events.Outbox) *Store { return &Store{db, outbox} }

type productRow struct {
	bun.BaseModel `bun:"table:products,alias:p"`

	UPC    string `bun:"upc,pk"`
	Sold   bool   `bun:"sold"`
	Orders int    `bun:"orders"`
}

// Products returns the products that are known, and whether they are for sale.
func (s *Store) Products(ctx context.Context, upcs []string) (map[string]bool, error) {
	if len(upcs) == 0 {
		return nil, nil
	}
	var rows []productRow
	if err := s.db.NewSelect().Model(&rows).Where("p.upc IN (?)", bun.List(upcs)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	known := make(map[string]bool, len(rows))
	for _, row := range rows {
		known[row.UPC] = row.Sold
	}
	return known, nil
}

// PutProduct takes over whether a product is for sale.
func (s *Store) PutProduct(ctx context.Context, from wire.EntityChanged, upc string, sold bool) error {
	err := s.outbox.Take(ctx, from, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		_, err := tx.NewInsert().Model(&productRow{UPC: upc, Sold: sold}).On("CONFLICT (upc) DO UPDATE").
			Set("sold = EXCLUDED.sold").Exec(ctx)
		return nil, err
	})
	if err != nil {
		return fmt.Errorf("take over a product: %w", err)
	}
	return nil
}
