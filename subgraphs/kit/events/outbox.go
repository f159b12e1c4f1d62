// Package events carries news between services: a transactional outbox on the sending side, an inbox on the receiving
// side, and a bus in between. A write and the event about it are committed together, the event is published at least
// once, and a receiver that sees it twice takes it in once.
package events

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
)

// outboxRow is an event that waits to be published.
type outboxRow struct {
	bun.BaseModel `bun:"table:weft_outbox"`

	ID      string `bun:"id,pk"`
	Subject string `bun:"subject"`
	Payload string `bun:"payload"`
}

// inboxRow notes an event that was taken in.
type inboxRow struct {
	bun.BaseModel `bun:"table:weft_inbox"`

	ID string    `bun:"id,pk"`
	At time.Time `bun:"at"`
}

// Outbox commits changes together with the events about them. An Outbox without a bus behind it (nobody listens)
// commits just the changes.
type Outbox struct {
	db      *bun.DB
	enabled bool
	// wake tells the relay that something was committed. It holds one token: many commits before the relay looks are
	// as good as one.
	wake chan struct{}
}

// NewOutbox makes the outbox of a database. Enabled says that a relay will empty it.
func NewOutbox(db *bun.DB, enabled bool) *Outbox {
	return &Outbox{db: db, enabled: enabled, wake: make(chan struct{}, 1)}
}

// Change alters the database and says which events tell of it.
type Change func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error)

// Commit runs change in a transaction that also stores its events, and wakes the relay once it is committed. It gives
// each event its id and time.
func (o *Outbox) Commit(ctx context.Context, change Change) error {
	var events []wire.EntityChanged
	err := o.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		var err error
		if events, err = change(ctx, tx); err != nil {
			return err
		}
		return o.record(ctx, tx, events)
	})
	if err == nil && len(events) > 0 {
		collect(ctx, events)
		o.signal()
	}
	return err
}

// CommitOnce is Commit for a change that an event from elsewhere asks for. It notes the event's id in the same
// transaction; when it was noted before, nothing happens, so that a repeated event is harmless.
func (o *Outbox) CommitOnce(ctx context.Context, id string, change Change) error {
	return o.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		result, err := tx.NewInsert().Model(&inboxRow{ID: id, At: time.Now().UTC()}).On("CONFLICT DO NOTHING").Exec(ctx)
		if err != nil {
			return nil, fmt.Errorf("note an event as taken in: %w", err)
		}
		inserted, err := result.RowsAffected()
		if err != nil || inserted == 0 {
			return nil, err
		}
		return change(ctx, tx)
	})
}

// signal tells the relay that something was committed.
func (o *Outbox) signal() {
	if !o.enabled {
		return
	}
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *Outbox) record(ctx context.Context, tx bun.Tx, events []wire.EntityChanged) error {
	if !o.enabled || len(events) == 0 {
		return nil
	}
	rows := make([]outboxRow, len(events))
	for i, event := range events {
		id, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("name the event: %w", err)
		}
		event.ID, event.At = id.String(), time.Now().UTC()
		payload, err := event.Encode()
		if err != nil {
			return err
		}
		rows[i] = outboxRow{ID: event.ID, Subject: event.Subject(), Payload: string(payload)}
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return fmt.Errorf("store the events of a change: %w", err)
	}
	return nil
}
