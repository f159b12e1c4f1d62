package bus_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/bus/embedded"
	"github.com/weft-graphql/weft/schema/bus/natstest"
	"github.com/weft-graphql/weft/schema/bus/rabbittest"
	"github.com/weft-graphql/weft/schema/wire"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// rig is a server with its clients. Consumers have names of the test's own, since tests share the RabbitMQ server.
type rig struct {
	t *testing.T
	// url is the server's address; empty when it is embedded, where config is enough.
	url     string
	connect func(bus.Config) (*bus.Bus, error)
	// kill and resume are nil when the server cannot be killed alone.
	kill, resume, wipe func()
}

// dial opens another connection.
func (r *rig) dial() *bus.Bus {
	r.t.Helper()
	b, err := r.connect(bus.Config{URL: r.url, Logger: quiet, Retries: quick})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(b.Close)
	return b
}

// quick are retries that do not make tests wait.
var quick = bus.Retries{Attempts: 3, First: 10 * time.Millisecond, Most: 50 * time.Millisecond}

func (r *rig) name(who string) string {
	return strings.NewReplacer("/", "-", "#", "-").Replace(r.t.Name()) + "-" + who
}

// consume starts a consumer that settles or does not; it returns how to stop it.
func (r *rig) consume(b *bus.Bus, who string, handle func(context.Context, wire.EntityChanged) error) (stop func()) {
	r.t.Helper()
	stop = b.Consume(bus.Consumer{Name: r.name(who), Handle: handle})
	r.ready(b, who)
	return stop
}

// ready waits until the consumer has its place.
func (r *rig) ready(b *bus.Bus, who string) {
	r.t.Helper()
	eventually(r.t, "the consumer's place", func() bool {
		names, err := b.Consumers(context.Background())
		return err == nil && slices.Contains(names, r.name(who))
	})
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(2 * time.Minute)
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s does not come", what)
		}
	}
}

// rabbit is the server that tests share which do not kill it: it takes seconds to start.
var rabbit *rabbittest.Server

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "weft-rabbit-")
	if err == nil {
		rabbit, err = rabbittest.New(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	rabbit.Stop()
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// onAll runs the test with an embedded server, a NATS process and a RabbitMQ process.
func onAll(t *testing.T, test func(r *rig)) {
	t.Run("embedded", func(t *testing.T) {
		server, err := embedded.Start(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Stop)
		test(&rig{t: t, connect: func(c bus.Config) (*bus.Bus, error) { return server.Connect(context.Background(), c) }})
	})
	t.Run("nats", func(t *testing.T) { test(natsRig(t)) })
	t.Run("rabbitmq", func(t *testing.T) {
		test(&rig{t: t, url: rabbit.URL(), connect: connect})
	})
}

func connect(c bus.Config) (*bus.Bus, error) { return bus.Connect(context.Background(), c) }

func natsRig(t *testing.T) *rig {
	server := natstest.Start(t)
	return &rig{t: t, url: server.URL(), connect: connect, kill: server.Kill, resume: func() { server.Resume(t) },
		wipe: func() { server.Wipe(t) }}
}

// onProcesses runs the test with servers of its own, which it may kill. It takes long for them to start again, in which
// nothing is computed.
func onProcesses(t *testing.T, test func(r *rig)) {
	t.Parallel()
	t.Run("nats", func(t *testing.T) { test(natsRig(t)) })
	t.Run("rabbitmq", func(t *testing.T) {
		t.Parallel()
		server := rabbittest.Start(t)
		test(&rig{t: t, url: server.URL(), connect: connect, kill: server.Halt, resume: func() { server.Resume(t) },
			wipe: func() { server.Wipe(t) }})
	})
}

func event(id string) wire.EntityChanged {
	return wire.EntityChanged{
		ID: id, Type: "Product", Key: map[string]any{"upc": "p" + id}, Subgraph: "catalog", Change: wire.Updated, At: time.Now(),
	}
}

func publish(t *testing.T, b *bus.Bus, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := b.Publish(context.Background(), event(id)); err != nil {
			t.Fatal(err)
		}
	}
}

// log collects what was received.
type log struct {
	mu  sync.Mutex
	ids []string
	// more is closed when something is added; nil while nobody waits.
	more chan struct{}
}

func (l *log) add(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ids = append(l.ids, id)
	if l.more != nil {
		close(l.more)
		l.more = nil
	}
}

// next returns what the log reads now, and a channel that is closed when it reads something else.
func (l *log) next() (string, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.more == nil {
		l.more = make(chan struct{})
	}
	return strings.Join(l.ids, " "), l.more
}

// await waits until the log reads so.
func (l *log) await(t *testing.T, want string) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		got, more := l.next()
		if got == want {
			return
		}
		select {
		case <-more:
		case <-deadline:
			t.Fatalf("received %q, want %q", got, want)
		}
	}
}

