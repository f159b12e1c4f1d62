package websocket

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/weft-graphql/weft/router/server"
)

// source is an engine all of whose operations are subscriptions of so many events, which come as fast as they are made.
type source struct {
	events int
	open   atomic.Int64
}

func (s *source) Execute(_ context.Context, _ *server.Request, resp *server.Response) {
	s.open.Add(1)
	e := &events{source: s, left: s.events, closed: make(chan struct{})}
	resp.Outcome, resp.Sequel = server.Executed, e
}

// events are what one operation gets. It has a notifier's duties and no others.
type events struct {
	source *source
	mu     sync.Mutex
	next   int
	made   int
	left   int
	tell   func()
	once   sync.Once
	closed chan struct{}
}

func (e *events) Ready() <-chan struct{} { panic("nobody waits") }

func (e *events) Notify(tell func()) {
	e.mu.Lock()
	e.tell = tell
	e.mu.Unlock()
	tell()
	go func() {
		for range e.left {
			select {
			case <-e.closed:
				return
			default:
			}
			e.mu.Lock()
			e.made++
			e.tell()
			e.mu.Unlock()
		}
	}()
}

func (e *events) Next(resp *server.Response) server.Step {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.next < e.made:
		resp.Body = fmt.Appendf(nil, `{"data":{"n":%d}}`, e.next)
		e.next++
		return server.Part
	case e.next == e.left:
		return server.Over
	}
	return server.NotYet
}

func (e *events) Close() {
	e.once.Do(func() {
		close(e.closed)
		e.source.open.Add(-1)
	})
}

// TestOperationsSendWhatComes has many operations on a connection: each gets its events, once and in order, and its end;
// some are stopped meanwhile, and nothing is left when the connection ends.
func TestOperationsSendWhatComes(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	const operations, count = 20, 50
	from := &source{events: count}
	handler, err := server.NewHandler(server.Options{Engine: from, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	sessions := &Sessions{}
	sockets := httptest.NewServer(New(Options{
		Enter: func() (*server.Handler, func()) { return handler, func() {} }, Sessions: sessions, MaxMessageBytes: 1 << 16,
		InitTimeout: time.Minute, WriteTimeout: time.Minute, PingInterval: time.Minute, Logger: slog.New(slog.DiscardHandler),
	}))
	defer sockets.Close()
	c, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(sockets.URL, "http"), &websocket.DialOptions{Subprotocols: []string{transportWS}})
	if err != nil {
		t.Fatal(err)
	}
	send := func(m map[string]any) {
		t.Helper()
		if err := wsjson.Write(ctx, c, m); err != nil {
			t.Fatal(err)
		}
	}
	send(map[string]any{"type": "connection_init"})
	for id := range operations {
		send(map[string]any{"id": fmt.Sprint(id), "type": "subscribe", "payload": map[string]any{"query": "subscription{n}"}})
		if id%4 == 3 {
			send(map[string]any{"id": fmt.Sprint(id), "type": "complete"})
		}
	}
	next := map[string]int{}
	for ended := 0; ended < operations-operations/4; {
		var m struct {
			ID, Type string
			Payload  json.RawMessage
		}
		if err := wsjson.Read(ctx, c, &m); err != nil {
			t.Fatal(err)
		}
		switch m.Type {
		case "next":
			if want := fmt.Sprintf(`{"data":{"n":%d}}`, next[m.ID]); string(m.Payload) != want {
				t.Fatalf("operation %s: %s in the place of %s", m.ID, m.Payload, want)
			}
			next[m.ID]++
		case "complete":
			if next[m.ID] != count {
				t.Errorf("operation %s ended after %d events", m.ID, next[m.ID])
			}
			ended++
		}
	}
	_ = c.CloseNow()
	for from.open.Load() != 0 || sessions.Len() != 0 {
		if ctx.Err() != nil {
			t.Fatalf("%d operations and %d connections are left", from.open.Load(), sessions.Len())
		}
		time.Sleep(time.Millisecond)
	}
}
