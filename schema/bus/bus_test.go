package bus_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/bus/embedded"
	"github.com/weft-graphql/weft/schema/bus/natstest"
	"github.com/weft-graphql/weft/schema/wire"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// onBoth runs the test with an embedded server and with a real process; connect opens another connection.
func onBoth(t *testing.T, test func(t *testing.T, connect func() *bus.Bus)) {
	t.Run("embedded", func(t *testing.T) {
		server, err := embedded.Start(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Stop)
		test(t, func() *bus.Bus {
			b, err := server.Connect(context.Background(), bus.Config{Logger: quiet})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(b.Close)
			return b
		})
	})
	t.Run("process", func(t *testing.T) {
		server := natstest.Start(t)
		test(t, func() *bus.Bus { return dial(t, server) })
	})
}

func dial(t *testing.T, server *natstest.Server) *bus.Bus {
	t.Helper()
	b, err := bus.Connect(context.Background(), bus.Config{URL: server.URL(), Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
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
	deadline := time.After(30 * time.Second)
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

func TestConsumeInOrderAndOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, connect func() *bus.Bus) {
		sender, receiver := connect(), connect()
		var got log
		stop := receiver.Consume("a", got.take)
		publish(t, sender, "1", "2", "2", "1", "3") // a repeated id is kept once
		got.await(t, "1 2 3")
		stop()
		publish(t, sender, "4") // while the consumer is away
		stop = receiver.Consume("a", got.take)
		defer stop()
		got.await(t, "1 2 3 4")
	})
}

func TestConsumeAgainAfterFailure(t *testing.T) {
	onBoth(t, func(t *testing.T, connect func() *bus.Bus) {
		b := connect()
		var got log
		failures := 2
		stop := b.Consume("a", func(_ context.Context, e wire.EntityChanged) error {
			if e.ID == "1" && failures > 0 {
				failures--
				got.add("failed")
				return errors.New("not now")
			}
			got.add(e.ID)
			return nil
		})
		defer stop()
		publish(t, b, "1", "2")
		got.await(t, "failed failed 1 2") // 2 does not overtake 1
	})
}

func TestTwoGroupsAndAWatcher(t *testing.T) {
	onBoth(t, func(t *testing.T, connect func() *bus.Bus) {
		sender := connect()
		publish(t, sender, "0") // before anybody listened
		var a, b, w log
		defer connect().Consume("a", a.take)()
		defer connect().Consume("b", b.take)()
		stop, err := connect().Watch(context.Background(), w.changed, w.missed)
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		publish(t, sender, "1", "2")
		a.await(t, "0 1 2") // a group begins with all that is kept
		b.await(t, "0 1 2")
		w.await(t, "1 2") // a watcher begins now
	})
}

func TestUnreadableEventsAreDropped(t *testing.T) {
	server := natstest.Start(t)
	b := dial(t, server)
	raw, err := nats.Connect(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	var consumed, watched log
	defer b.Consume("a", consumed.take)()
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
}

// Watchers call a message by the same name, and different ones by different names, whatever the events' ids are.
func TestNamesOfMessages(t *testing.T) {
	server := natstest.Start(t)
	b := dial(t, server)
	raw, err := nats.Connect(server.URL())
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
	server := natstest.Start(t)
	sender, receiver := dial(t, server), dial(t, server)
	var consumed, watched log
	defer receiver.Consume("a", consumed.takeOnce)()
	stop, err := receiver.Watch(context.Background(), watched.changed, watched.missed)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	publish(t, sender, "1")
	consumed.await(t, "1")
	watched.await(t, "1")
	server.Kill()
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if err := sender.Publish(ctx, event("2")); err == nil {
		t.Error("an event was published to a dead server")
	}
	if err := sender.Check(ctx); err == nil {
		t.Error("a dead server passes the check")
	}
	server.Resume(t)
	publishSoon(t, sender, "2")
	consumed.await(t, "1 2")
	watched.await(t, "1 2")
	if err := sender.Check(context.Background()); err != nil {
		t.Errorf("after the restart: %v", err)
	}
}

// TestServerForgets lets the server come back empty: the stream is made again, and the watcher is told.
func TestServerForgets(t *testing.T) {
	server := natstest.Start(t)
	b := dial(t, server)
	var consumed, watched log
	defer b.Consume("a", consumed.take)()
	stop, err := b.Watch(context.Background(), watched.changed, watched.missed)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	publish(t, b, "1", "2")
	watched.await(t, "1 2")
	consumed.await(t, "1 2")
	server.Kill()
	server.Wipe(t)
	server.Resume(t)
	watched.await(t, "1 2 missed")
	publishSoon(t, b, "3")
	consumed.await(t, "1 2 3")
	watched.await(t, "1 2 missed 3")
}

// publishSoon publishes as the relay does: again until it works.
func publishSoon(t *testing.T, b *bus.Bus, id string) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
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