func (l *log) changed(_ string, e wire.EntityChanged) {
	if e.Key == nil {
		l.add("any-" + e.Subgraph + "-" + e.Type)
		return
	}
	l.add(e.ID)
}
func (l *log) missed() { l.add("missed") }

func (l *log) take(_ context.Context, e wire.EntityChanged) error {
	l.add(e.ID)
	return nil
}

func TestConsumeInOrder(t *testing.T) {
	onAll(t, func(r *rig) {
		sender, receiver := r.dial(), r.dial()
		var got log
		stop := r.consume(receiver, "a", got.take)
		publish(r.t, sender, "1", "2", "3")
		got.await(r.t, "1 2 3")
		stop()
		publish(r.t, sender, "4") // while the consumer is away
		stop = r.consume(receiver, "a", got.takeOnce)
		defer stop()
		got.await(r.t, "1 2 3 4")
	})
}

// TestPublishAll publishes many events together, which come in their order.
func TestPublishAll(t *testing.T) {
	onAll(t, func(r *rig) {
		sender := r.dial()
		var got log
		defer r.consume(r.dial(), "a", got.take)()
		list := make([]wire.EntityChanged, 300)
		want := make([]string, len(list))
		for i := range list {
			want[i] = fmt.Sprint(i)
			list[i] = event(want[i])
		}
		said := 0
		for i, err := range sender.PublishAll(context.Background(), list) {
			if i != said || err != nil {
				r.t.Fatalf("event %d, told of as the %dth: %v", i, said, err)
			}
			said++
		}
		if said != len(list) {
			r.t.Errorf("%d events are told of, want %d", said, len(list))
		}
		got.await(r.t, strings.Join(want, " "))
	})
}

// TestFailuresHoldUpTheirEntityOnly has an event fail twice: what comes after it is taken in meanwhile, except for
// what is about the same entity.
func TestFailuresHoldUpTheirEntityOnly(t *testing.T) {
	onAll(t, func(r *rig) {
		b := r.dial()
		var got log
		failures, other := 2, make(chan struct{})
		defer r.consume(b, "a", func(_ context.Context, e wire.EntityChanged) error {
			if e.ID == "1" && failures > 0 {
				failures--
				got.add("failed")
				if failures == 0 {
					return fmt.Errorf("the last time: %w", bus.ErrUnavailable)
				}
				return errors.New("not now")
			}
			if e.ID == "2" {
				close(other)
			}
			got.add(e.ID)
			return nil
		})()
		first, second, again := event("1"), event("2"), event("3")
		again.Key = first.Key
		for _, e := range []wire.EntityChanged{first, again, second} {
			if err := b.Publish(context.Background(), e); err != nil {
				r.t.Fatal(err)
			}
		}
		<-other
		eventually(r.t, "the end", func() bool { text, _ := got.next(); return strings.HasSuffix(text, "1 3") })
		text, _ := got.next()
		if text != "failed 2 failed 1 3" && text != "failed failed 2 1 3" {
			r.t.Errorf("received %q", text)
		}
	})
}

