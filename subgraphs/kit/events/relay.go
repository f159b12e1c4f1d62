package events

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
)

const (
	// relayBatch is how many events the relay reads at once.
	relayBatch = 100
	// relayEvery is how often the relay looks for events that nobody woke it for: those of a process that crashed
	// between commit and publication, or could not reach the bus.
	relayEvery = 2 * time.Second
	// lastLook bounds how long the relay goes on when it is stopped.
	lastLook = 2 * time.Second
	// forgetEvery and forgetAfter say when ids of events that were taken in are forgotten. The bus has forgotten the
	// events long before.
	forgetEvery = time.Hour
	forgetAfter = 7 * 24 * time.Hour
)

// Publisher is the bus as the relay needs it. Publish returns nil once the event is safe.
type Publisher interface {
	Publish(ctx context.Context, event wire.EntityChanged) error
}

// Relay publishes what is in the outbox, oldest first, and removes each event once it is published. A crash in between
// publishes it again: at least once.
type Relay struct {
	outbox *Outbox
	bus    Publisher
	logger *slog.Logger
}

// StartRelay starts the relay of the outbox. The returned function stops it: what is being published is finished, and
// what came in last is published too, as far as that is possible in a short time.
func StartRelay(outbox *Outbox, bus Publisher, logger *slog.Logger) (stop func()) {
	r := &Relay{outbox, bus, logger}
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
	tick, forget := time.NewTicker(relayEvery), time.NewTicker(forgetEvery)
	defer tick.Stop()
	defer forget.Stop()
	for {
		if err := r.empty(ctx); err != nil {
			r.logger.Warn("events wait in the outbox", "error", err)
		}
		select {
		case <-r.outbox.wake:
		case <-tick.C:
		case <-forget.C:
			if err := r.forget(ctx); err != nil {
				r.logger.Warn("old ids of events could not be forgotten", "error", err)
			}
		case <-stopped:
			if err := r.empty(ctx); err != nil {
				r.logger.Warn("events stay in the outbox until the next start", "error", err)
			}
			return
		}
	}
}

// empty publishes until the outbox is empty or something fails.
func (r *Relay) empty(ctx context.Context) error {
	for {
		var rows []outboxRow
		if err := r.outbox.db.NewSelect().Model(&rows).OrderExpr("id").Limit(relayBatch).Scan(ctx); err != nil {
			return fmt.Errorf("read the outbox: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		if err := r.publish(ctx, rows); err != nil {
			return err
		}
	}
}

// publish publishes the rows in order, and removes those that it could.
func (r *Relay) publish(ctx context.Context, rows []outboxRow) (failure error) {
	var done []string
	for _, row := range rows {
		event, err := wire.DecodeEntityChanged([]byte(row.Payload))
		if err != nil { // nobody could read it either
			r.logger.Error("an event in the outbox cannot be read and is dropped", "event", row.ID, "error", err)
		} else if failure = r.bus.Publish(ctx, event); failure != nil {
			break
		}
		done = append(done, row.ID)
	}
	if len(done) == 0 {
		return failure
	}
	_, err := r.outbox.db.NewDelete().Model((*outboxRow)(nil)).Where("id IN (?)", bun.List(done)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("remove published events from the outbox: %w", err)
	}
	return failure
}

func (r *Relay) forget(ctx context.Context) error {
	_, err := r.outbox.db.NewDelete().Model((*inboxRow)(nil)).
		Where("at < ?", time.Now().UTC().Add(-forgetAfter)).Exec(ctx)
	return err
}
