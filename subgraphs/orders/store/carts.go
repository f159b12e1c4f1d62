package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/orders"
)

// guestCartsFor is how long a guest's cart is kept that nobody changes.
const guestCartsFor = 30 * 24 * time.Hour

type cartRow struct {
	bun.BaseModel `bun:"table:carts,alias:c"`

	ID        string    `bun:"id,pk"`
	Owner     string    `bun:"owner"`
	Lines     string    `bun:"lines"`
	UpdatedAt time.Time `bun:"updated_at"`
}

// lineForm is how a line of a cart is stored.
type lineForm struct {
	Upc      string `json:"upc"`
	Quantity int    `json:"quantity"`
}

// Cart returns the cart, or nil when there is none.
func (s *Store) Cart(ctx context.Context, id string) (*orders.Cart, error) {
	return readCart(ctx, s.db, "c.id = ?", id)
}

// CartOf returns the owner's cart, or nil when there is none.
func (s *Store) CartOf(ctx context.Context, owner string) (*orders.Cart, error) {
	return readCart(ctx, s.db, "c.owner = ? AND c.owner <> ''", owner)
}

// readCart reads a cart with the present prices. What is sold no more is left out.
func readCart(ctx context.Context, db bun.IDB, where string, argument string) (*orders.Cart, error) {
	var row cartRow
	err := db.NewSelect().Model(&row).Where(where, argument).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a cart: %w", err)
	}
	var forms []lineForm
	if err := json.Unmarshal([]byte(row.Lines), &forms); err != nil {
		return nil, fmt.Errorf("read the lines of cart %s: %w", row.ID, err)
	}
	upcs := make([]string, len(forms))
	for i, form := range forms {
		upcs[i] = form.Upc
	}
	found, err := products(ctx, db, upcs)
	if err != nil {
		return nil, err
	}
	cart := &orders.Cart{ID: row.ID, Owner: row.Owner, UpdatedAt: row.UpdatedAt.UTC(), Lines: []*orders.CartLine{}}
	for _, form := range forms {
		if product := found[form.Upc]; product != nil {
			cart.Lines = append(cart.Lines, &orders.CartLine{Article: product, Quantity: form.Quantity})
		}
	}
	return cart, nil
}

func writeCart(ctx context.Context, tx bun.Tx, cart *orders.Cart) error {
	forms := make([]lineForm, len(cart.Lines))
	for i, line := range cart.Lines {
		forms[i] = lineForm{line.Article.Upc, line.Quantity}
	}
	text, err := json.Marshal(forms)
	if err != nil {
		return err
	}
	cart.UpdatedAt = time.Now().UTC()
	_, err = tx.NewUpdate().Model((*cartRow)(nil)).Set("lines = ?", string(text)).Set("updated_at = ?", cart.UpdatedAt).
		Where("id = ?", cart.ID).Exec(ctx)
	return err
}

// NewCart makes a cart, unless the owner has one, and returns it. Guests' carts that were left make room.
func (s *Store) NewCart(ctx context.Context, id, owner string) (*orders.Cart, error) {
	now := time.Now().UTC()
	err := s.commit(ctx, func(ctx context.Context, tx bun.Tx) error {
		if owner == "" {
			_, err := tx.NewDelete().Model((*cartRow)(nil)).
				Where("owner = '' AND updated_at < ?", now.Add(-guestCartsFor)).Exec(ctx)
			if err != nil {
				return err
			}
		}
		row := &cartRow{ID: id, Owner: owner, Lines: "[]", UpdatedAt: now}
		_, err := tx.NewInsert().Model(row).On("CONFLICT DO NOTHING").Exec(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make a cart: %w", err)
	}
	if owner != "" {
		return s.CartOf(ctx, owner)
	}
	return s.Cart(ctx, id)
}

// ChangeCart lets change alter the cart and writes it.
func (s *Store) ChangeCart(
	ctx context.Context, id string, change func(*orders.Cart) error,
) (cart *orders.Cart, err error) {
	err = s.commit(ctx, func(ctx context.Context, tx bun.Tx) error {
		if cart, err = lockCart(ctx, tx, id); err != nil {
			return err
		}
		if err := change(cart); err != nil {
			return err
		}
		return writeCart(ctx, tx, cart)
	})
	if err != nil {
		return nil, fmt.Errorf("change a cart: %w", err)
	}
	return cart, nil
}

// MergeCarts lets merge alter the second cart, writes it, and removes the first.
func (s *Store) MergeCarts(
	ctx context.Context, from, to string, merge func(from, to *orders.Cart),
) (cart *orders.Cart, err error) {
	err = s.commit(ctx, func(ctx context.Context, tx bun.Tx) error {
		guest, err := lockCart(ctx, tx, from)
		if err != nil {
			return err
		}
		if cart, err = lockCart(ctx, tx, to); err != nil {
			return err
		}
		merge(guest, cart)
		if err := writeCart(ctx, tx, cart); err != nil {
			return err
		}
		_, err = tx.NewDelete().Model((*cartRow)(nil)).Where("id = ?", from).Exec(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("merge carts: %w", err)
	}
	return cart, nil
}

func lockCart(ctx context.Context, tx bun.Tx, id string) (*orders.Cart, error) {
	if err := kit.Lock(ctx, tx, "carts", "id", id); err != nil {
		return nil, err
	}
	cart, err := readCart(ctx, tx, "c.id = ?", id)
	if err == nil && cart == nil {
		err = fault.At(fault.NotFound, "input.cartId", "there is no such cart")
	}
	return cart, err
}

// commit runs a transaction that nobody needs to hear of.
func (s *Store) commit(ctx context.Context, change func(context.Context, bun.Tx) error) error {
	return s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		return nil, change(ctx, tx)
	})
}
