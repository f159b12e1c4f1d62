package events_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/bus/embedded"
	"github.com/weft-graphql/weft/schema/bus/natstest"
	"github.com/weft-graphql/weft/schema/bus/rabbittest"
	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
)

// changes is how many changes the owner makes: go test ./subgraphs/kit/events -changes 20000.
var changes = flag.Int("changes", 500, "changes that TestConsumersEndWithTheOwnersState makes")

// entities is how many entities they are spread over.
const entities = 50

// party is one service on the bus: its database, and what runs on it.
type party struct {
	t       *testing.T
	name    string
	db      *bun.DB
	outbox  *events.Outbox
	connect func() *bus.Bus
	handle  func(context.Context, wire.EntityChanged) error
	stop    func()
}

func newParty(t *testing.T, name string, connect func() *bus.Bus) *party {
	t.Helper()
	ctx := context.Background()
	config := kit.Config{DataDir: t.TempDir()}
	migrations := fstest.MapFS{"20260401000000_values.tx.up.sql": {Data: []byte(
		"CREATE TABLE copies (id TEXT PRIMARY KEY, value INTEGER NOT NULL);")}}
	db, err := kit.OpenDatabase(name, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := kit.Prepare(ctx, db, kit.Blueprint{Name: name, Migrations: migrations}, true); err != nil {
		t.Fatal(err)
	}
	return &party{t: t, name: name, db: db, outbox: newOutbox(db), connect: connect}
}

// copyRow is the value of an entity, in the owner's database and in those of its consumers.
type copyRow struct {
	bun.BaseModel `bun:"table:copies,alias:c"`

	ID    string `bun:"id,pk"`
	Value int64  `bun:"value"`
}

func put(ctx context.Context, tx bun.Tx, id string, value int64) error {
	_, err := tx.NewInsert().Model(&copyRow{ID: id, Value: value}).
		On("CONFLICT (id) DO UPDATE").Set("value = EXCLUDED.value").Exec(ctx)
	return err
}

// change is the owner's: it sets an entity's value.
func (p *party) change(id string, value int64) {
	p.t.Helper()
	err := p.outbox.Commit(context.Background(), func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		return []wire.EntityChanged{{
			Type: "Value", Key: map[string]any{"id": id}, Subgraph: p.name, Change: wire.Updated,
			Data: map[string]any{"value": value},
		}}, put(ctx, tx, id, value)
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// take is a consumer's.
func (p *party) take(ctx context.Context, event wire.EntityChanged) error {
	if p.handle != nil {
		if err := p.handle(ctx, event); err != nil {
			return err
		}
	}
	return p.outbox.Take(ctx, event, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		var value int64
		if _, err := fmt.Sscan(fmt.Sprint(event.Data["value"]), &value); err != nil {
			return nil, err
		}
		return nil, put(ctx, tx, event.Key["id"].(string), value)
	})
}

// start connects the party and starts what it does with events.
func (p *party) start(sources ...events.Source) {
	b := p.connect()
	var follower *events.Follower
	if len(sources) > 0 {
		follower = events.NewFollower(p.name, sources, p.take, p.outbox, b, quiet)
	}
	end := events.Start(p.name, p.outbox, follower, b, events.Alone, quiet)
	p.stop = func() { end(); b.Close() }
}

func (p *party) state() map[string]int64 {
	p.t.Helper()
	var rows []copyRow
	if err := p.db.NewSelect().Model(&rows).Scan(context.Background()); err != nil {
		p.t.Fatal(err)
	}
	state := map[string]int64{}
	for _, row := range rows {
		state[row.ID] = row.Value
	}
	return state
}

func (p *party) await(what string, holds func() bool) {
	p.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(3 * time.Minute)
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			p.t.Fatalf("%s: %s does not come", p.name, what)
		}
	}
}

// server is a bus that can be restarted (nil when it cannot) and that forgets what a consumer missed.
type server struct {
	connect func() *bus.Bus
	restart func()
}

// onAllBuses runs the test over each kind of bus. They keep events for two seconds only: who is away for longer misses
// them.
func onAllBuses(t *testing.T, test func(t *testing.T, s server)) {
	dialer := func(t *testing.T, url string) func() *bus.Bus {
		return func() *bus.Bus {
			b, err := bus.Connect(context.Background(), bus.Config{
				URL: url, Logger: quiet, KeepFor: keep, Retries: bus.Retries{Attempts: 3, First: 20 * time.Millisecond},
			})
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
	}
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		s, err := embedded.Start(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Stop)
		test(t, server{connect: func() *bus.Bus {
			b, err := s.Connect(context.Background(), bus.Config{
				Logger: quiet, KeepFor: keep, Retries: bus.Retries{Attempts: 3, First: 20 * time.Millisecond},
			})
			if err != nil {
				t.Fatal(err)
			}
			return b
		}})
	})
	t.Run("nats", func(t *testing.T) {
		t.Parallel()
		s := natstest.Start(t)
		test(t, server{dialer(t, s.URL()), func() { s.Kill(); s.Resume(t) }})
	})
	t.Run("rabbitmq", func(t *testing.T) {
		t.Parallel()
		s := rabbittest.Start(t)
		test(t, server{dialer(t, s.URL()), func() { s.Halt(); s.Resume(t) }})
	})
}

