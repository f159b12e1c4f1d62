package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
	"github.com/weft-graphql/weft/subgraphs/orders"
	"github.com/weft-graphql/weft/subgraphs/orders/payment"
)

type orderRow struct {
	bun.BaseModel `bun:"table:orders,alias:o"`

	ID          string    `bun:"id,pk"`
	Buyer       string    `bun:"buyer"`
	State       string    `bun:"state"`
	Reason      string    `bun:"reason"`
	Minor       int64     `bun:"minor"`
	Currency    string    `bun:"currency"`
	ShipTo      string    `bun:"ship_to"`
	Method      string    `bun:"method"`
	Paid        string    `bun:"paid"`
	Key         string    `bun:"idempotency_key"`
	Fingerprint string    `bun:"fingerprint"`
	PlacedAt    time.Time `bun:"placed_at"`
	UpdatedAt   time.Time `bun:"updated_at"`
}

type lineRow struct {
	bun.BaseModel `bun:"table:order_lines,alias:l"`

	OrderID  string `bun:"order_id,pk"`
	Position int    `bun:"position,pk"`
	UPC      string `bun:"upc"`
	Name     string `bun:"name"`
	Quantity int    `bun:"quantity"`
	Minor    int64  `bun:"minor"`
}

type historyRow struct {
	bun.BaseModel `bun:"table:order_history,alias:h"`

	OrderID  string    `bun:"order_id,pk"`
	Position int       `bun:"position,pk"`
	State    string    `bun:"state"`
	At       time.Time `bun:"at"`
}

func (r *orderRow) order() (*orders.Order, error) {
	order := &orders.Order{
		ID: r.ID, BuyerID: r.Buyer, State: orders.OrderState(r.State), Why: r.Reason,
		Total:  orders.Money{Minor: r.Minor, Currency: orders.Currency(r.Currency)},
		ShipTo: &orders.PostalAddress{}, Paid: orders.PaymentState(r.Paid), Method: r.Method,
		PlacedAt: r.PlacedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(), Key: r.Key, Fingerprint: r.Fingerprint,
		Lines: []*orders.OrderLine{}, History: []*orders.OrderStateChange{},
	}
	if err := json.Unmarshal([]byte(r.ShipTo), order.ShipTo); err != nil {
		return nil, fmt.Errorf("read the address of order %s: %w", r.ID, err)
	}
	return order, nil
}

// Place writes the order of its buyer's cart, and empties the cart.
func (s *Store) Place(
	ctx context.Context, order *orders.Order, saga *orders.Saga, fill func(*orders.Cart) error,
) (placed *orders.Order, err error) {
	err = s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		// A buyer's checkouts come one after the other, so that one cart makes one order.
		if err := kit.Lock(ctx, tx, "carts", "owner", order.BuyerID); err != nil {
			return nil, err
		}
		if placed, err = orderWithKey(ctx, tx, order.BuyerID, order.Key); err != nil || placed != nil {
			return nil, err
		}
		cart, err := readCart(ctx, tx, "c.owner = ?", order.BuyerID)
		if err != nil {
			return nil, err
		}
		if err := fill(cart); err != nil {
			return nil, err
		}
		if err := insertOrder(ctx, tx, order); err != nil {
			return nil, err
		}
		if _, err := tx.NewInsert().Model(rowOfSaga(saga)).Exec(ctx); err != nil {
			return nil, err
		}
		cart.Lines = nil
		if err := writeCart(ctx, tx, cart); err != nil {
			return nil, err
		}
		placed = order
		return []wire.EntityChanged{orders.News(order, saga, wire.Created)}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("place an order: %w", err)
	}
	return placed, nil
}

