package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/inventory"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

type reservationRow struct {
	bun.BaseModel `bun:"table:reservations,alias:r"`

	OrderID   string    `bun:"order_id,pk"`
	State     string    `bun:"state"`
	Reason    string    `bun:"reason"`
	Until     int64     `bun:"until"`
	UpdatedAt time.Time `bun:"updated_at"`
}

type reservationLineRow struct {
	bun.BaseModel `bun:"table:reservation_lines,alias:l"`

	OrderID     string `bun:"order_id,pk"`
	UPC         string `bun:"upc,pk"`
	WarehouseID string `bun:"warehouse_id,pk"`
	Quantity    int    `bun:"quantity"`
}

type placeRow struct {
	bun.BaseModel `bun:"table:stock,alias:s"`

	UPC         string `bun:"upc,pk"`
	WarehouseID string `bun:"warehouse_id,pk"`
	Quantity    int    `bun:"quantity"`
	Reserved    int    `bun:"reserved"`
}

// Reservation returns the pieces set aside for an order; nil when it has none.
func (s *Store) Reservation(ctx context.Context, orderID string) (*inventory.Reservation, error) {
	return readReservation(ctx, s.db, orderID)
}

func readReservation(ctx context.Context, db bun.IDB, orderID string) (*inventory.Reservation, error) {
	var row reservationRow
	err := db.NewSelect().Model(&row).Where("r.order_id = ?", orderID).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a reservation: %w", err)
	}
	found := &inventory.Reservation{
		OrderID: row.OrderID, State: inventory.ReservationState(row.State), Why: row.Reason,
		Until: time.UnixMilli(row.Until).UTC(), UpdatedAt: row.UpdatedAt.UTC(), Lines: []*inventory.ReservationLine{},
	}
	var lines []reservationLineRow
	err = db.NewSelect().Model(&lines).Where("l.order_id = ?", orderID).OrderExpr("l.upc, l.warehouse_id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the lines of a reservation: %w", err)
	}
	for _, l := range lines {
		found.Lines = append(found.Lines, &inventory.ReservationLine{
			Upc: l.UPC, WarehouseID: l.WarehouseID, Quantity: l.Quantity,
		})
	}
	return found, nil
}

// Fulfil does what an order wishes, and tells what became of it.
func (s *Store) Fulfil(ctx context.Context, from wire.EntityChanged, wish inventory.Wish) error {
	upcs := slices.Sorted(maps.Keys(wish.Pieces))
	err := s.outbox.Take(ctx, from, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		if there, err := fulfilled(ctx, tx, wish); err != nil || there {
			return nil, err
		}
		was, places, err := lockReservation(ctx, tx, wish.OrderID, upcs)
		if err != nil {
			return nil, err
		}
		next := wish.Fulfil(was, places, time.Now().UTC())
		if next == nil {
			if !wish.Answer {
				return nil, nil
			}
			return was.News(false), nil
		}
		return next.News(true), writeReservation(ctx, tx, was, next, places)
	})
	if err != nil {
		return fmt.Errorf("do what order %s wishes: %w", wish.OrderID, err)
	}
	return nil
}

// fulfilled reports whether nothing is left to be done or to be answered. Most events of an order say again what the
// pieces are already: these need not wait for other orders of the same products.
func fulfilled(ctx context.Context, tx bun.Tx, wish inventory.Wish) (bool, error) {
	if wish.Answer {
		return false, nil
	}
	there, err := tx.NewSelect().Model((*reservationRow)(nil)).Where("r.order_id = ?", wish.OrderID).
		Where("r.state = ?", string(wish.State)).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("read the state of a reservation: %w", err)
	}
	return there, nil
}

// OverdueReservations are the orders of which something was set aside until now at most.
func (s *Store) OverdueReservations(ctx context.Context, now time.Time, limit int) ([]string, error) {
	var ids []string
	err := s.db.NewSelect().Model((*reservationRow)(nil)).Column("order_id").
		Where("r.state = 'HELD' AND r.until <= ?", now.UnixMilli()).OrderExpr("r.until").Limit(int64(limit)).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("read reservations that have lasted too long: %w", err)
	}
	return ids, nil
}

// ExpireReservation gives back what was set aside for too long.
func (s *Store) ExpireReservation(ctx context.Context, orderID string, now time.Time) error {
	found, err := s.Reservation(ctx, orderID)
	if err != nil || found == nil {
		return err
	}
	var upcs []string
	for _, line := range found.Lines {
		upcs = append(upcs, line.Upc)
	}
	err = s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		was, places, err := lockReservation(ctx, tx, orderID, slices.Compact(upcs))
		if err != nil || was == nil {
			return nil, err
		}
		next := was.Expire(places, now)
		if next == nil {
			return nil, nil
		}
		return next.News(true), writeReservation(ctx, tx, was, next, places)
	})
	if err != nil {
		return fmt.Errorf("give back the pieces of order %s: %w", orderID, err)
	}
	return nil
}

