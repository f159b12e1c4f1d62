package store

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/accounts"
)

// CloseAccount removes everything that says who a person is.
func (s *Store) CloseAccount(
	ctx context.Context, userID string, at time.Time, event func(*accounts.User) wire.EntityChanged,
) (ended int, err error) {
	err = s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		row := &userRow{ID: userID, Username: "former-" + userID, ClosedAt: &at}
		_, err := tx.NewUpdate().Model(row).Column("name", "username", "email", "bio", "city", "country", "closed_at").
			Set("version = version + 1").WherePK().Returning("*").Exec(ctx)
		if err != nil {
			return nil, err
		}
		result, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("user_id = ?", userID).Exec(ctx)
		if err != nil {
			return nil, err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return nil, err
		}
		ended = int(n)
		for _, table := range []string{"address_books", "mail_tokens", "oauth_codes", "logins"} {
			if _, err := tx.NewDelete().Table(table).Where("user_id = ?", userID).Exec(ctx); err != nil {
				return nil, err
			}
		}
		return []wire.EntityChanged{event(row.user())}, nil
	})
	if err != nil {
		return 0, fmt.Errorf("close an account: %w", err)
	}
	return ended, nil
}
