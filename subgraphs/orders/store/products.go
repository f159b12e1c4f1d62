package store

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/orders"
)

type productRow struct {
	bun.BaseModel `bun:"table:products,alias:p"`

	UPC      string `bun:"upc,pk"`
	Name     string `bun:"name"`
	Minor    int64  `bun:"minor"`
	Currency string `bun:"currency"`
}

func (r productRow) product() *orders.Article {
	price := orders.Money{Minor: r.Minor, Currency: orders.Currency(r.Currency)}
	return &orders.Article{Upc: r.UPC, Name: r.Name, Price: price}
}

// Articles returns the products that can be bought.
func (s *Store) Articles(ctx context.Context, upcs []string) (map[string]*orders.Article, error) {
	return products(ctx, s.db, upcs)
}

func products(ctx context.Context, db bun.IDB, upcs []string) (map[string]*orders.Article, error) {
	if len(upcs) == 0 {
		return nil, nil
	}
	var rows []productRow
	if err := db.NewSelect().Model(&rows).Where("p.upc IN (?)", bun.List(upcs)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	found := make(map[string]*orders.Article, len(rows))
	for _, row := range rows {
		found[row.UPC] = row.product()
	}
	return found, nil
}

// PutArticle takes over what an event tells of a product.
func (s *Store) PutArticle(ctx context.Context, from wire.EntityChanged, product *orders.Article) error {
	row := &productRow{
		UPC: product.Upc, Name: product.Name, Minor: product.Price.Minor, Currency: string(product.Price.Currency),
	}
	err := s.outbox.Take(ctx, from, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		_, err := tx.NewInsert().Model(row).On("CONFLICT (upc) DO UPDATE").Set("name = EXCLUDED.name").
			Set("minor = EXCLUDED.minor").Set("currency = EXCLUDED.currency").Exec(ctx)
		return nil, err
	})
	if err != nil {
		return fmt.Errorf("take over a product: %w", err)
	}
	return nil
}

// RemoveArticle takes over that a product is sold no more.
func (s *Store) RemoveArticle(ctx context.Context, from wire.EntityChanged, upc string) error {
	err := s.outbox.Take(ctx, from, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		_, err := tx.NewDelete().Model((*productRow)(nil)).Where("upc = ?", upc).Exec(ctx)
		return nil, err
	})
	if err != nil {
		return fmt.Errorf("remove a product: %w", err)
	}
	return nil
}
