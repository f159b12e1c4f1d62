package events

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
)

const (
	// relayBatch is how many events the relay reads at once.
	relayBatch = 200
	// relayEvery is how often the relay looks for events that nobody woke it for: those of a process that crashed
	// between commit and publication.
	relayEvery = 2 * time.Second
	// removeAfter is how long the relay waits for the bus before it removes what the bus has stored: so much may come again
	// after a crash. With a slow bus a batch takes longer than some processes live, which would begin it again and again.
	removeAfter = 250 * time.Millisecond
	// firstPause and longestPause bound how long the relay waits after the bus refused an event; the pause doubles.
	firstPause, longestPause = 100 * time.Millisecond, 5 * time.Second
	// lastLook bounds how long the relay goes on when it is stopped.
	lastLook = 2 * time.Second
)

// Publisher is the bus as the relay needs it. PublishAll yields of each event, in order, nil once it is safe, or why that
// is not known.
type Publisher interface {
	PublishAll(ctx context.Context, events []wire.EntityChanged) iter.Seq2[int, error]
}

// Relay gives the events in the outbox their places in the sequence, publishes them, those of one entity in order, and
// removes each once it is published. A crash in between publishes it again: at least once.
type Relay struct {
	outbox *Outbox
	bus    Publisher
	lock   Lock
	logger *slog.Logger
}

// Lock runs f while no other process of the service runs one under the same name.
type Lock func(ctx context.Context, name string, f func() error) error

// Alone is the lock of a service that is one process.
func Alone(_ context.Context, _ string, f func() error) error { return f() }

// StartRelay starts the relay of the outbox. Without a bus (nil) events are only given their places, so that who
// catches up later finds them. The returned function stops it: what is being published is finished, and what came in
// last is published too, as far as that is possible in a short time.
func StartRelay(outbox *Outbox, bus Publisher, lock Lock, logger *slog.Logger) (stop func()) {
	r := &Relay{outbox, bus, lock, logger}
	work, abandon := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() { r.run(work, stopped) })
	return func() {
		close(stopped)
		timer := time.AfterFunc(lastLook, abandon)
		running.Wait()
		timer.Stop()
		abandon()
	}
}

func (r *Relay) run(ctx context.Context, stopped <-chan struct{}) {
	tick := time.NewTicker(relayEvery)
	defer tick.Stop()
	var backoff time.Duration
	var retry <-chan time.Time
	for {
		if err := r.lock(ctx, "relay", func() error { return r.empty(ctx) }); err != nil {
			backoff = min(max(firstPause, 2*backoff), longestPause)
			retry = time.After(backoff)
			r.logger.Warn("events wait in the outbox", "error", err, "next attempt in", backoff)
		} else {
			backoff, retry = 0, nil
		}
		wake, ticks := r.outbox.wake, tick.C
		if retry != nil { // what waits will not go sooner for being more
			wake, ticks = nil, nil
		}
		select {
		case <-wake:
		case <-ticks:
		case <-retry:
		case <-stopped:
			if err := r.lock(ctx, "relay", func() error { return r.empty(ctx) }); err != nil {
				r.logger.Warn("events stay in the outbox until the next start", "error", err)
			}
			return
		}
	}
}

// empty publishes until the outbox is empty or something fails.
func (r *Relay) empty(ctx context.Context) error {
	for {
		rows, err := r.number(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := r.publish(ctx, rows); err != nil {
			return err
		}
	}
}

// number reads the events that are next, and gives those places that have none.
func (r *Relay) number(ctx context.Context) (rows []outboxRow, err error) {
	err = r.outbox.background(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows = nil
		if err := tx.NewSelect().Model(&rows).OrderExpr("o.position").Limit(relayBatch).Scan(ctx); err != nil {
			return fmt.Errorf("read the outbox: %w", err)
		}
		head, err := position(ctx, tx, "")
		if err != nil {
			return fmt.Errorf("read the place in the sequence: %w", err)
		}
		var fresh []outboxRow
		last := map[string]logRow{}
		for i := range rows {
			if rows[i].Sequence != 0 {
				continue
			}
			head++
			rows[i].Sequence = head
			fresh = append(fresh, rows[i])
			last[rows[i].Entity] = logRow{Entity: rows[i].Entity, Version: rows[i].Version, Sequence: head}
		}
		if len(fresh) == 0 {
			return nil
		}
		return storeSequence(ctx, tx, fresh, last, head)
	})
	return rows, err
}

