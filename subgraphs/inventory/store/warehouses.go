package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/inventory"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// SaveWarehouse adds a warehouse, or changes one.
func (s *Store) SaveWarehouse(ctx context.Context, warehouse *inventory.Warehouse) error {
	err := s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		row := &warehouseRow{ID: warehouse.ID, Name: warehouse.Name, City: warehouse.City, Country: warehouse.Country}
		_, err := tx.NewInsert().Model(row).On("CONFLICT (id) DO UPDATE").Set("name = EXCLUDED.name").
			Set("city = EXCLUDED.city").Set("country = EXCLUDED.country").Exec(ctx)
		return []wire.EntityChanged{inventory.WarehouseChanged(warehouse.ID, wire.Updated)}, err
	})
	if err != nil {
		return fmt.Errorf("write a warehouse: %w", err)
	}
	return nil
}

// RemoveWarehouse removes a warehouse in which nothing ever was.
func (s *Store) RemoveWarehouse(ctx context.Context, id string) error {
	err := s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		used, err := tx.NewSelect().Model((*stockRow)(nil)).Where("s.warehouse_id = ?", id).Exists(ctx)
		if err != nil {
			return nil, err
		}
		if used {
			return nil, fault.At(fault.Conflict, "input.id", "products lie in warehouse %q, or did so", id)
		}
		result, err := tx.NewDelete().Model((*warehouseRow)(nil)).Where("w.id = ?", id).Exec(ctx)
		if err != nil {
			return nil, err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return nil, errors.Join(err, fault.At(fault.NotFound, "input.id", "there is no warehouse %q", id))
		}
		return []wire.EntityChanged{inventory.WarehouseChanged(id, wire.Deleted)}, nil
	})
	if err != nil {
		return fmt.Errorf("remove a warehouse: %w", err)
	}
	return nil
}
