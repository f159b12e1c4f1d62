package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/accounts"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

type mailTokenRow struct {
	bun.BaseModel `bun:"table:mail_tokens,alias:t"`

	Hash    string `bun:"hash,pk"`
	UserID  string `bun:"user_id"`
	Purpose string `bun:"purpose"`
	MadeAt  int64  `bun:"made_at"`
	Until   int64  `bun:"until"`
}

type mailRow struct {
	bun.BaseModel `bun:"table:mails,alias:m"`

	ID        string `bun:"id,pk"`
	Recipient string `bun:"recipient"`
	Subject   string `bun:"subject"`
	Body      string `bun:"body"`
	At        int64  `bun:"at"`
}

// AddMailToken writes a token, unless the person has had enough. Those that have ended are kept for as long as they are
// counted.
func (s *Store) AddMailToken(
	ctx context.Context, token accounts.MailToken, since time.Time, limit int,
) (added bool, err error) {
	err = s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		if err := kit.Lock(ctx, tx, "logins", "user_id", token.UserID); err != nil {
			return nil, err
		}
		_, err := tx.NewDelete().Model((*mailTokenRow)(nil)).
			Where("t.until < ? AND t.made_at < ?", token.MadeAt.UnixMilli(), since.UnixMilli()).Exec(ctx)
		if err != nil {
			return nil, err
		}
		n, err := tx.NewSelect().Model((*mailTokenRow)(nil)).Where("t.user_id = ?", token.UserID).
			Where("t.purpose = ?", string(token.Purpose)).Where("t.made_at >= ?", since.UnixMilli()).Count(ctx)
		if added = err == nil && int(n) < limit; !added {
			return nil, err
		}
		_, err = tx.NewInsert().Model(&mailTokenRow{
			Hash: token.Hash, UserID: token.UserID, Purpose: string(token.Purpose),
			MadeAt: token.MadeAt.UnixMilli(), Until: token.Until.UnixMilli(),
		}).Exec(ctx)
		return nil, err
	})
	if err != nil {
		return false, fmt.Errorf("write a token: %w", err)
	}
	return added, nil
}

// spend ends a token, which stays for as long as it is counted, and returns whose it was.
func spend(ctx context.Context, tx bun.Tx, hash string, purpose accounts.Purpose, now time.Time) (string, error) {
	var rows []mailTokenRow
	_, err := tx.NewUpdate().Model(&rows).Set("until = 0").Where("t.hash = ?", hash).
		Where("t.purpose = ?", string(purpose)).Where("t.until >= ?", now.UnixMilli()).Returning("*").Exec(ctx)
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].UserID, nil
}

// Verify takes a token back, and notes that the address is the person's.
func (s *Store) Verify(ctx context.Context, hash string, now time.Time) (userID string, err error) {
	err = s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		if userID, err = spend(ctx, tx, hash, accounts.ToVerify, now); err != nil || userID == "" {
			return nil, err
		}
		_, err = tx.NewUpdate().Model((*loginRow)(nil)).Set("verified = TRUE").Where("user_id = ?", userID).Exec(ctx)
		return nil, err
	})
	if err != nil {
		return "", fmt.Errorf("verify an address: %w", err)
	}
	return userID, nil
}

// TokenOwner is whose token that is.
func (s *Store) TokenOwner(
	ctx context.Context, hash string, purpose accounts.Purpose, now time.Time,
) (string, error) {
	var row mailTokenRow
	err := s.db.NewSelect().Model(&row).Where("t.hash = ?", hash).Where("t.purpose = ?", string(purpose)).
		Where("t.until >= ?", now.UnixMilli()).Scan(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read a token: %w", err)
	}
	return row.UserID, nil
}

// ResetPassword takes a token back, and changes the password of its person.
func (s *Store) ResetPassword(
	ctx context.Context, hash, password string, now time.Time,
) (ended int, ok bool, err error) {
	err = s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		userID, err := spend(ctx, tx, hash, accounts.ToReset, now)
		if ok = err == nil && userID != ""; !ok {
			return nil, err
		}
		// All others that were sent are of no use any more.
		_, err = tx.NewUpdate().Model((*mailTokenRow)(nil)).Set("until = 0").Where("user_id = ?", userID).
			Where("purpose = ?", string(accounts.ToReset)).Exec(ctx)
		if err != nil {
			return nil, err
		}
		_, err = tx.NewUpdate().Model((*loginRow)(nil)).Set("password = ?", password).Set("failures = 0").
			Set("blocked_until = 0").Set("verified = TRUE").Where("user_id = ?", userID).Exec(ctx)
		if err != nil {
			return nil, err
		}
		ended, err = endAll(ctx, tx, userID)
		return nil, err
	})
	if err != nil {
		return 0, false, fmt.Errorf("change a password: %w", err)
	}
	return ended, ok, nil
}

// keepMails is how long mails are kept.
const keepMails = 7 * 24 * time.Hour

var _ accounts.Mailer = (*Store)(nil)

// Send keeps a mail for operators to read, where there is nothing to send it with, and forgets those that are old.
func (s *Store) Send(ctx context.Context, mail accounts.Mail) error {
	_, err := s.db.NewDelete().Model((*mailRow)(nil)).Where("m.at < ?", mail.At.Add(-keepMails).UnixMilli()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("forget old mails: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	_, err = s.db.NewInsert().Model(&mailRow{
		ID: id.String(), Recipient: mail.To, Subject: mail.Subject, Body: mail.Body, At: mail.At.UnixMilli(),
	}).Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep a mail: %w", err)
	}
	return nil
}

// KeptMails returns the mails of a page, and the next one, newest first.
func (s *Store) KeptMails(ctx context.Context, ask page.Ask[accounts.MailPosition]) ([]*accounts.Mail, error) {
	var rows []mailRow
	q := s.db.NewSelect().Model(&rows).OrderExpr(kit.OrderBy(mailColumns(accounts.MailPosition{}), ask.Backward)).
		Limit(int64(ask.Limit()))
	for place, before := range map[*accounts.MailPosition]bool{ask.After: false, ask.Before: true} {
		if place != nil {
			where, args := kit.Beyond(mailColumns(*place), before)
			q = q.Where(where, args...)
		}
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("read mails: %w", err)
	}
	if ask.Backward {
		slices.Reverse(rows)
	}
	mails := make([]*accounts.Mail, len(rows))
	for i, row := range rows {
		mails[i] = &accounts.Mail{
			ID: row.ID, To: row.Recipient, Subject: row.Subject, Body: row.Body, At: time.UnixMilli(row.At).UTC(),
		}
	}
	return mails, nil
}

// mailColumns are those that mails are ordered by, with their values at a place.
func mailColumns(at accounts.MailPosition) []kit.OrderColumn {
	return []kit.OrderColumn{
		{Column: "m.at", Descending: true, Value: at.At.UnixMilli()}, {Column: "m.id", Descending: true, Value: at.ID},
	}
}

// CountMails counts the mails that are kept, up to 10,000.
func (s *Store) CountMails(ctx context.Context) (int, error) {
	n, err := kit.CountUpTo(ctx, s.db, s.db.NewSelect().Model((*mailRow)(nil)))
	if err != nil {
		return 0, fmt.Errorf("count mails: %w", err)
	}
	return n, nil
}
