package events_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
)

// note is the only thing the tests write.
type note struct {
	bun.BaseModel `bun:"table:notes"`

	Text string `bun:"text,pk"`
}

func newDatabase(t *testing.T) *bun.DB {
	t.Helper()
	ctx := context.Background()
	db, err := kit.OpenDatabase("test", kit.Config{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	migrations := fstest.MapFS{"20260102000000_notes.tx.up.sql": {Data: []byte("CREATE TABLE notes (text TEXT PRIMARY KEY);")}}
	if err := kit.Prepare(ctx, db, kit.Blueprint{Name: "test", Migrations: migrations}, false); err != nil {
		t.Fatal(err)
	}
	return db
}

func newOutbox(db *bun.DB) *events.Outbox {
	return events.NewOutbox(kit.Transactions(db), db, kit.Transactions(db))
}

// write writes a note and tells of it.
func write(text string, news ...wire.EntityChanged) events.Change {
	return func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		_, err := tx.NewInsert().Model(&note{Text: text}).Exec(ctx)
		return news, err
	}
}

func about(key string) wire.EntityChanged {
	return wire.EntityChanged{Type: "Note", Key: map[string]any{"id": key}, Subgraph: "test", Change: wire.Created}
}

func count(t *testing.T, db *bun.DB, table string) int {
	t.Helper()
	n, err := db.NewSelect().TableExpr(table).Count(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// oneByOne publishes events as a bus does that takes one at a time.
func oneByOne(
	ctx context.Context, events []wire.EntityChanged, publish func(context.Context, wire.EntityChanged) error,
) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i, e := range events {
			if !yield(i, publish(ctx, e)) {
				return
			}
		}
	}
}

// receiver is a bus that refuses the first events, and that can be waited for.
type receiver struct {
	mu       sync.Mutex
	refuse   int
	keys     []string
	ids      []string
	received chan struct{}
}

func newReceiver(refuse int) *receiver {
	return &receiver{refuse: refuse, received: make(chan struct{}, 100)}
}

func (r *receiver) PublishAll(ctx context.Context, events []wire.EntityChanged) iter.Seq2[int, error] {
	return oneByOne(ctx, events, r.publish)
}

func (r *receiver) publish(_ context.Context, e wire.EntityChanged) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refuse > 0 {
		r.refuse--
		return errors.New("not now")
	}
	r.keys = append(r.keys, e.Key["id"].(string))
	r.ids = append(r.ids, e.ID)
	r.received <- struct{}{}
	return nil
}

func (r *receiver) await(t *testing.T, want ...string) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for range want {
		select {
		case <-r.received:
		case <-deadline:
			t.Fatal("the events do not come")
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.keys, want) {
		t.Errorf("published %v, want %v", r.keys, want)
	}
}

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func TestChangeAndEventAreCommittedTogether(t *testing.T) {
	db := newDatabase(t)
	outbox := newOutbox(db)
	ctx := context.Background()
	if err := outbox.Commit(ctx, write("a", about("a"), about("b"))); err != nil {
		t.Fatal(err)
	}
	failed := errors.New("failed")
	err := outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		news, err := write("c", about("c"))(ctx, tx)
		return news, errors.Join(err, failed)
	})
	if !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	bad := about("d")
	bad.Type = ""
	if err := outbox.Commit(ctx, write("d", bad)); err == nil {
		t.Error("an event without type was stored")
	}
	if n, m := count(t, db, "notes"), count(t, db, "weft_outbox"); n != 1 || m != 2 {
		t.Errorf("%d notes and %d events, want 1 and 2", n, m)
	}
}

