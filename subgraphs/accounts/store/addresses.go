package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/accounts"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

var _ accounts.AddressStore = (*Store)(nil)

type addressBookRow struct {
	bun.BaseModel `bun:"table:address_books,alias:b"`

	UserID    string `bun:"user_id,pk"`
	Addresses string `bun:"addresses"`
}

// Addresses returns the address books of people.
func (s *Store) Addresses(ctx context.Context, userIDs []string) (map[string][]*accounts.Address, error) {
	return readAddresses(ctx, s.db, userIDs)
}

func readAddresses(ctx context.Context, db bun.IDB, userIDs []string) (map[string][]*accounts.Address, error) {
	var rows []addressBookRow
	if err := db.NewSelect().Model(&rows).Where("b.user_id IN (?)", bun.List(userIDs)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read address books: %w", err)
	}
	books := make(map[string][]*accounts.Address, len(rows))
	for _, row := range rows {
		var book []*accounts.Address
		if err := json.Unmarshal([]byte(row.Addresses), &book); err != nil {
			return nil, fmt.Errorf("read the address book of %s: %w", row.UserID, err)
		}
		books[row.UserID] = book
	}
	return books, nil
}

// ChangeAddresses lets change alter a person's address book and writes it.
func (s *Store) ChangeAddresses(
	ctx context.Context, userID string, change func([]*accounts.Address) ([]*accounts.Address, error),
) error {
	err := s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		if err := kit.Lock(ctx, tx, "users", "id", userID); err != nil {
			return nil, err
		}
		books, err := readAddresses(ctx, tx, []string{userID})
		if err != nil {
			return nil, err
		}
		book, err := change(books[userID])
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(book)
		if err != nil {
			return nil, err
		}
		_, err = tx.NewInsert().Model(&addressBookRow{UserID: userID, Addresses: string(text)}).
			On("CONFLICT (user_id) DO UPDATE").Set("addresses = EXCLUDED.addresses").Exec(ctx)
		return nil, err
	})
	if err != nil {
		return fmt.Errorf("change an address book: %w", err)
	}
	return nil
}