func orderWithKey(ctx context.Context, tx bun.Tx, buyer, key string) (*orders.Order, error) {
	found, err := readOrders(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("o.buyer = ? AND o.idempotency_key = ?", buyer, key)
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

func insertOrder(ctx context.Context, tx bun.Tx, order *orders.Order) error {
	address, err := json.Marshal(order.ShipTo)
	if err != nil {
		return err
	}
	row := &orderRow{
		ID: order.ID, Buyer: order.BuyerID, State: string(order.State), Reason: order.Why,
		Minor: order.Total.Minor, Currency: string(order.Total.Currency), ShipTo: string(address), Method: order.Method,
		Paid: string(order.Paid), Key: order.Key, Fingerprint: order.Fingerprint,
		PlacedAt: order.PlacedAt, UpdatedAt: order.UpdatedAt,
	}
	if _, err := tx.NewInsert().Model(row).Exec(ctx); err != nil {
		return err
	}
	lines := make([]lineRow, len(order.Lines))
	for i, line := range order.Lines {
		lines[i] = lineRow{
			OrderID: order.ID, Position: i, UPC: line.Upc, Name: line.Name, Quantity: line.Quantity, Minor: line.UnitPrice.Minor,
		}
	}
	if _, err := tx.NewInsert().Model(&lines).Exec(ctx); err != nil {
		return err
	}
	return insertHistory(ctx, tx, order, 0)
}

// insertHistory writes the states from the position on.
func insertHistory(ctx context.Context, tx bun.Tx, order *orders.Order, from int) error {
	var rows []historyRow
	for i := from; i < len(order.History); i++ {
		entry := order.History[i]
		rows = append(rows, historyRow{OrderID: order.ID, Position: i, State: string(entry.State), At: entry.At})
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}

// Orders returns those that exist.
func (s *Store) Orders(ctx context.Context, ids []string) (map[string]*orders.Order, error) {
	found := make(map[string]*orders.Order, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	list, err := readOrders(ctx, s.db, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("o.id IN (?)", bun.List(ids))
	})
	for _, order := range list {
		found[order.ID] = order
	}
	return found, err
}

// Charge returns what is to be paid for an order.
func (s *Store) Charge(ctx context.Context, id string) (payment.Charge, error) {
	var row orderRow
	err := s.db.NewSelect().Model(&row).Column("id", "method", "minor", "currency").Where("o.id = ?", id).Scan(ctx)
	if err != nil {
		return payment.Charge{}, fmt.Errorf("read what is to be paid for an order: %w", err)
	}
	return payment.Charge{Key: row.ID, Method: row.Method, Minor: row.Minor, Currency: row.Currency}, nil
}

// readOrders reads whole orders with three queries, however many there are.
func readOrders(
	ctx context.Context, db bun.IDB, which func(*bun.SelectQuery) *bun.SelectQuery,
) ([]*orders.Order, error) {
	var rows []orderRow
	if err := which(db.NewSelect().Model(&rows)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read orders: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	list, byID := make([]*orders.Order, len(rows)), make(map[string]*orders.Order, len(rows))
	ids := make([]string, len(rows))
	for i := range rows {
		order, err := rows[i].order()
		if err != nil {
			return nil, err
		}
		list[i], byID[order.ID], ids[i] = order, order, order.ID
	}
	var lines []lineRow
	of := func(model any, order string) error {
		return db.NewSelect().Model(model).Where("order_id IN (?)", bun.List(ids)).OrderExpr(order).Scan(ctx)
	}
	if err := of(&lines, "l.order_id, l.position"); err != nil {
		return nil, fmt.Errorf("read the lines of orders: %w", err)
	}
	for _, l := range lines {
		order := byID[l.OrderID]
		order.Lines = append(order.Lines, &orders.OrderLine{
			Upc: l.UPC, Name: l.Name, Quantity: l.Quantity,
			UnitPrice: orders.Money{Minor: l.Minor, Currency: order.Total.Currency},
		})
	}
	var history []historyRow
	if err := of(&history, "h.order_id, h.position"); err != nil {
		return nil, fmt.Errorf("read the history of orders: %w", err)
	}
	for _, h := range history {
		order := byID[h.OrderID]
		if n := len(order.History); n > 0 && order.History[n-1].State == order.State {
			continue // it went on after the order was read
		}
		order.History = append(order.History, &orders.OrderStateChange{State: orders.OrderState(h.State), At: h.At.UTC()})
	}
	return list, nil
}

// OrderPage returns the orders of a page, and the next one; newest first.
func (s *Store) OrderPage(
	ctx context.Context, ask page.Ask[orders.Position], filter orders.Filter,
) ([]*orders.Order, error) {
	list, err := readOrders(ctx, s.db, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = filtered(q, filter).Limit(int64(ask.Limit()))
		if ask.Backward {
			q = q.OrderExpr("o.placed_at, o.id")
		} else {
			q = q.OrderExpr("o.placed_at DESC, o.id DESC")
		}
		if after := ask.After; after != nil {
			q = q.Where("(o.placed_at, o.id) < (?, ?)", after.Placed, after.ID)
		}
		if before := ask.Before; before != nil {
			q = q.Where("(o.placed_at, o.id) > (?, ?)", before.Placed, before.ID)
		}
		return q
	})
	if ask.Backward {
		slices.Reverse(list)
	}
	return list, err
}

// CountOrders counts those that pass the filter.
func (s *Store) CountOrders(ctx context.Context, filter orders.Filter) (int, error) {
	n, err := filtered(s.db.NewSelect().Model((*orderRow)(nil)), filter).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count orders: %w", err)
	}
	return int(n), nil
}

func filtered(q *bun.SelectQuery, filter orders.Filter) *bun.SelectQuery {
	if filter.Buyer != "" {
		q = q.Where("o.buyer = ?", filter.Buyer)
	}
	if filter.State != "" {
		q = q.Where("o.state = ?", string(filter.State))
	}
	return q
}