// lockReservation makes other changes of the products' stock wait, in the order of their codes, and reads what is
// there.
func lockReservation(
	ctx context.Context, tx bun.Tx, orderID string, upcs []string,
) (*inventory.Reservation, []*inventory.Place, error) {
	for _, upc := range upcs {
		if err := kit.Lock(ctx, tx, "products", "upc", upc); err != nil {
			return nil, nil, err
		}
	}
	was, err := readReservation(ctx, tx, orderID)
	if err != nil || len(upcs) == 0 {
		return was, nil, err
	}
	var rows []placeRow
	if err := tx.NewSelect().Model(&rows).Where("s.upc IN (?)", bun.List(upcs)).Scan(ctx); err != nil {
		return nil, nil, fmt.Errorf("read stock: %w", err)
	}
	places := make([]*inventory.Place, len(rows))
	for i, r := range rows {
		places[i] = &inventory.Place{Upc: r.UPC, WarehouseID: r.WarehouseID, Quantity: r.Quantity, Reserved: r.Reserved}
	}
	return was, places, nil
}

// writeReservation writes a reservation and the places whose pieces it has changed.
func writeReservation(
	ctx context.Context, tx bun.Tx, was, next *inventory.Reservation, places []*inventory.Place,
) error {
	row := &reservationRow{
		OrderID: next.OrderID, State: string(next.State), Reason: next.Why, Until: next.Until.UnixMilli(),
		UpdatedAt: next.UpdatedAt,
	}
	_, err := tx.NewInsert().Model(row).On("CONFLICT (order_id) DO UPDATE").Set("state = EXCLUDED.state").
		Set("reason = EXCLUDED.reason").Set("updated_at = EXCLUDED.updated_at").Exec(ctx)
	if err != nil {
		return err
	}
	if was == nil && len(next.Lines) > 0 {
		lines := make([]reservationLineRow, len(next.Lines))
		for i, l := range next.Lines {
			lines[i] = reservationLineRow{OrderID: next.OrderID, UPC: l.Upc, WarehouseID: l.WarehouseID, Quantity: l.Quantity}
		}
		if _, err := tx.NewInsert().Model(&lines).Exec(ctx); err != nil {
			return err
		}
	}
	for _, line := range next.Lines {
		at := slices.IndexFunc(places, func(p *inventory.Place) bool {
			return p.Upc == line.Upc && p.WarehouseID == line.WarehouseID
		})
		if at < 0 {
			return fmt.Errorf("the stock of product %s in warehouse %s is gone", line.Upc, line.WarehouseID)
		}
		_, err := tx.NewUpdate().Model((*placeRow)(nil)).
			Set("version = CASE WHEN quantity = ? THEN version ELSE version + 1 END", places[at].Quantity).
			Set("quantity = ?", places[at].Quantity).Set("reserved = ?", places[at].Reserved).
			Set("updated_at = ?", next.UpdatedAt).Where("upc = ? AND warehouse_id = ?", line.Upc, line.WarehouseID).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return sumUp(ctx, tx, was, next)
}

// sumUp notes how many pieces there are of the products, when that has changed.
func sumUp(ctx context.Context, tx bun.Tx, was, next *inventory.Reservation) error {
	if next.State != inventory.Committed && (was == nil || was.State != inventory.Committed) {
		return nil
	}
	for _, line := range next.Lines {
		of := tx.NewSelect().Model((*placeRow)(nil)).ColumnExpr("SUM(s.quantity)").Where("s.upc = ?", line.Upc)
		_, err := tx.NewUpdate().Model((*productRow)(nil)).Set("total = (?)", of).Where("upc = ?", line.Upc).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// Availabilities counts the pieces of each product in all warehouses together.
func (s *Store) Availabilities(ctx context.Context, upcs []string) (map[string]inventory.Availability, error) {
	if len(upcs) == 0 {
		return nil, nil
	}
	var rows []struct {
		UPC      string `bun:"upc"`
		InStock  int    `bun:"in_stock"`
		Reserved int    `bun:"reserved"`
	}
	err := s.db.NewSelect().TableExpr("stock AS s").
		ColumnExpr("s.upc, SUM(s.quantity) AS in_stock, SUM(s.reserved) AS reserved").
		Where("s.upc IN (?)", bun.List(upcs)).GroupExpr("s.upc").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count stock: %w", err)
	}
	found := make(map[string]inventory.Availability, len(rows))
	for _, row := range rows {
		found[row.UPC] = inventory.Availability{InStock: row.InStock, Reserved: row.Reserved}
	}
	return found, nil
}

// keepsReserved returns a fault when a change would leave fewer pieces than are set aside.
func keepsReserved(ctx context.Context, tx bun.Tx, upc, warehouse string, left int) error {
	var reserved int
	err := tx.NewSelect().Model((*placeRow)(nil)).Column("reserved").
		Where("s.upc = ? AND s.warehouse_id = ?", upc, warehouse).Scan(ctx, &reserved)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	case left < reserved:
		return fault.New(fault.Conflict, "%d pieces are set aside for orders; %d would be left", reserved, left)
	}
	return nil
}
