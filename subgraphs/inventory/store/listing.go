package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/weft-graphql/weft/subgraphs/inventory"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// LevelsByWarehouse returns the stock of a page of each warehouse, and the next one, most first.
func (s *Store) LevelsByWarehouse(
	ctx context.Context, ids []string, ask page.Ask[inventory.Position],
) (map[string][]*inventory.StockLevel, error) {
	where, args := within(ask, mostFirst)
	ranked := kit.Ranked{
		Table: "stock", Column: "warehouse_id", Keys: ids, Where: where, Args: args, First: ask.Limit(),
		Order: kit.OrderBy(mostFirst(inventory.Position{}), ask.Backward),
	}
	var rows []stockRow
	err := s.db.NewSelect().Model(&rows).ModelTableExpr("(?) AS s", ranked.Select(s.db)).
		OrderExpr("s.warehouse_id, s.place").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read stock by warehouse: %w", err)
	}
	found := dataloader.Lists(ids, levelsOf(rows), func(l *inventory.StockLevel) string { return l.WarehouseID })
	if ask.Backward {
		for _, list := range found {
			slices.Reverse(list)
		}
	}
	return found, nil
}

// mostFirst and leastFirst are the columns that lists are ordered by, with their values at a place.
func mostFirst(at inventory.Position) []kit.OrderColumn {
	return []kit.OrderColumn{{Column: "quantity", Descending: true, Value: at.Pieces}, {Column: "upc", Value: at.Upc}}
}

func leastFirst(at inventory.Position) []kit.OrderColumn {
	return []kit.OrderColumn{{Column: "total", Value: at.Pieces}, {Column: "upc", Value: at.Upc}}
}

// within is the condition that something lies between the ends of a page; empty when the page has none.
func within(
	ask page.Ask[inventory.Position], columns func(inventory.Position) []kit.OrderColumn,
) (where string, args []any) {
	for place, before := range map[*inventory.Position]bool{ask.After: false, ask.Before: true} {
		if place == nil {
			continue
		}
		beyond, values := kit.Beyond(columns(*place), before)
		if where != "" {
			where += " AND "
		}
		where += beyond
		args = append(args, values...)
	}
	return where, args
}

// CountLevels counts the products that have stock in each warehouse.
func (s *Store) CountLevels(ctx context.Context, ids []string) (map[string]int, error) {
	counts, err := kit.Tally(ctx, s.db, "COUNT(*)", "stock", "warehouse_id", ids)
	if err != nil {
		return nil, fmt.Errorf("count the products of warehouses: %w", err)
	}
	return counts, nil
}

// Low returns a page of the products with at most threshold pieces in all, and the next one, least first.
func (s *Store) Low(
	ctx context.Context, threshold int, ask page.Ask[inventory.Position],
) ([]inventory.Position, error) {
	var rows []productRow
	q := s.db.NewSelect().Model(&rows).Where("p.total <= ?", threshold).
		OrderExpr(kit.OrderBy(leastFirst(inventory.Position{}), ask.Backward)).Limit(int64(ask.Limit()))
	if where, args := within(ask, leastFirst); where != "" {
		q = q.Where(where, args...)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("read products with little stock: %w", err)
	}
	if ask.Backward {
		slices.Reverse(rows)
	}
	found := make([]inventory.Position, len(rows))
	for i, row := range rows {
		found[i] = inventory.Position{Pieces: row.Total, Upc: row.UPC}
	}
	return found, nil
}

// CountLow counts the products with at most threshold pieces in all, up to 10,000.
func (s *Store) CountLow(ctx context.Context, threshold int) (int, error) {
	n, err := kit.CountUpTo(ctx, s.db, s.db.NewSelect().Model((*productRow)(nil)).Where("p.total <= ?", threshold))
	if err != nil {
		return 0, fmt.Errorf("count products with little stock: %w", err)
	}
	return n, nil
}
