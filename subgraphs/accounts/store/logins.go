package store

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/accounts"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

var _ accounts.LoginStore = (*Store)(nil)

type loginRow struct {
	bun.BaseModel `bun:"table:logins,alias:l"`

	UserID       string `bun:"user_id,pk"`
	Email        string `bun:"email"`
	Password     string `bun:"password"`
	Roles        string `bun:"roles"`
	Failures     int    `bun:"failures"`
	BlockedUntil int64  `bun:"blocked_until"`
	Verified     bool   `bun:"verified"`
}

func (r *loginRow) login() *accounts.Login {
	login := &accounts.Login{
		UserID: r.UserID, Email: r.Email, Password: r.Password, Roles: []accounts.Role{}, Failures: r.Failures,
		BlockedUntil: time.UnixMilli(r.BlockedUntil), Verified: r.Verified,
	}
	for _, role := range strings.Fields(r.Roles) {
		login.Roles = append(login.Roles, accounts.Role(role))
	}
	return login
}

func rolesText(roles []accounts.Role) string {
	parts := make([]string, len(roles))
	for i, role := range roles {
		parts[i] = string(role)
	}
	return strings.Join(parts, " ")
}

type sessionRow struct {
	bun.BaseModel `bun:"table:sessions,alias:s"`

	ID     string `bun:"id,pk"`
	UserID string `bun:"user_id"`
	Hash   string `bun:"hash"`
	Until  int64  `bun:"until"`

	ClientID  string `bun:"client_id"`
	Scopes    string `bun:"scopes"`
	GrantedAt int64  `bun:"granted_at"`
	Previous  string `bun:"previous"`
	RotatedAt int64  `bun:"rotated_at"`
}

func rowOf(r accounts.Refresh) *sessionRow {
	row := &sessionRow{ID: r.Session, UserID: r.UserID, Hash: r.Hash, Until: r.Until.UnixMilli(), ClientID: r.Grant.ClientID}
	if row.ClientID != "" {
		row.Scopes, row.GrantedAt = strings.Join(r.Grant.Scopes, " "), r.Grant.At.UnixMilli()
	}
	return row
}

func (r *sessionRow) refresh() *accounts.Refresh {
	return &accounts.Refresh{
		Session: r.ID, UserID: r.UserID, Hash: r.Hash, Until: time.UnixMilli(r.Until).UTC(),
		Grant: grantOf(r.ClientID, r.Scopes, r.GrantedAt),
	}
}

type keyRow struct {
	bun.BaseModel `bun:"table:signing_keys,alias:k"`

	ID     string `bun:"id,pk"`
	Seed   string `bun:"seed"`
	MadeAt int64  `bun:"made_at"`
}

// CreateUser writes a person, the login and the event together.
func (s *Store) CreateUser(
	ctx context.Context, user *accounts.User, login *accounts.Login, event wire.EntityChanged,
) error {
	err := s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		_, err := tx.NewInsert().Model(&userRow{
			ID: user.ID, Name: user.Name, Username: user.Username, Email: user.Mail, Tier: string(user.Tier),
			JoinedAt: user.JoinedAt, Version: user.Version,
		}).Exec(ctx)
		if kit.Duplicate(err) {
			return nil, fault.At(fault.Conflict, "input.username", "the username %q is taken", user.Username)
		}
		if err != nil {
			return nil, err
		}
		_, err = tx.NewInsert().Model(&loginRow{
			UserID: login.UserID, Email: login.Email, Password: login.Password, Roles: rolesText(login.Roles),
		}).Exec(ctx)
		if kit.Duplicate(err) {
			return nil, fault.At(fault.Conflict, "input.email", "there is an account with this address; sign in")
		}
		return []wire.EntityChanged{event}, err
	})
	if err != nil {
		return fmt.Errorf("open an account: %w", err)
	}
	return nil
}

// LoginByEmail returns nil when there is none.
func (s *Store) LoginByEmail(ctx context.Context, email string) (*accounts.Login, error) {
	return s.readLogin(ctx, "l.email = ?", email)
}

// LoginOf returns nil when there is none.
func (s *Store) LoginOf(ctx context.Context, userID string) (*accounts.Login, error) {
	return s.readLogin(ctx, "l.user_id = ?", userID)
}

func (s *Store) readLogin(ctx context.Context, where, argument string) (*accounts.Login, error) {
	var row loginRow
	err := s.db.NewSelect().Model(&row).Where(where, argument).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a login: %w", err)
	}
	return row.login(), nil
}

// CountFailure notes a wrong password.
func (s *Store) CountFailure(ctx context.Context, userID string, until time.Time) error {
	_, err := s.db.NewUpdate().Model((*loginRow)(nil)).Set("failures = failures + 1").
		Set("blocked_until = ?", until.UnixMilli()).Where("user_id = ?", userID).Exec(ctx)
	return err
}

// ForgetFailures notes the right password.
func (s *Store) ForgetFailures(ctx context.Context, userID string) error {
	_, err := s.db.NewUpdate().Model((*loginRow)(nil)).Set("failures = 0").Where("user_id = ?", userID).Exec(ctx)
	return err
}

