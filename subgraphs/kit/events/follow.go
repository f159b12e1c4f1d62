package events

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/wire"
)

const (
	// catchUpEvery is how often a follower asks the owners whether it missed anything, when nothing tells it.
	catchUpEvery = time.Minute
	// gapGrace is how long an event may be missing from the sequence before the owner is asked: events may overtake each
	// other when they are sent again.
	gapGrace = 15 * time.Second
	// lookEvery is how often a follower looks for gaps and stores how far it came.
	lookEvery = time.Second
	// catchUpAttempts is how often an event that came by catching up is tried.
	catchUpAttempts = 3
	// catchUpTimeout bounds one attempt.
	catchUpTimeout = 4 * time.Second
)

// Source is a subgraph whose events a service takes in.
type Source struct {
	// Subgraph is its name, and Types are the types of the entities that matter.
	Subgraph string
	Types    []string
}

// Follower takes in the events of other services: from the bus, and from their owners when it was away for longer than
// the bus keeps events, or when it finds that one is missing.
type Follower struct {
	// Name is the service's name.
	Name string
	// Sources are what it takes in, and Handle does so; it may see an event more than once.
	Sources []Source
	Handle  func(context.Context, wire.EntityChanged) error

	outbox *Outbox
	bus    *bus.Bus
	logger *slog.Logger

	trackers                 map[string]*tracker
	taken, failed, caughtUps atomic.Int64
	catching                 sync.Mutex
}

// NewFollower makes the follower of a service, which Run starts.
func NewFollower(
	name string, sources []Source, handle func(context.Context, wire.EntityChanged) error,
	outbox *Outbox, events *bus.Bus, logger *slog.Logger,
) *Follower {
	return &Follower{Name: name, Sources: sources, Handle: handle, outbox: outbox, bus: events, logger: logger}
}

// Run takes events in until ctx ends. Only one process of a service does so at a time.
func (f *Follower) Run(ctx context.Context) {
	for !f.prepare(ctx) {
		if !wait(ctx, time.Second) {
			return
		}
	}
	var opened atomic.Bool
	stop := f.bus.Consume(bus.Consumer{
		Name: f.Name, Handle: f.take,
		Opened: func() { opened.Store(true) },
		Arrived: func(e wire.EntityChanged) {
			if t := f.trackers[e.Subgraph]; t != nil && e.Sequence > 0 {
				t.arrived(e.Sequence)
			}
		},
		Settled: func(e wire.EntityChanged) {
			if t := f.trackers[e.Subgraph]; t != nil && e.Sequence > 0 {
				t.settled(e.Sequence)
			}
		},
	})
	defer f.store()
	defer stop()
	asked := map[string]time.Time{}
	for {
		if opened.Swap(false) {
			clear(asked)
		}
		for _, source := range f.Sources {
			_, gap := f.trackers[source.Subgraph].state(gapGrace)
			if !gap && time.Since(asked[source.Subgraph]) < catchUpEvery {
				continue
			}
			if err := f.CatchUp(ctx, source); err == nil {
				asked[source.Subgraph] = time.Now()
			} else if ctx.Err() == nil && !errors.Is(err, bus.ErrNobodyAnswers) {
				f.logger.Warn("catching up failed and will be tried again", "with", source.Subgraph, "error", err)
			}
		}
		f.store()
		if !wait(ctx, lookEvery) {
			return
		}
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// prepare reads how far it came.
func (f *Follower) prepare(ctx context.Context) bool {
	trackers := map[string]*tracker{}
	for _, source := range f.Sources {
		done, err := position(ctx, f.outbox.db, source.Subgraph)
		if err != nil {
			f.logger.Warn("how far events were taken in cannot be read yet", "error", err)
			return false
		}
		trackers[source.Subgraph] = newTracker(done)
	}
	f.trackers = trackers
	return true
}

// store notes how far it came.
func (f *Follower) store() {
	ctx, cancel := context.WithTimeout(context.Background(), catchUpTimeout)
	defer cancel()
	for subgraph, t := range f.trackers {
		done, _ := t.state(0)
		stored, err := position(ctx, f.outbox.db, subgraph)
		if err == nil && stored < done {
			err = SetPosition(ctx, f.outbox.db, subgraph, done)
		}
		if err != nil {
			f.logger.Warn("how far events were taken in cannot be noted", "of", subgraph, "error", err)
		}
	}
}

// take hands an event on that matters.
func (f *Follower) take(ctx context.Context, event wire.EntityChanged) error {
	at := slices.IndexFunc(f.Sources, func(s Source) bool { return s.Subgraph == event.Subgraph })
	if at < 0 || !slices.Contains(f.Sources[at].Types, event.Type) {
		return nil
	}
	err := f.Handle(ctx, event)
	if err != nil {
		f.failed.Add(1)
	} else {
		f.taken.Add(1)
	}
	return err
}

// CatchUp takes in what changed at the source since the follower came so far. An event that cannot be taken in
// becomes a dead letter.
func (f *Follower) CatchUp(ctx context.Context, source Source) error {
	f.catching.Lock()
	defer f.catching.Unlock()
	t := f.trackers[source.Subgraph]
	after, _ := t.state(0)
	count := 0
	for {
		begun := after
		page, err := f.bus.CatchUp(ctx, source.Subgraph, wire.CatchUp{After: after, Types: source.Types})
		if err != nil {
			return err
		}
		for _, event := range page.Events {
			if err := f.insist(ctx, event); err != nil {
				t.caughtUp(after) // the next attempt goes on from here, or a long list might never end
				return err
			}
			after = max(after, event.Sequence)
		}
		count += len(page.Events)
		if page.More && page.UpTo <= begun {
			return fmt.Errorf("%s answers with the same place again", source.Subgraph)
		}
		after = page.UpTo
		t.caughtUp(after)
		if !page.More {
			break
		}
		f.store()
	}
	if count > 0 {
		f.caughtUps.Add(1)
		f.logger.Info("caught up", "with", source.Subgraph, "entities", count)
	}
	return nil
}

// insist takes an event in, or makes it a dead letter. The error says that neither was possible.
func (f *Follower) insist(ctx context.Context, event wire.EntityChanged) error {
	var failure error
	for attempt := range catchUpAttempts {
		trying, cancel := context.WithTimeout(ctx, catchUpTimeout)
		failure = f.guarded(trying, event)
		cancel()
		if failure == nil {
			return nil
		}
		if ctx.Err() != nil || !wait(ctx, time.Duration(attempt+1)*100*time.Millisecond) {
			return failure
		}
	}
	if errors.Is(failure, bus.ErrUnavailable) { // which says nothing about the event
		return failure
	}
	text, err := event.Encode()
	if err != nil {
		return err
	}
	return f.bus.Bury(
		ctx,
		wire.DeadLetter{ID: event.ID, Consumer: f.Name, Reason: failure.Error(), Attempts: catchUpAttempts,
			Subject: event.Subject(), Event: text},
	)
}

// guarded is take, whose panic is its error.
func (f *Follower) guarded(ctx context.Context, event wire.EntityChanged) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the handler panicked: %v", cause)
		}
	}()
	return f.take(ctx, event)
}

