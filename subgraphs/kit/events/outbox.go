// Package events carries news between services: a transactional outbox on the sending side, versions on the receiving
// side, and a bus in between. A write and the event about it are committed together, the event is published at least
// once, a receiver that sees it twice, or late, takes it in once, and who missed events catches up with their owner.
package events

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/telemetry"
)

// outboxRow is an event that waits to be published. The payload has neither version nor sequence.
type outboxRow struct {
	bun.BaseModel `bun:"table:weft_outbox,alias:o"`

	Position int64  `bun:"position,pk,autoincrement"`
	Entity   string `bun:"entity"`
	Version  int64  `bun:"version"`
	Sequence int64  `bun:"sequence"`
	Payload  string `bun:"payload"`
}

// logRow is the last event of an entity.
type logRow struct {
	bun.BaseModel `bun:"table:weft_log,alias:l"`

	Entity   string `bun:"entity,pk"`
	Type     string `bun:"type"`
	Version  int64  `bun:"version"`
	Sequence int64  `bun:"sequence"`
	Payload  string `bun:"payload"`
}

// seenRow is the version of another service's entity that was taken in last.
type seenRow struct {
	bun.BaseModel `bun:"table:weft_seen,alias:s"`

	Subgraph string `bun:"subgraph,pk"`
	Entity   string `bun:"entity,pk"`
	Version  int64  `bun:"version"`
}

// positionRow is how far a service's events were taken in, or published: the service's own row has no name.
type positionRow struct {
	bun.BaseModel `bun:"table:weft_position,alias:p"`

	Subgraph string `bun:"subgraph,pk"`
	Sequence int64  `bun:"sequence"`
}

// event reads a stored event.
func readEvent(payload string, version, sequence int64) (wire.EntityChanged, error) {
	event, err := wire.DecodeEntityChanged([]byte(payload))
	event.Version, event.Sequence = version, sequence
	return event, err
}

// Outbox commits changes together with the events about them.
type Outbox struct {
	// tx runs a transaction of a request, and background one of the relay, for which db is, too.
	tx, background Transactions
	db             *bun.DB
	// wake tells the relay that something was committed. It holds one token: many commits before the relay looks are
	// as good as one.
	wake chan struct{}
}

// Transactions runs a function in a transaction, and runs it again when the database asks for that.
type Transactions func(context.Context, func(context.Context, bun.Tx) error) error

// NewOutbox makes the outbox of a service whose requests run transactions with tx, and whose relay uses a pool of
// connections of its own.
func NewOutbox(tx Transactions, pool *bun.DB, background Transactions) *Outbox {
	return &Outbox{tx: tx, background: background, db: pool, wake: make(chan struct{}, 1)}
}

// Change alters the database and says which events tell of it. It may run more than once, each time in a new
// transaction.
type Change func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error)

// Commit runs change in a transaction that also stores its events, and wakes the relay once it is committed. It gives
// each event its id, time and version.
func (o *Outbox) Commit(ctx context.Context, change Change) error {
	var events []wire.EntityChanged
	err := o.tx(ctx, func(ctx context.Context, tx bun.Tx) error {
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

// Take is Commit for a change that another service's event asks for. It notes the entity's version in the same
// transaction; when that or a later one was noted before, nothing happens, so that a repeated or late event is
// harmless. Events of services that do not count versions are taken in whenever they come.
func (o *Outbox) Take(ctx context.Context, event wire.EntityChanged, change Change) error {
	return o.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		if event.Version == 0 {
			return change(ctx, tx)
		}
		result, err := tx.NewInsert().
			Model(&seenRow{Subgraph: event.Subgraph, Entity: event.Entity(), Version: event.Version}).
			On("CONFLICT (subgraph, entity) DO UPDATE").
			Set("version = EXCLUDED.version").
			Where("s.version < EXCLUDED.version").
			Exec(ctx)
		if err != nil {
			return nil, fmt.Errorf("note the version of an event: %w", err)
		}
		newer, err := result.RowsAffected()
		if err != nil || newer == 0 {
			return nil, err
		}
		return change(ctx, tx)
	})
}

// signal tells the relay that something was committed.
func (o *Outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// record counts the versions of the entities, which makes other changes of them wait, and stores the events. All
// transactions count in the same order, so that none waits for another that waits for it.
func (o *Outbox) record(ctx context.Context, tx bun.Tx, events []wire.EntityChanged) error {
	if len(events) == 0 {
		return nil
	}
	sorted := slices.Clone(events)
	slices.SortStableFunc(sorted, func(a, b wire.EntityChanged) int { return strings.Compare(a.Entity(), b.Entity()) })
	rows := make([]outboxRow, len(sorted))
	for i, event := range sorted {
		id, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("name the event: %w", err)
		}
		event.ID, event.At = id.String(), time.Now().UTC()
		telemetry.Mark(ctx, &event)
		payload, err := event.Encode()
		if err != nil {
			return err
		}
		rows[i] = outboxRow{Entity: event.Entity(), Payload: string(payload)}
		err = tx.NewInsert().Model(&logRow{Entity: event.Entity(), Type: event.Type, Version: 1, Payload: string(payload)}).
			On("CONFLICT (entity) DO UPDATE").Set("version = l.version + 1").Set("payload = EXCLUDED.payload").
			Returning("version").Scan(ctx, &rows[i].Version)
		if err != nil {
			return fmt.Errorf("count the version of %s: %w", event.Entity(), err)
		}
	}
	if _, err := tx.NewInsert().Model(&rows).ExcludeColumn("position").Exec(ctx); err != nil {
		return fmt.Errorf("store the events of a change: %w", err)
	}
	return nil
}

// Preset stores the events of entities that a database is filled with as if they had been published already: only
// who catches up hears of them.
func Preset(ctx context.Context, tx bun.Tx, events []wire.EntityChanged) error {
	const atOnce = 500
	before, err := position(ctx, tx, "")
	if err != nil {
		return fmt.Errorf("read the place in the sequence: %w", err)
	}
	rows := make([]logRow, 0, atOnce)
	for i, event := range events {
		sequence := before + int64(i) + 1
		event.ID, event.At = fmt.Sprintf("preset-%s-%d", event.Subgraph, sequence), time.Now().UTC()
		payload, err := event.Encode()
		if err != nil {
			return err
		}
		rows = append(rows, logRow{
			Entity: event.Entity(), Type: event.Type, Version: 1, Sequence: sequence, Payload: string(payload),
		})
		if len(rows) == atOnce || i == len(events)-1 {
			if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
				return fmt.Errorf("store the events of new entities: %w", err)
			}
			rows = rows[:0]
		}
	}
	return SetPosition(ctx, tx, "", before+int64(len(events)))
}

// SetPosition notes how far the events of a subgraph were taken in.
func SetPosition(ctx context.Context, db bun.IDB, subgraph string, sequence int64) error {
	_, err := db.NewInsert().Model(&positionRow{Subgraph: subgraph, Sequence: sequence}).
		On("CONFLICT (subgraph) DO UPDATE").Set("sequence = EXCLUDED.sequence").Exec(ctx)
	if err != nil {
		return fmt.Errorf("note how far events were taken in: %w", err)
	}
	return nil
}

// position is how far the events of a subgraph were taken in; 0 when none were.
func position(ctx context.Context, db bun.IDB, subgraph string) (int64, error) {
	var row positionRow
	err := db.NewSelect().Model(&row).Where("p.subgraph = ?", subgraph).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return row.Sequence, err
}
