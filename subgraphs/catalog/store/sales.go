package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/catalog"
)

// saleRow is pieces that were counted of an order that can still be called off.
type saleRow struct {
	bun.BaseModel `bun:"table:sales,alias:s"`

	OrderID string `bun:"order_id,pk"`
	UPC     string `bun:"upc,pk"`
	Pieces  int    `bun:"pieces"`
}

// PutSale counts what an order has sold, in the place of what was counted of it before.
func (s *Store) PutSale(ctx context.Context, from wire.EntityChanged, sale catalog.Sale) error {
	err := s.outbox.Take(ctx, from, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		var before []saleRow
		_, err := tx.NewDelete().Model(&before).Where("s.order_id = ?", sale.OrderID).Returning("*").Exec(ctx)
		if err != nil {
			return nil, err
		}
		more := maps.Clone(sale.Pieces)
		for _, row := range before {
			if more[row.UPC] -= row.Pieces; more[row.UPC] == 0 {
				delete(more, row.UPC)
			}
		}
		if !sale.Final && len(sale.Pieces) > 0 {
			rows := make([]saleRow, 0, len(sale.Pieces))
			for upc, pieces := range sale.Pieces {
				rows = append(rows, saleRow{OrderID: sale.OrderID, UPC: upc, Pieces: pieces})
			}
			if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
				return nil, err
			}
		}
		// Nobody is told: lists are a few minutes old anyway, and every order would be news of every product in it.
		return nil, addSold(ctx, tx, more)
	})
	if err != nil {
		return fmt.Errorf("count what was sold: %w", err)
	}
	return nil
}

// addSold adds to the pieces sold, of all products in one order, so that two do not wait for each other.
func addSold(ctx context.Context, tx bun.Tx, more map[string]int) error {
	for _, upc := range slices.Sorted(maps.Keys(more)) {
		_, err := tx.NewUpdate().Model((*productRow)(nil)).Set("sold = sold + ?", more[upc]).Where("upc = ?", upc).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}