// TestPoisonBecomesADeadLetter has an event that is never taken in, one that panics and one that is no event.
func TestPoisonBecomesADeadLetter(t *testing.T) {
	onAll(t, func(r *rig) {
		ctx, b := context.Background(), r.dial()
		var got log
		var mended atomic.Bool
		settled := make(chan string, 10)
		stop := b.Consume(bus.Consumer{Name: r.name("a"), Handle: func(ctx context.Context, e wire.EntityChanged) error {
			switch {
			case !mended.Load() && e.ID == "poison":
				return errors.New("this cannot be taken in")
			case !mended.Load() && e.ID == "panic":
				panic("the handler's own fault")
			}
			return got.take(ctx, e)
		}, Settled: func(e wire.EntityChanged) { settled <- e.ID }})
		defer stop()
		r.ready(b, "a")
		var others log
		defer r.consume(b, "b", others.take)()
		publish(r.t, b, "1", "poison", "2", "panic", "3")
		got.await(r.t, "1 2 3")
		others.await(r.t, "1 poison 2 panic 3")
		seen := map[string]bool{}
		for range 5 {
			seen[<-settled] = true
		}
		letters, err := b.DeadLetters(ctx, r.name("a"), 10)
		if err != nil || len(letters) != 2 || !seen["poison"] || !seen["panic"] {
			r.t.Fatalf("letters %+v, %v", letters, err)
		}
		for _, letter := range letters {
			e, err := wire.DecodeEntityChanged(letter.Event)
			if err != nil || e.ID != letter.ID || letter.Attempts != 3 || letter.Consumer != r.name("a") || letter.At.IsZero() ||
				letter.Subject != e.Subject() || letter.Reason == "" {
				r.t.Errorf("%+v, %v", letter, err)
			}
		}
		eventually(r.t, "the count of two letters", func() bool { // RabbitMQ counts a moment later
			n, err := b.DeadLetterCount(ctx, r.name("a"))
			return n == 2 && err == nil
		})
		if n, err := b.Redrive(ctx, r.name("a"), "poison"); n != 1 || err != nil { // too early
			r.t.Fatalf("%d redriven: %v", n, err)
		}
		if id := <-settled; id != "poison" {
			r.t.Errorf("%s is settled", id)
		}
		mended.Store(true)
		if n, err := b.Redrive(ctx, r.name("a"), "poison"); n != 1 || err != nil {
			r.t.Fatalf("%d redriven: %v", n, err)
		}
		got.await(r.t, "1 2 3 poison")
		others.await(r.t, "1 poison 2 panic 3") // nobody else hears of it
		if n, err := b.Drop(ctx, r.name("a"), "nobody"); n != 0 || err == nil || !strings.Contains(err.Error(), `no dead letter "nobody"`) {
			r.t.Errorf("%d dropped: %v", n, err)
		}
		if n, err := b.Drop(ctx, r.name("a")); n != 1 || err != nil {
			r.t.Errorf("%d dropped: %v", n, err)
		}
		if letters, err := b.DeadLetters(ctx, r.name("a"), 10); len(letters) != 0 || err != nil {
			r.t.Errorf("%+v are left: %v", letters, err)
		}
	})
}

// TestManyFailuresLeaveRoom has more events fail than may be held: the others come through all the same.
func TestManyFailuresLeaveRoom(t *testing.T) {
	onAll(t, func(r *rig) {
		b, err := r.connect(bus.Config{URL: r.url, Logger: quiet, Retries: bus.Retries{First: time.Hour, Most: time.Hour}})
		if err != nil {
			r.t.Fatal(err)
		}
		r.t.Cleanup(b.Close)
		var got log
		defer r.consume(b, "a", func(ctx context.Context, e wire.EntityChanged) error {
			if e.Subgraph == "broken" {
				return errors.New("never")
			}
			return got.take(ctx, e)
		})()
		for i := range 300 {
			e := event(fmt.Sprint("broken", i))
			e.Subgraph = "broken"
			if err := b.Publish(context.Background(), e); err != nil {
				r.t.Fatal(err)
			}
		}
		publish(r.t, b, "1")
		got.await(r.t, "1")
		// Servers may count a moment later.
		n := 0
		for late := time.Now().Add(20 * time.Second); n < 100 && time.Now().Before(late); {
			if n, err = b.DeadLetterCount(context.Background(), r.name("a")); err != nil {
				r.t.Fatal(err)
			}
		}
		if n < 100 {
			r.t.Errorf("%d letters", n)
		}
	})
}

func TestTwoGroupsAndAWatcher(t *testing.T) {
	onAll(t, func(r *rig) {
		sender := r.dial()
		var a, b, w log
		defer r.consume(r.dial(), "a", a.take)()
		defer r.consume(r.dial(), "b", b.take)()
		stop, err := r.dial().Watch(context.Background(), w.changed, w.missed)
		if err != nil {
			r.t.Fatal(err)
		}
		defer stop()
		publish(r.t, sender, "1", "2")
		a.await(r.t, "1 2")
		b.await(r.t, "1 2")
		w.await(r.t, "1 2")
		late := r.dial()
		var l log
		stop, err = late.Watch(context.Background(), l.changed, l.missed)
		if err != nil {
			r.t.Fatal(err)
		}
		defer stop()
		publish(r.t, sender, "3")
		l.await(r.t, "3") // a watcher begins now
	})
}