const keep = 2 * time.Second

// TestConsumersEndWithTheOwnersState has the owner change entities while the bus restarts, a consumer crashes, one is
// away for longer than the bus keeps events, events come twice, and one cannot be taken in.
func TestConsumersEndWithTheOwnersState(t *testing.T) {
	onAllBuses(t, func(t *testing.T, s server) {
		owner := newParty(t, "owner", s.connect)
		owner.start()
		t.Cleanup(func() { owner.stop() })
		source := events.Source{Subgraph: "owner", Types: []string{"Value"}}
		steady, crashing, away := newParty(t, "steady", s.connect), newParty(t, "crashing", s.connect), newParty(t, "away", s.connect)
		var mended atomic.Bool
		steady.handle = func(_ context.Context, e wire.EntityChanged) error {
			if e.Key["id"] == "poison" && !mended.Load() {
				return errors.New("this cannot be taken in")
			}
			return nil
		}
		var crash atomic.Int64
		crashing.handle = func(_ context.Context, e wire.EntityChanged) error {
			if crash.Add(1)%97 == 0 {
				panic("as if the process ended")
			}
			return nil
		}
		for _, p := range []*party{steady, crashing, away} {
			p.start(source)
		}
		owner.change("first", 1)
		away.await("the first change", func() bool { return away.state()["first"] == 1 })
		away.stop()
		for i := range *changes {
			owner.change(fmt.Sprint("e", i%entities), int64(i))
			switch i {
			case *changes / 4:
				owner.change("poison", 7)
				crashing.stop()
				crashing.start(source)
			case *changes / 2:
				if s.restart != nil {
					s.restart()
				}
			}
		}
		want := owner.state()
		delete(want, "poison")
		steady.await("the owner's state without the poison", func() bool { return maps.Equal(steady.state(), want) })
		want["poison"] = 7
		crashing.await("the owner's state", func() bool { return maps.Equal(crashing.state(), want) })

		// What away missed is not on the bus any more: what is there is younger than what it misses.
		operator := s.connect()
		defer operator.Close()
		gone := time.Now().Add(keep)
		owner.await("the end of the bus's memory", func() bool { return time.Now().After(gone) })
		away.start(source)
		t.Cleanup(func() { away.stop() })
		away.await("the owner's state", func() bool { return maps.Equal(away.state(), want) })

		letters := func() []wire.DeadLetter {
			letters, err := operator.DeadLetters(context.Background(), "steady", 10)
			if err != nil {
				t.Fatal(err)
			}
			return letters
		}
		steady.await("the dead letter", func() bool { return len(letters()) == 1 })
		if l := letters()[0]; !strings.Contains(l.Reason, "cannot be taken in") || !strings.Contains(string(l.Event), "poison") {
			t.Errorf("%+v", l)
		}
		mended.Store(true)
		if n, err := operator.Redrive(context.Background(), "steady"); n != 1 || err != nil {
			t.Fatalf("%d redriven: %v", n, err)
		}
		steady.await("the redriven event", func() bool { return maps.Equal(steady.state(), want) })
		steady.stop()
		crashing.stop()
	})
}

// TestNewConsumersHearOfEverything starts a consumer when the owner has long been there, without any bus. The
// consumer's database is away again and again.
func TestNewConsumersHearOfEverything(t *testing.T) {
	s, err := embedded.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	connect := func() *bus.Bus {
		b, err := s.Connect(context.Background(), bus.Config{Logger: quiet})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	owner, consumer := newParty(t, "owner", connect), newParty(t, "new", connect)
	err = owner.db.RunInTx(context.Background(), nil, func(ctx context.Context, tx bun.Tx) error {
		var preset []wire.EntityChanged
		for i := range 1200 { // more than one answer holds
			id := fmt.Sprint("preset", i)
			preset = append(preset, wire.EntityChanged{Type: "Value", Key: map[string]any{"id": id}, Subgraph: "owner",
				Change: wire.Created, Data: map[string]any{"value": i}})
			if err := put(ctx, tx, id, int64(i)); err != nil {
				return err
			}
		}
		return events.Preset(ctx, tx, preset)
	})
	if err != nil {
		t.Fatal(err)
	}
	alone := events.StartRelay(owner.outbox, nil, events.Alone, quiet)
	owner.change("preset3", 33)
	owner.change("later", 1)
	alone()
	owner.start()
	defer owner.stop()
	var calls atomic.Int64
	consumer.handle = func(context.Context, wire.EntityChanged) error {
		if calls.Add(1)%400 < 3 {
			return fmt.Errorf("nothing to do with the event: %w", bus.ErrUnavailable)
		}
		return nil
	}
	consumer.start(events.Source{Subgraph: "owner", Types: []string{"Value"}})
	defer consumer.stop()
	consumer.await("the owner's state", func() bool { return maps.Equal(consumer.state(), owner.state()) })
}
