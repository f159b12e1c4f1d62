package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
	"github.com/weft-graphql/weft/subgraphs/orders"
)

type sagaRow struct {
	bun.BaseModel `bun:"table:sagas,alias:s"`

	OrderID      string `bun:"order_id,pk"`
	Step         string `bun:"step"`
	Due          *int64 `bun:"due"`
	ClaimedUntil int64  `bun:"claimed_until"`
	Attempts     int    `bun:"attempts"`
	ReserveBy    int64  `bun:"reserve_by"`
	Deadline     int64  `bun:"deadline"`
	Charged      bool   `bun:"charged"`
	Held         bool   `bun:"held"`
	LastError    string `bun:"last_error"`
}

// maxProblem bounds what is kept of an error, in bytes.
const maxProblem = 500

func rowOfSaga(s *orders.Saga) *sagaRow {
	row := &sagaRow{
		OrderID: s.OrderID, Step: string(s.Step), Attempts: s.Attempts, ReserveBy: s.ReserveBy.UnixMilli(),
		Deadline: s.Deadline.UnixMilli(), Charged: s.Charged, Held: s.Held,
		LastError: s.Problem[:min(len(s.Problem), maxProblem)],
	}
	if !s.DueAt.IsZero() {
		due := s.DueAt.UnixMilli()
		row.Due = &due
	}
	if !s.ClaimedUntil.IsZero() {
		row.ClaimedUntil = s.ClaimedUntil.UnixMilli()
	}
	return row
}

func (r *sagaRow) saga() *orders.Saga {
	saga := &orders.Saga{
		OrderID: r.OrderID, Step: orders.SagaStep(r.Step), Attempts: r.Attempts, ReserveBy: time.UnixMilli(r.ReserveBy).UTC(),
		Deadline: time.UnixMilli(r.Deadline).UTC(), Charged: r.Charged, Held: r.Held, Problem: r.LastError,
	}
	if r.Due != nil {
		saga.DueAt = time.UnixMilli(*r.Due).UTC()
	}
	if r.ClaimedUntil != 0 {
		saga.ClaimedUntil = time.UnixMilli(r.ClaimedUntil).UTC()
	}
	return saga
}

func sagasOf(rows []sagaRow) []*orders.Saga {
	list := make([]*orders.Saga, len(rows))
	for i := range rows {
		list[i] = rows[i].saga()
	}
	return list
}

// Sagas returns those of the orders.
func (s *Store) Sagas(ctx context.Context, ids []string) (map[string]*orders.Saga, error) {
	var rows []sagaRow
	if err := s.db.NewSelect().Model(&rows).Where("s.order_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read checkouts: %w", err)
	}
	found := make(map[string]*orders.Saga, len(rows))
	for _, saga := range sagasOf(rows) {
		found[saga.OrderID] = saga
	}
	return found, nil
}

// OpenSagas returns those of a page of what is not done, and the next one, those that are due first first.
func (s *Store) OpenSagas(ctx context.Context, ask page.Ask[orders.Due], minAttempts int) ([]*orders.Saga, error) {
	var rows []sagaRow
	q := s.db.NewSelect().Model(&rows).Where("s.due IS NOT NULL AND s.attempts >= ?", minAttempts).
		OrderExpr(kit.OrderBy(dueColumns(orders.Due{}), ask.Backward)).Limit(int64(ask.Limit()))
	for place, before := range map[*orders.Due]bool{ask.After: false, ask.Before: true} {
		if place != nil {
			where, args := kit.Beyond(dueColumns(*place), before)
			q = q.Where(where, args...)
		}
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("read checkouts in progress: %w", err)
	}
	if ask.Backward {
		slices.Reverse(rows)
	}
	return sagasOf(rows), nil
}

// dueColumns are those that checkouts in progress are ordered by, with their values at a place.
func dueColumns(at orders.Due) []kit.OrderColumn {
	return []kit.OrderColumn{{Column: "s.due", Value: at.At.UnixMilli()}, {Column: "s.order_id", Value: at.OrderID}}
}

// CountSagas counts those that are not done, up to 10,000.
func (s *Store) CountSagas(ctx context.Context, minAttempts int) (int, error) {
	n, err := kit.CountUpTo(ctx, s.db, s.db.NewSelect().Model((*sagaRow)(nil)).
		Where("s.due IS NOT NULL AND s.attempts >= ?", minAttempts))
	if err != nil {
		return 0, fmt.Errorf("count checkouts in progress: %w", err)
	}
	return n, nil
}