// TestOwnersAreAsked asks two processes that answer for one subgraph, and a subgraph for which nobody does.
func TestOwnersAreAsked(t *testing.T) {
	onAll(t, func(r *rig) {
		ctx, asker := context.Background(), r.dial()
		subgraph := r.name("owner")
		if _, err := asker.CatchUp(ctx, subgraph, wire.CatchUp{}); !errors.Is(err, bus.ErrNobodyAnswers) {
			r.t.Errorf("nobody answers: %v", err)
		}
		changed := event("1")
		for range 2 {
			stop, err := r.dial().Answer(subgraph, func(_ context.Context, q wire.CatchUp) (wire.CaughtUp, error) {
				if q.After < 0 {
					return wire.CaughtUp{}, errors.New("less than nothing")
				}
				return wire.CaughtUp{Events: []wire.EntityChanged{changed}, UpTo: q.After + 7, More: true}, nil
			})
			if err != nil {
				r.t.Fatal(err)
			}
			defer stop()
		}
		got, err := asker.CatchUp(ctx, subgraph, wire.CatchUp{After: 5, Types: []string{"Product"}})
		if err != nil || got.UpTo != 12 || !got.More || len(got.Events) != 1 || got.Events[0].ID != "1" {
			r.t.Errorf("%+v, %v", got, err)
		}
		if _, err := asker.CatchUp(ctx, subgraph, wire.CatchUp{After: -1}); err == nil || !strings.Contains(err.Error(), "less than nothing") {
			r.t.Errorf("the owner's error: %v", err)
		}
	})
}

