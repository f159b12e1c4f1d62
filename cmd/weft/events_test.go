package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/bus/embedded"
	"github.com/weft-graphql/weft/schema/bus/natstest"
	"github.com/weft-graphql/weft/schema/wire"
)

// TestEventsCommands goes through the dead letters of a consumer, on a server and in the directory of weft dev.
func TestEventsCommands(t *testing.T) {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	t.Run("server", func(t *testing.T) {
		server := natstest.Start(t)
		b, err := bus.Connect(context.Background(), bus.Config{URL: server.URL(), Logger: quiet, Retries: bus.Retries{Attempts: 1}})
		if err != nil {
			t.Fatal(err)
		}
		giveUp(t, b)
		b.Close()
		tryEvents(t, "--events-url", server.URL())
	})
	t.Run("directory", func(t *testing.T) {
		dir := t.TempDir()
		server, err := embedded.Start(filepath.Join(dir, "events"))
		if err != nil {
			t.Fatal(err)
		}
		b, err := server.Connect(context.Background(), bus.Config{Logger: quiet, Retries: bus.Retries{Attempts: 1}})
		if err != nil {
			t.Fatal(err)
		}
		giveUp(t, b)
		if status, _, _ := weft(t, "events", "list", "--data-dir", dir); status != 1 {
			t.Errorf("while weft dev runs the status is %d", status)
		}
		b.Close()
		server.Stop()
		tryEvents(t, "--data-dir", dir)
	})
	if status, _, _ := weft(t, "events", "list", "--data-dir", t.TempDir()); status != 1 {
		t.Errorf("without events the status is %d", status)
	}
}

// giveUp makes a dead letter of reviews.
func giveUp(t *testing.T, b *bus.Bus) {
	t.Helper()
	settled := make(chan struct{})
	stop := b.Consume(bus.Consumer{Name: "reviews", Handle: func(context.Context, wire.EntityChanged) error {
		return errors.New("the table is full")
	}, Settled: func(wire.EntityChanged) { close(settled) }})
	defer stop()
	event := wire.EntityChanged{ID: "e1", Type: "Product", Key: map[string]any{"upc": "p1"}, Subgraph: "catalog", Change: wire.Updated, At: time.Now()}
	if err := b.Publish(context.Background(), event); err != nil {
		t.Fatal(err)
	}
	select {
	case <-settled:
	case <-time.After(time.Minute):
		t.Fatal("the event is not given up")
	}
}

func tryEvents(t *testing.T, where ...string) {
	t.Helper()
	for _, step := range []struct {
		args   string
		status int
		says   string
	}{
		{"list", 0, "reviews   0        1"},
		{"list --json", 0, `"deadLetters": 1`},
		{"list reviews", 0, `catalog updated Product {"upc":"p1"}  the table is full`},
		{"list reviews --json", 0, `"upc": "p1"`},
		{"read reviews e1", 0, `"reason": "the table is full"`},
		{"read reviews e2", 1, ""},
		{"redrive reviews", 1, ""},
		{"redrive reviews e1 --all", 1, ""},
		{"redrive reviews e1", 0, "1 given back to reviews"},
		{"list", 0, "reviews   1        0"},
		{"drop reviews --all", 0, "0 dropped"},
	} {
		status, output, complaints := weft(t, append(append([]string{"events"}, strings.Fields(step.args)...), where...)...)
		if status != step.status || !strings.Contains(output, step.says) {
			t.Errorf("weft events %s: status %d, says\n%s", step.args, status, output+complaints)
		}
	}
}