// Without a bus nothing is published, and nothing waits for it: who catches up later finds it all the same.
func TestWithoutBusTheLastEventsAreKept(t *testing.T) {
	db := newDatabase(t)
	outbox := newOutbox(db)
	stop := events.StartRelay(outbox, nil, events.Alone, quiet)
	for _, text := range []string{"a", "b"} {
		if err := outbox.Commit(context.Background(), write(text, about("same"), about(text))); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if n, m := count(t, db, "weft_outbox"), count(t, db, "weft_log"); n != 0 || m != 3 {
		t.Errorf("%d events wait and %d are kept, want 0 and 3", n, m)
	}
	told, err := outbox.CaughtUp(context.Background(), wire.CatchUp{})
	if err != nil || len(told.Events) != 3 || told.UpTo != 4 || told.More {
		t.Fatalf("%+v, %v", told, err)
	}
	for i, e := range told.Events {
		want := map[string]int64{"same": 2, "a": 1, "b": 1}[e.Key["id"].(string)]
		if e.Version != want || e.Sequence == 0 || i > 0 && e.Sequence <= told.Events[i-1].Sequence {
			t.Errorf("%+v", e)
		}
	}
	told, err = outbox.CaughtUp(context.Background(), wire.CatchUp{After: 4})
	if err != nil || len(told.Events) != 0 || told.UpTo != 4 {
		t.Errorf("after everything: %+v, %v", told, err)
	}
}

func TestRelayPublishesUntilItWorks(t *testing.T) {
	db := newDatabase(t)
	outbox := newOutbox(db)
	if err := outbox.Commit(context.Background(), write("a", about("a"))); err != nil { // before the relay runs
		t.Fatal(err)
	}
	bus := newReceiver(2)
	stop := events.StartRelay(outbox, bus, events.Alone, quiet)
	for _, text := range []string{"b", "c"} {
		if err := outbox.Commit(context.Background(), write(text, about(text))); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		<-bus.received
	}
	stop()
	if n := count(t, db, "weft_outbox"); n != 0 {
		t.Errorf("%d events are left", n)
	}
	if slices.Sort(bus.keys); !slices.Equal(bus.keys, []string{"a", "b", "c"}) {
		t.Errorf("published %v", bus.keys)
	}
	if slices.Sort(bus.ids); len(slices.Compact(bus.ids)) != 3 {
		t.Errorf("the ids %v are not unique", bus.ids)
	}
}

// refusing is a bus that takes what is handed to it together, except for the first event about "a".
type refusing struct {
	mu      sync.Mutex
	refused bool
	batches [][]string
	stored  chan string
}

func (r *refusing) PublishAll(ctx context.Context, events []wire.EntityChanged) iter.Seq2[int, error] {
	r.mu.Lock()
	defer r.mu.Unlock()
	batch := make([]string, len(events))
	for i, e := range events {
		batch[i] = fmt.Sprint(e.Key["id"], e.Version)
	}
	r.batches = append(r.batches, batch)
	return oneByOne(ctx, events, func(_ context.Context, e wire.EntityChanged) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		if e.Key["id"] == "a" && !r.refused {
			r.refused = true
			return errors.New("not this one")
		}
		r.stored <- fmt.Sprint(e.Key["id"], e.Version)
		return nil
	})
}

// A bus may refuse one of the events that it takes together: the others go out, except for those of its entity, which
// would overtake it.
func TestARefusedEventHoldsUpItsEntity(t *testing.T) {
	db := newDatabase(t)
	outbox := newOutbox(db)
	for i, key := range []string{"a", "b", "a", "c", "a"} {
		if err := outbox.Commit(t.Context(), write(fmt.Sprint(i), about(key))); err != nil {
			t.Fatal(err)
		}
	}
	bus := &refusing{stored: make(chan string, 100)}
	stop := events.StartRelay(outbox, bus, events.Alone, quiet)
	var stored []string
	for range 5 {
		stored = append(stored, <-bus.stored)
	}
	stop()
	if want := []string{"b1", "c1", "a1", "a2", "a3"}; !slices.Equal(stored, want) {
		t.Errorf("stored %v, want %v", stored, want)
	}
	if len(bus.stored) != 0 || count(t, db, "weft_outbox") != 0 {
		t.Errorf("%d events came again, %d are left", len(bus.stored), count(t, db, "weft_outbox"))
	}
	if want := []string{"a1", "b1", "c1"}; !slices.Equal(bus.batches[0], want) {
		t.Errorf("first %v are published together, want %v", bus.batches[0], want)
	}
}

func TestStoppedRelayLooksOnceMore(t *testing.T) {
	db := newDatabase(t)
	outbox := newOutbox(db)
	bus := newReceiver(0)
	stop := events.StartRelay(outbox, bus, events.Alone, quiet)
	if err := outbox.Commit(context.Background(), write("a", about("a"))); err != nil {
		t.Fatal(err)
	}
	stop()
	bus.await(t, "a")
}

func TestUnreachableBusKeepsEvents(t *testing.T) {
	db := newDatabase(t)
	outbox := newOutbox(db)
	stop := events.StartRelay(outbox, newReceiver(1_000_000), events.Alone, quiet)
	if err := outbox.Commit(context.Background(), write("a", about("a"))); err != nil {
		t.Fatal(err)
	}
	stop()
	if n := count(t, db, "weft_outbox"); n != 1 {
		t.Fatalf("%d events are kept, want 1", n)
	}
	bus := newReceiver(0)
	stop = events.StartRelay(newOutbox(db), bus, events.Alone, quiet) // the next start
	defer stop()
	bus.await(t, "a")
}