func TestUnreadableEventsAreDeadLetters(t *testing.T) {
	r := natsRig(t)
	b := r.dial()
	raw, err := nats.Connect(r.url)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	var consumed, watched log
	defer r.consume(b, "a", consumed.take)()
	stop, err := b.Watch(context.Background(), watched.changed, watched.missed)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for _, subject := range []string{"weft.entity.catalog.Product", "weft.entity.no.such.thing", "weft.entity.short"} {
		if _, err := raw.Request(subject, []byte("not JSON"), 5*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	publish(t, b, "1")
	consumed.await(t, "1")
	watched.await(t, "any-catalog-Product 1") // which product it was about, nobody knows
	letters, err := b.DeadLetters(context.Background(), r.name("a"), 10)
	if err != nil || len(letters) != 1 || string(letters[0].Event) != "not JSON" || letters[0].Reason == "" {
		t.Errorf("%+v, %v", letters, err) // the same text three times is one letter
	}
}

// Watchers call a message by the same name, and different ones by different names, whatever the events' ids are.
func TestNamesOfMessages(t *testing.T) {
	r := natsRig(t)
	b := r.dial()
	raw, err := nats.Connect(r.url)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	var first, second log
	for _, l := range []*log{&first, &second} {
		stop, err := b.Watch(context.Background(), func(message string, _ wire.EntityChanged) { l.add(message) }, l.missed)
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
	}
	text, err := event("1").Encode()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := raw.Request("weft.entity.catalog.Product", text, 5*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	for {
		got, more := first.next()
		if names := strings.Fields(got); len(names) == 3 {
			if slices.Sort(names); len(slices.Compact(names)) != 3 {
				t.Errorf("three messages are called %s", got)
			}
			second.await(t, got)
			return
		}
		<-more
	}
}

// takeOnce is take for a receiver that does not mind repeated events, as a receiver must.
func (l *log) takeOnce(ctx context.Context, e wire.EntityChanged) error {
	if got, _ := l.next(); slices.Contains(strings.Fields(got), e.ID) {
		return nil
	}
	return l.take(ctx, e)
}

// TestServerRestarts kills the server while everybody is connected; nothing is lost. A killed server may have
// forgotten the last acknowledgement and send an event again.
func TestServerRestarts(t *testing.T) {
	onProcesses(t, func(r *rig) {
		sender, receiver := r.dial(), r.dial()
		var consumed, watched log
		defer r.consume(receiver, "a", consumed.takeOnce)()
		stop, err := receiver.Watch(context.Background(), watched.changedOnce, watched.missed)
		if err != nil {
			r.t.Fatal(err)
		}
		defer stop()
		publish(r.t, sender, "1")
		consumed.await(r.t, "1")
		watched.await(r.t, "1")
		r.kill()
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()
		if err := sender.Publish(ctx, event("2")); err == nil {
			r.t.Error("an event was published to a dead server")
		}
		for i, err := range sender.PublishAll(ctx, []wire.EntityChanged{event("2")}) {
			if err == nil {
				r.t.Errorf("event %d of a list was published to a dead server", i)
			}
		}
		if err := sender.Check(ctx); err == nil {
			r.t.Error("a dead server passes the check")
		}
		r.resume()
		publishSoon(r.t, sender, "2")
		consumed.await(r.t, "1 2")
		watched.await(r.t, "1 2")
		if err := sender.Check(context.Background()); err != nil {
			r.t.Errorf("after the restart: %v", err)
		}
	})
}

// TestServerForgets lets the server come back empty: what it needs is made again, and the watcher is told.
func TestServerForgets(t *testing.T) {
	onProcesses(t, func(r *rig) {
		b := r.dial()
		var consumed, watched log
		defer r.consume(b, "a", consumed.takeOnce)()
		stop, err := b.Watch(context.Background(), watched.changedOnce, watched.missed)
		if err != nil {
			r.t.Fatal(err)
		}
		defer stop()
		publish(r.t, b, "1", "2")
		watched.await(r.t, "1 2")
		consumed.await(r.t, "1 2")
		r.kill()
		r.wipe()
		r.resume()
		watched.await(r.t, "1 2 missed")
		r.ready(b, "a")
		publishSoon(r.t, b, "3")
		consumed.await(r.t, "1 2 3")
		watched.await(r.t, "1 2 missed 3")
	})
}

func (l *log) changedOnce(message string, e wire.EntityChanged) {
	if got, _ := l.next(); !slices.Contains(strings.Fields(got), e.ID) {
		l.changed(message, e)
	}
}

// publishSoon publishes as the relay does: again until it works.
func publishSoon(t *testing.T, b *bus.Bus, id string) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		err := b.Publish(context.Background(), event(id))
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

func TestConnectRefusals(t *testing.T) {
	_, err := bus.Connect(context.Background(), bus.Config{URL: "nats://weft:secret@127.0.0.1:1"})
	if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("nobody there: %v", err)
	}
	if _, err := bus.Connect(context.Background(), bus.Config{URL: "kafka://x:secret@localhost"}); err == nil ||
		strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "amqp://") {
		t.Errorf("an unknown kind of server: %v", err)
	}
	_, err = bus.Connect(context.Background(), bus.Config{URL: "amqp://weft:secret@127.0.0.1:1"})
	if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("no RabbitMQ there: %v", err)
	}
	if err := newBus(t).Publish(context.Background(), wire.EntityChanged{ID: "1"}); err == nil {
		t.Error("an event without type is published")
	}
	if _, err := embedded.Start("/dev/null/x"); err == nil {
		t.Error("a directory that cannot be")
	}
}

func TestTwoServersDoNotShareADirectory(t *testing.T) {
	dir := t.TempDir()
	first, err := embedded.Start(dir)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := embedded.Start(dir); err == nil {
		second.Stop()
		t.Error("a second server uses the directory of the first")
	}
	first.Stop()
	again, err := embedded.Start(dir)
	if err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	again.Stop()
}

func newBus(t *testing.T) *bus.Bus {
	t.Helper()
	server, err := embedded.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	b, err := server.Connect(context.Background(), bus.Config{Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func BenchmarkPublish(b *testing.B) {
	server, err := embedded.Start(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer server.Stop()
	connection, err := server.Connect(context.Background(), bus.Config{Logger: quiet})
	if err != nil {
		b.Fatal(err)
	}
	defer connection.Close()
	for i := 0; b.Loop(); i++ {
		if err := connection.Publish(context.Background(), event(fmt.Sprint(i))); err != nil {
			b.Fatal(err)
		}
	}
}