// Report is what a follower and its outbox have to tell to operators.
type Report struct {
	// Outbox is how many events wait to be published.
	Outbox int `json:"outbox"`
	// OutboxSince is when the one of them was committed that waits for longest; nil when none waits.
	OutboxSince *time.Time `json:"outboxSince,omitempty"`
	// Lag is how many events of others wait to be taken in, and DeadLetters how many were given up.
	Lag         int `json:"lag"`
	DeadLetters int `json:"deadLetters"`
	// Taken and Failed count events since the start, and CaughtUp how often something was missing.
	Taken    int64 `json:"taken"`
	Failed   int64 `json:"failed"`
	CaughtUp int64 `json:"caughtUp"`
	// Positions are the places up to which everything was taken in, by subgraph; they are noted every second.
	Positions map[string]int64 `json:"positions,omitempty"`
}

// Report asks the bus and the database. A nil Follower, of a service that takes nothing in, has only an outbox.
func (f *Follower) Report(ctx context.Context, outbox *Outbox) (r Report, err error) {
	if r.Outbox, err = outbox.Waiting(ctx); err != nil {
		return r, err
	}
	if oldest, err := outbox.Oldest(ctx); err != nil {
		return r, err
	} else if !oldest.IsZero() {
		r.OutboxSince = &oldest
	}
	if f == nil {
		return r, nil
	}
	r.Taken, r.Failed, r.CaughtUp = f.taken.Load(), f.failed.Load(), f.caughtUps.Load()
	var rows []positionRow
	if err := outbox.db.NewSelect().Model(&rows).Where("p.subgraph <> ''").Scan(ctx); err != nil {
		return r, err
	}
	r.Positions = maps.Collect(func(yield func(string, int64) bool) {
		for _, row := range rows {
			if !yield(row.Subgraph, row.Sequence) {
				return
			}
		}
	})
	if r.Lag, err = f.bus.Lag(ctx, f.Name); err != nil {
		return r, err
	}
	r.DeadLetters, err = f.bus.DeadLetterCount(ctx, f.Name)
	return r, err
}