// A receiver takes in what is newer by the owner's count, whatever the clocks of those who wrote it say.
func TestRepeatedAndLateEventsAreHarmless(t *testing.T) {
	db := newDatabase(t)
	outbox := newOutbox(db)
	ctx := context.Background()
	event := func(version int64, at time.Time) wire.EntityChanged {
		e := about("a")
		e.ID, e.Version, e.At, e.Subgraph = fmt.Sprint(version), version, at, "elsewhere"
		return e
	}
	failed := errors.New("failed")
	first := event(1, time.Now().Add(time.Hour))
	if err := outbox.Take(ctx, first, func(context.Context, bun.Tx) ([]wire.EntityChanged, error) { return nil, failed }); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	take := func(text string, e wire.EntityChanged) {
		t.Helper()
		if err := outbox.Take(ctx, e, write(text, about(text))); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 { // a failure is not remembered as done, a success is
		take("one", first)
	}
	take("three", event(3, time.Now().Add(-time.Hour))) // later, on a machine whose clock is late
	take("two", event(2, time.Now()))                   // overtaken
	take("one again", first)
	var texts []string
	if err := db.NewSelect().TableExpr("notes").Column("text").OrderExpr("text").Scan(ctx, &texts); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(texts, []string{"one", "three"}) || count(t, db, "weft_outbox") != 2 {
		t.Errorf("taken in: %v", texts)
	}
	e := event(0, time.Now()) // of a service that does not count
	take("any", e)
	take("any more", e)
	if n := count(t, db, "notes"); n != 4 {
		t.Errorf("%d notes, want 4", n)
	}
}

// forgetful is a bus that takes an event and does not say so the first time, as when the relay dies in between.
type forgetful struct {
	mu     sync.Mutex
	taken  []wire.EntityChanged
	second chan struct{}
}

func (f *forgetful) PublishAll(ctx context.Context, events []wire.EntityChanged) iter.Seq2[int, error] {
	return oneByOne(ctx, events, f.publish)
}

func (f *forgetful) publish(_ context.Context, e wire.EntityChanged) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.taken = append(f.taken, e); len(f.taken) == 1 {
		return errors.New("the connection broke after the event was taken")
	}
	close(f.second)
	return nil
}

// slow is a bus that takes its time for the first event, and never has room for a second.
type slow struct{ first chan struct{} }

func (s slow) PublishAll(ctx context.Context, events []wire.EntityChanged) iter.Seq2[int, error] {
	return oneByOne(ctx, events, s.publish)
}

func (s slow) publish(ctx context.Context, _ wire.EntityChanged) error {
	select {
	case <-s.first:
		<-ctx.Done()
		return ctx.Err()
	default:
		time.Sleep(time.Second)
		close(s.first)
		return nil
	}
}

// What a slow bus has taken is removed while the rest of its batch waits: a process that is killed meanwhile does not
// begin the batch again.
func TestWhatASlowBusHasTakenIsRemoved(t *testing.T) {
	db := newDatabase(t)
	outbox := newOutbox(db)
	if err := outbox.Commit(t.Context(), write("a", about("1"), about("2"), about("3"))); err != nil {
		t.Fatal(err)
	}
	stop := events.StartRelay(outbox, slow{make(chan struct{})}, events.Alone, quiet)
	defer stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for {
		if n, err := outbox.Waiting(t.Context()); err == nil && n == 2 {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the first event is still in the outbox")
		}
	}
}

// An event whose publication is in doubt is published again, under the same id: whoever takes it in does so once.
func TestDoubtfulEventsComeTwiceAndCountOnce(t *testing.T) {
	sender, receiver := newDatabase(t), newDatabase(t)
	outbox := newOutbox(sender)
	bus := &forgetful{second: make(chan struct{})}
	stop := events.StartRelay(outbox, bus, events.Alone, quiet)
	if err := outbox.Commit(context.Background(), write("a", about("a"))); err != nil {
		t.Fatal(err)
	}
	select {
	case <-bus.second:
	case <-time.After(30 * time.Second):
		t.Fatal("the event does not come again")
	}
	stop()
	if len(bus.taken) != 2 || bus.taken[0].ID == "" || bus.taken[0].ID != bus.taken[1].ID {
		t.Fatalf("published %+v", bus.taken)
	}
	inbox := newOutbox(receiver)
	for _, e := range bus.taken {
		if err := inbox.Take(context.Background(), e, write("b", about("b"))); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, receiver, "notes"); n != 1 {
		t.Errorf("an event that came twice was taken in %d times", n)
	}
}