// storeSequence stores the places of events, in the outbox and in the log, where a later version may have come
// meanwhile.
func storeSequence(ctx context.Context, tx bun.Tx, fresh []outboxRow, last map[string]logRow, head int64) error {
	_, err := tx.NewInsert().Model(&fresh).Column("position", "entity", "version", "sequence", "payload").
		On("CONFLICT (position) DO UPDATE").Set("sequence = EXCLUDED.sequence").Exec(ctx)
	if err != nil {
		return fmt.Errorf("give events places in the sequence: %w", err)
	}
	logged := make([]logRow, 0, len(last))
	for _, row := range fresh {
		if at, ok := last[row.Entity]; ok && at.Version == row.Version {
			logged = append(logged, at)
		}
	}
	_, err = tx.NewInsert().Model(&logged).On("CONFLICT (entity) DO UPDATE").
		Set("sequence = EXCLUDED.sequence").Where("l.version = EXCLUDED.version").Exec(ctx)
	if err != nil {
		return fmt.Errorf("give entities places in the sequence: %w", err)
	}
	return SetPosition(ctx, tx, "", head)
}

// publish publishes the rows, and removes those that it could. The bus stores many at once, of which any may fail: those
// that come after an event of their entity wait until it is stored.
func (r *Relay) publish(ctx context.Context, rows []outboxRow) error {
	for len(rows) > 0 {
		next, behind := rows, []outboxRow(nil)
		if r.bus != nil {
			next, behind = firstOfEach(rows)
		}
		if err := r.publishTogether(ctx, next); err != nil {
			return err
		}
		rows = behind
	}
	return nil
}

// firstOfEach takes the first event of each entity out of the rows.
func firstOfEach(rows []outboxRow) (first, others []outboxRow) {
	known := make(map[string]bool, len(rows))
	for _, row := range rows {
		if known[row.Entity] {
			others = append(others, row)
			continue
		}
		known[row.Entity] = true
		first = append(first, row)
	}
	return first, others
}

// publishTogether publishes rows of which each is about another entity. Those that are published are removed, whatever
// becomes of the others; the error is the first one's that is not.
func (r *Relay) publishTogether(ctx context.Context, rows []outboxRow) error {
	var done, positions []int64 // of what is to be removed, and of the events
	list := make([]wire.EntityChanged, 0, len(rows))
	for _, row := range rows {
		event, err := readEvent(row.Payload, row.Version, row.Sequence)
		if err != nil { // nobody could read it either
			r.logger.Error("an event in the outbox cannot be read and is dropped", "entity", row.Entity, "error", err)
		}
		if err != nil || r.bus == nil {
			done = append(done, row.Position)
			continue
		}
		list, positions = append(list, event), append(positions, row.Position)
	}
	if len(list) == 0 {
		return r.remove(ctx, done)
	}
	var failure error
	removed := time.Now()
	for i, err := range r.bus.PublishAll(ctx, list) {
		if err == nil {
			done = append(done, positions[i])
		} else if failure == nil {
			failure = err
		}
		if time.Since(removed) > removeAfter {
			if err := r.remove(ctx, done); err != nil {
				return err
			}
			done, removed = nil, time.Now()
		}
	}
	return errors.Join(failure, r.remove(ctx, done))
}

// remove removes published events from the outbox.
func (r *Relay) remove(ctx context.Context, positions []int64) error {
	if len(positions) == 0 {
		return nil
	}
	_, err := r.outbox.db.NewDelete().Model((*outboxRow)(nil)).Where("o.position IN (?)", bun.List(positions)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("remove published events from the outbox: %w", err)
	}
	return nil
}

// Waiting is how many events were committed and are not published yet.
func (o *Outbox) Waiting(ctx context.Context) (int, error) {
	n, err := o.db.NewSelect().Model((*outboxRow)(nil)).Count(ctx)
	return int(n), err
}

// Oldest is when the one of them was committed that waits for longest; zero when none waits.
func (o *Outbox) Oldest(ctx context.Context) (time.Time, error) {
	var rows []outboxRow
	if err := o.db.NewSelect().Model(&rows).OrderExpr("o.position").Limit(1).Scan(ctx); err != nil || len(rows) == 0 {
		return time.Time{}, err
	}
	event, err := readEvent(rows[0].Payload, rows[0].Version, rows[0].Sequence)
	return event.At, err
}