// SetPassword changes the stored form, and ends all sessions.
func (s *Store) SetPassword(ctx context.Context, userID, password string) (ended int, err error) {
	err = s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		_, err := tx.NewUpdate().Model((*loginRow)(nil)).Set("password = ?", password).Where("user_id = ?", userID).Exec(ctx)
		if err != nil {
			return nil, err
		}
		ended, err = endAll(ctx, tx, userID)
		return nil, err
	})
	if err != nil {
		return 0, fmt.Errorf("change a password: %w", err)
	}
	return ended, nil
}

// SetRoles returns false when there is no such login.
func (s *Store) SetRoles(ctx context.Context, userID string, roles []accounts.Role) (bool, error) {
	q := s.db.NewUpdate().Model((*loginRow)(nil)).Set("roles = ?", rolesText(roles)).Where("user_id = ?", userID)
	n, err := count(q.Exec(ctx))
	return n > 0, err
}

// BeginSession writes a session, and removes those that have ended by themselves.
func (s *Store) BeginSession(ctx context.Context, refresh accounts.Refresh, now time.Time) error {
	err := s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		if _, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("until < ?", now.UnixMilli()).Exec(ctx); err != nil {
			return nil, err
		}
		_, err := tx.NewInsert().Model(rowOf(refresh)).Exec(ctx)
		return nil, err
	})
	if err != nil {
		return fmt.Errorf("begin a session: %w", err)
	}
	return nil
}

// Rotate puts one token of a session in the place of another. A session that is asked for with another one ends.
func (s *Store) Rotate(ctx context.Context, r accounts.Rotation) (session *accounts.Refresh, err error) {
	err = s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		session = nil
		var rows []sessionRow
		q := tx.NewUpdate().Model(&rows).Set("previous = hash").Set("hash = ?", r.New).Set("until = ?", r.Until.UnixMilli()).
			Set("rotated_at = ?", r.Now.UnixMilli()).
			Where("s.id = ? AND s.client_id = ? AND s.until >= ?", r.Session, r.ClientID, r.Now.UnixMilli())
		if r.Leeway > 0 {
			q = q.Where("(s.hash = ? OR s.previous = ? AND s.rotated_at >= ?)", r.Old, r.Old, r.Now.Add(-r.Leeway).UnixMilli())
		} else {
			q = q.Where("s.hash = ?", r.Old)
		}
		if _, err := q.Returning("*").Exec(ctx); err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			session = rows[0].refresh()
			return nil, nil
		}
		_, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("id = ?", r.Session).Exec(ctx)
		return nil, err
	})
	if err != nil {
		return nil, fmt.Errorf("go on with a session: %w", err)
	}
	return session, nil
}

// endAll ends all sessions of a person, and takes back the codes from which others would come.
func endAll(ctx context.Context, tx bun.Tx, userID string) (ended int, err error) {
	if _, err := tx.NewDelete().Model((*codeRow)(nil)).Where("user_id = ?", userID).Exec(ctx); err != nil {
		return 0, err
	}
	return count(tx.NewDelete().Model((*sessionRow)(nil)).Where("user_id = ?", userID).Exec(ctx))
}

// EndSession ends a session, or all of its person.
func (s *Store) EndSession(ctx context.Context, session, hash string, everywhere bool) (ended int, err error) {
	of := s.db.NewSelect().Model((*sessionRow)(nil)).Where("s.id = ? AND s.hash = ?", session, hash)
	q := s.db.NewDelete().Model((*sessionRow)(nil)).Where("id IN (?)", of.Column("id"))
	if everywhere {
		q = s.db.NewDelete().Model((*sessionRow)(nil)).Where("user_id IN (?)",
			s.db.NewSelect().Model((*sessionRow)(nil)).Column("user_id").Where("s.id = ? AND s.hash = ?", session, hash))
	}
	if ended, err = count(q.Exec(ctx)); err != nil {
		return 0, fmt.Errorf("end a session: %w", err)
	}
	return ended, nil
}

// count is how many rows a statement has changed.
func count(result sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// SigningKeys returns those that were made since, newest first.
func (s *Store) SigningKeys(ctx context.Context, since time.Time) ([]*accounts.SigningKey, error) {
	var rows []keyRow
	err := s.db.NewSelect().Model(&rows).Where("k.made_at >= ?", since.UnixMilli()).
		OrderExpr("k.made_at DESC, k.id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	keys := make([]*accounts.SigningKey, len(rows))
	for i, row := range rows {
		seed, err := base64.StdEncoding.DecodeString(row.Seed)
		if err != nil || len(seed) != ed25519.SeedSize {
			return nil, fmt.Errorf("signing key %s is broken", row.ID)
		}
		keys[i] = &accounts.SigningKey{
			ID: row.ID, Private: ed25519.NewKeyFromSeed(seed), MadeAt: time.UnixMilli(row.MadeAt).UTC(),
		}
	}
	return keys, nil
}

// AddSigningKey adds a key, and forgets those that were made before.
func (s *Store) AddSigningKey(ctx context.Context, key *accounts.SigningKey, before time.Time) error {
	err := s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		if _, err := tx.NewDelete().Model((*keyRow)(nil)).Where("made_at < ?", before.UnixMilli()).Exec(ctx); err != nil {
			return nil, err
		}
		_, err := tx.NewInsert().Model(&keyRow{
			ID: key.ID, Seed: base64.StdEncoding.EncodeToString(key.Private.Seed()), MadeAt: key.MadeAt.UnixMilli(),
		}).Exec(ctx)
		return nil, err
	})
	if err != nil {
		return fmt.Errorf("add a signing key: %w", err)
	}
	return nil
}
