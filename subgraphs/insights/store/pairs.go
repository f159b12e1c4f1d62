package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/insights"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

// basketRow is what was counted of an order.
type basketRow struct {
	bun.BaseModel `bun:"table:baskets,alias:b"`

	OrderID   string    `bun:"order_id,pk"`
	UPCs      string    `bun:"upcs"`
	OrderedAt time.Time `bun:"ordered_at"`
}

type pairRow struct {
	bun.BaseModel `bun:"table:pairs,alias:t"`

	UPC    string `bun:"upc,pk"`
	Other  string `bun:"other,pk"`
	Orders int    `bun:"orders"`
}

// PutBasket counts the products of an order together, in the place of what was counted of it before.
func (s *Store) PutBasket(
	ctx context.Context, from wire.EntityChanged, order string, upcs []string, at time.Time,
) error {
	err := s.outbox.Take(ctx, from, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		before, ordered, err := takeBasket(ctx, tx, order)
		if err != nil {
			return nil, err
		}
		if before != nil {
			at = ordered // the order is as old as it was
		}
		if len(upcs) > 0 {
			list, err := json.Marshal(upcs)
			if err != nil {
				return nil, err
			}
			row := &basketRow{OrderID: order, UPCs: string(list), OrderedAt: at}
			if _, err := tx.NewInsert().Model(row).Exec(ctx); err != nil {
				return nil, err
			}
		}
		if slices.Equal(before, upcs) {
			return nil, nil
		}
		if err := tally(ctx, tx, before, -1); err != nil {
			return nil, err
		}
		// Nobody is told: lists are a few minutes old anyway, and every order would be news of every product in it.
		return nil, tally(ctx, tx, upcs, 1)
	})
	if err != nil {
		return fmt.Errorf("count what was ordered together: %w", err)
	}
	return nil
}

// takeBasket removes what is noted of an order, and returns it.
func takeBasket(ctx context.Context, tx bun.Tx, order string) (upcs []string, at time.Time, err error) {
	var row basketRow
	err = tx.NewDelete().Model(&row).Where("b.order_id = ?", order).Returning("*").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, at, nil
	}
	if err != nil {
		return nil, at, err
	}
	return upcs, row.OrderedAt, json.Unmarshal([]byte(row.UPCs), &upcs)
}

// tally counts an order more, or less, of each of its products and pairs of them. Products are counted first and in
// one order, so that two transactions with the same ones come one after the other.
func tally(ctx context.Context, tx bun.Tx, upcs []string, more int) error {
	for _, upc := range upcs {
		_, err := tx.NewInsert().Model(&productRow{UPC: upc, Orders: max(more, 0)}).On("CONFLICT (upc) DO UPDATE").
			Set("orders = p.orders + ?", more).Exec(ctx)
		if err != nil {
			return err
		}
	}
	var rows []pairRow
	for _, upc := range upcs {
		for _, other := range upcs {
			if other != upc {
				rows = append(rows, pairRow{UPC: upc, Other: other, Orders: more})
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&rows).On("CONFLICT (upc, other) DO UPDATE").
		Set("orders = t.orders + EXCLUDED.orders").Exec(ctx)
	if err != nil || more > 0 {
		return err
	}
	_, err = tx.NewDelete().
		Model((*pairRow)(nil)).
		Where("t.upc IN (?)", bun.List(upcs)).
		Where("t.orders <= 0").
		Exec(ctx)
	return err
}

// forgetAtOnce is how many orders are taken back in one transaction.
const forgetAtOnce = 100

// ForgetBaskets takes back what was counted of orders before a moment.
func (s *Store) ForgetBaskets(ctx context.Context, before time.Time) (more bool, err error) {
	err = s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		var rows []basketRow
		err := tx.NewSelect().
			Model(&rows).
			Where("b.ordered_at < ?", before).
			OrderExpr("b.ordered_at").
			Limit(forgetAtOnce).
			Scan(ctx)
		if err != nil {
			return nil, err
		}
		more = len(rows) == forgetAtOnce
		for _, row := range rows {
			upcs, _, err := takeBasket(ctx, tx, row.OrderID)
			if err != nil {
				return nil, err
			}
			if err := tally(ctx, tx, upcs, -1); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	if err != nil {
		return false, fmt.Errorf("forget old orders: %w", err)
	}
	return more, nil
}

// Companions returns the products that are most often in orders with each, and are for sale: two queries.
func (s *Store) Companions(ctx context.Context, upcs []string) (map[string][]insights.Companion, error) {
	if len(upcs) == 0 {
		return nil, nil
	}
	ranked := kit.Ranked{
		Table: "pairs", Column: "upc", Keys: upcs, Order: "orders DESC, other", First: insights.MostCompanions,
		Where: "orders >= ?", Args: []any{insights.LeastTogether},
	}
	var rows []struct {
		UPC    string `bun:"upc"`
		Other  string `bun:"other"`
		Orders int    `bun:"orders"`
		Of     int    `bun:"of_other"`
	}
	err := s.db.NewSelect().TableExpr("(?) AS t", ranked.Select(s.db)).
		Join("JOIN products AS p ON p.upc = t.other").Where("p.sold").
		ColumnExpr("t.upc, t.other, t.orders, p.orders AS of_other").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read what is bought together: %w", err)
	}
	own, err := kit.Tally(ctx, s.db, "SUM(orders)", "products", "upc", upcs)
	if err != nil {
		return nil, fmt.Errorf("read how often products are ordered: %w", err)
	}
	found := make(map[string][]insights.Companion, len(upcs))
	for _, row := range rows {
		found[row.UPC] = append(found[row.UPC], insights.Companion{
			Upc: row.Other, Together: row.Orders, Own: own[row.UPC], Other: row.Of,
		})
	}
	return found, nil
}