// SagaReport counts those that are not done, and those of them whose deadline was before now.
func (s *Store) SagaReport(ctx context.Context, now time.Time) (r orders.SagaReport, err error) {
	var due *int64
	err = s.db.NewSelect().Model((*sagaRow)(nil)).ColumnExpr("COUNT(*)").
		ColumnExpr("COALESCE(SUM(CASE WHEN s.deadline < ? THEN 1 ELSE 0 END), 0)", now.UnixMilli()).ColumnExpr("MIN(s.due)").
		Where("s.due IS NOT NULL").Scan(ctx, &r.Open, &r.Late, &due)
	if err != nil {
		return r, fmt.Errorf("count checkouts in progress: %w", err)
	}
	if due != nil {
		r.Due = time.UnixMilli(*due)
	}
	return r, nil
}

// NextDue is when the next saga is due; zero when none is.
func (s *Store) NextDue(ctx context.Context) (time.Time, error) {
	var due *int64
	err := s.db.NewSelect().Model((*sagaRow)(nil)).ColumnExpr("MIN(s.due)").Where("s.due IS NOT NULL").Scan(ctx, &due)
	if err != nil || due == nil {
		return time.Time{}, err
	}
	return time.UnixMilli(*due), nil
}

// Claim returns sagas that are due, and that nobody else gets before until. On PostgreSQL it passes over those that
// others are changing; on SQLite there is one writer.
func (s *Store) Claim(ctx context.Context, now, until time.Time, limit int) (claimed []*orders.Saga, err error) {
	due, err := s.NextDue(ctx) // a look that takes no lock
	if err != nil || due.IsZero() || due.After(now) {
		return nil, err
	}
	err = s.commit(ctx, func(ctx context.Context, tx bun.Tx) error {
		q := tx.NewSelect().Model((*sagaRow)(nil)).Column("order_id").
			Where("s.due <= ? AND s.claimed_until <= ?", now.UnixMilli(), now.UnixMilli()).OrderExpr("s.due").Limit(int64(limit))
		if _, ok := s.db.Dialect().(*pgdialect.Dialect); ok {
			q = q.For("UPDATE SKIP LOCKED")
		}
		var ids []string
		if err := q.Scan(ctx, &ids); err != nil || len(ids) == 0 {
			return err
		}
		var rows []sagaRow
		_, err := tx.NewUpdate().Model(&rows).Set("claimed_until = ?", until.UnixMilli()).
			Set("charged = (charged OR step = ?)", string(orders.StepAuthorise)).
			Where("s.order_id IN (?)", bun.List(ids)).Returning("*").Exec(ctx)
		claimed = sagasOf(rows)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim checkouts that are due: %w", err)
	}
	return claimed, nil
}

// Change lets change alter an order and its saga, and writes both with the news of them.
func (s *Store) Change(
	ctx context.Context, id string, from *wire.EntityChanged, change func(*orders.Order, *orders.Saga) (bool, error),
) (order *orders.Order, err error) {
	alter := func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		order = nil
		if err := kit.Lock(ctx, tx, "sagas", "order_id", id); err != nil {
			return nil, err
		}
		found, err := readOrders(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("o.id = ?", id) })
		if err != nil || len(found) == 0 {
			return nil, err
		}
		var row sagaRow
		if err := tx.NewSelect().Model(&row).Where("s.order_id = ?", id).Scan(ctx); err != nil {
			return nil, err
		}
		order = found[0]
		saga, known := row.saga(), len(order.History)
		changed, err := change(order, saga)
		if err != nil || !changed {
			return nil, err
		}
		if err := writeOrder(ctx, tx, order, saga, known); err != nil {
			return nil, err
		}
		return []wire.EntityChanged{orders.News(order, saga, wire.Updated)}, nil
	}
	if from != nil {
		err = s.outbox.Take(ctx, *from, alter)
	} else {
		err = s.outbox.Commit(ctx, alter)
	}
	if err != nil {
		return nil, fmt.Errorf("change an order: %w", err)
	}
	return order, nil
}

// writeOrder writes what can change of an order, of whose history known entries are there, and its saga.
func writeOrder(ctx context.Context, tx bun.Tx, order *orders.Order, saga *orders.Saga, known int) error {
	if _, err := tx.NewUpdate().Model(rowOfSaga(saga)).WherePK().Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewUpdate().Model((*orderRow)(nil)).Set("state = ?", string(order.State)).Set("reason = ?", order.Why).
		Set("paid = ?", string(order.Paid)).Set("updated_at = ?", order.UpdatedAt).Where("id = ?", order.ID).Exec(ctx)
	if err != nil {
		return err
	}
	return insertHistory(ctx, tx, order, known)
}
