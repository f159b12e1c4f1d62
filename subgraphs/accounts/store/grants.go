package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/accounts"
)

type codeRow struct {
	bun.BaseModel `bun:"table:oauth_codes,alias:c"`

	Hash        string `bun:"hash,pk"`
	UserID      string `bun:"user_id"`
	ClientID    string `bun:"client_id"`
	Scopes      string `bun:"scopes"`
	RedirectURI string `bun:"redirect_uri"`
	Challenge   string `bun:"challenge"`
	Nonce       string `bun:"nonce"`
	At          int64  `bun:"at"`
	Until       int64  `bun:"until"`
	Used        bool   `bun:"used"`
	Session     string `bun:"session"`
}

func (r *codeRow) code() *accounts.Code {
	return &accounts.Code{
		Hash: r.Hash, UserID: r.UserID, RedirectURI: r.RedirectURI, Challenge: r.Challenge, Nonce: r.Nonce,
		Grant: grantOf(r.ClientID, r.Scopes, r.At), Until: time.UnixMilli(r.Until).UTC(),
	}
}

func grantOf(clientID, scopes string, at int64) accounts.Grant {
	if clientID == "" {
		return accounts.Grant{}
	}
	return accounts.Grant{ClientID: clientID, Scopes: strings.Fields(scopes), At: time.UnixMilli(at).UTC()}
}

// codesKept is how long codes are remembered that are over, so that the session ends of one that is used again.
const codesKept = 24 * time.Hour

// SaveCode writes a code, and removes old ones.
func (s *Store) SaveCode(ctx context.Context, code accounts.Code, now time.Time) error {
	err := s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		old := now.Add(-codesKept).UnixMilli()
		if _, err := tx.NewDelete().Model((*codeRow)(nil)).Where("until < ?", old).Exec(ctx); err != nil {
			return nil, err
		}
		_, err := tx.NewInsert().Model(&codeRow{
			Hash: code.Hash, UserID: code.UserID, ClientID: code.Grant.ClientID, Scopes: strings.Join(code.Grant.Scopes, " "),
			RedirectURI: code.RedirectURI, Challenge: code.Challenge, Nonce: code.Nonce, At: code.Grant.At.UnixMilli(),
			Until: code.Until.UnixMilli(),
		}).Exec(ctx)
		return nil, err
	})
	if err != nil {
		return fmt.Errorf("write an authorization code: %w", err)
	}
	return nil
}

// RedeemCode takes a code that is valid. Who comes second waits for the first, and ends the session that it began.
func (s *Store) RedeemCode(
	ctx context.Context, hash string, now time.Time, begin func(*accounts.Code) (*accounts.Refresh, error),
) (code *accounts.Code, err error) {
	err = s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		code = nil
		var rows []codeRow
		_, err := tx.NewUpdate().Model(&rows).Set("used = ?", true).
			Where("c.hash = ? AND c.used = ? AND c.until >= ?", hash, false, now.UnixMilli()).Returning("*").Exec(ctx)
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			_, err := tx.NewDelete().Model((*sessionRow)(nil)).
				Where("id IN (?)", tx.NewSelect().Model((*codeRow)(nil)).Column("session").Where("c.hash = ?", hash)).Exec(ctx)
			return nil, err
		}
		code = rows[0].code()
		session, refused := begin(code)
		if refused != nil { // the code stays used
			return nil, nil
		}
		if _, err := tx.NewInsert().Model(rowOf(*session)).Exec(ctx); err != nil {
			return nil, err
		}
		_, err = tx.NewUpdate().Model((*codeRow)(nil)).Set("session = ?", session.Session).Where("hash = ?", hash).Exec(ctx)
		return nil, err
	})
	if err != nil {
		return nil, fmt.Errorf("redeem an authorization code: %w", err)
	}
	return code, nil
}

// SessionByID returns nil when there is none any more.
func (s *Store) SessionByID(ctx context.Context, id string, now time.Time) (*accounts.Refresh, error) {
	var row sessionRow
	err := s.db.NewSelect().Model(&row).Where("s.id = ? AND s.until >= ?", id, now.UnixMilli()).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a session: %w", err)
	}
	return row.refresh(), nil
}

// EndSessionByID ends a session.
func (s *Store) EndSessionByID(ctx context.Context, id string) error {
	if _, err := s.db.NewDelete().Model((*sessionRow)(nil)).Where("id = ?", id).Exec(ctx); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}
