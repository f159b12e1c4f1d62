// Package subscriptiontest has a subgraph for tests of subscriptions.
package subscriptiontest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/coder/websocket"
)

// SDL is the subgraph's schema: ticks whose product is an entity that another subgraph knows more of.
const SDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { ping: String }
type Subscription { tick(of: String): Tick other: Tick }
type Tick { n: Int! product: Product }
type Product @key(fields: "upc") { upc: ID! }`

// Names is the schema of a subgraph that knows the names of products.
const Names = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { names: [String] }
type Product @key(fields: "upc") { upc: ID! name: String }`

// Subgraph answers subscriptions over text/event-stream and graphql-transport-ws, each with the events that Emit emits.
type Subgraph struct {
	mu sync.Mutex
	// open are the subscriptions in progress.
	open map[*subscriber]struct{}
	// changed is closed when the number of them, or of connections, changes.
	changed chan struct{}
	// opened counts all there have been, sockets the WebSockets that are open.
	opened, sockets int
	headers         []http.Header
	bodies          []string
	conns           map[*websocket.Conn]struct{}
}

type subscriber struct {
	send   func(payload string) error
	finish func()
}

// New makes a subgraph.
func New() *Subgraph {
	return &Subgraph{open: map[*subscriber]struct{}{}, changed: make(chan struct{}), conns: map[*websocket.Conn]struct{}{}}
}

func (s *Subgraph) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.changed)
	s.changed = make(chan struct{})
}

// Await waits until so many subscriptions are in progress.
func (s *Subgraph) Await(ctx context.Context, open int) error {
	return s.await(ctx, "subscriptions are open", open, func() int { return len(s.open) })
}

// AwaitOpened waits until there have been so many subscriptions.
func (s *Subgraph) AwaitOpened(ctx context.Context, opened int) error {
	return s.await(ctx, "subscriptions were opened", opened, func() int { return s.opened })
}

// AwaitSockets waits until so many WebSockets are open.
func (s *Subgraph) AwaitSockets(ctx context.Context, open int) error {
	return s.await(ctx, "WebSockets are open", open, func() int { return s.sockets })
}

func (s *Subgraph) await(ctx context.Context, what string, want int, count func() int) error {
	for {
		s.mu.Lock()
		now, changed := count(), s.changed
		s.mu.Unlock()
		if now == want {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%d %s, not %d", now, what, want)
		}
	}
}

// Opened is how many subscriptions there have been, Bodies what they asked, and Headers what came along.
func (s *Subgraph) Opened() (opened int, bodies []string, headers []http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened, append([]string(nil), s.bodies...), append([]http.Header(nil), s.headers...)
}

// Tick emits an event with a number to all subscriptions.
func (s *Subgraph) Tick(n int) { s.Emit(Event(n)) }

// Event is the event that Tick emits.
func Event(n int) string {
	return fmt.Sprintf(`{"data":{"tick":{"n":%d,"product":{"__typename":"Product","upc":"p%d"}}}}`, n, n)
}

// Emit emits a GraphQL response to all subscriptions.
func (s *Subgraph) Emit(payload string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for o := range s.open {
		_ = o.send(payload) // it is about to end
	}
}

// Complete ends all subscriptions in order.
func (s *Subgraph) Complete() {
	s.change(func() {
		for o := range s.open {
			o.finish()
			delete(s.open, o)
		}
	})
}

// Break cuts off all WebSockets.
func (s *Subgraph) Break() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.CloseNow() // that is what is wanted
	}
}

func (s *Subgraph) add(o *subscriber, body string, header http.Header) {
	s.change(func() {
		s.open[o] = struct{}{}
		s.opened++
		s.bodies = append(s.bodies, body)
		s.headers = append(s.headers, header)
	})
}

func (s *Subgraph) remove(o *subscriber) { s.change(func() { delete(s.open, o) }) }

// ServeHTTP answers a request of a router.
func (s *Subgraph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("Upgrade") != "":
		s.serveSocket(w, r)
	case strings.Contains(r.Header.Get("Accept"), "text/event-stream"):
		s.serveEvents(w, r)
	default:
		_, _ = io.WriteString(w, `{"data":{"ping":"pong"}}`)
	}
}

func (s *Subgraph) serveEvents(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	_, _ = io.WriteString(w, ":\n\n")
	_ = control.Flush()
	events := make(chan string, 1000)
	done := make(chan struct{})
	o := &subscriber{
		send:   func(payload string) error { events <- payload; return nil },
		finish: sync.OnceFunc(func() { close(done) }),
	}
	s.add(o, string(body), r.Header.Clone())
	defer s.remove(o)
	for {
		select {
		case payload := <-events:
			_, _ = fmt.Fprintf(w, "event: next\ndata: %s\n\n", payload)
			_ = control.Flush()
		case <-done:
			_, _ = io.WriteString(w, "event: complete\ndata:\n\n")
			return
		case <-r.Context().Done():
			return
		}
	}
}

func (s *Subgraph) serveSocket(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		return
	}
	ctx := context.Background()
	mine := map[string]*subscriber{}
	s.change(func() { s.sockets++; s.conns[c] = struct{}{} })
	defer func() {
		_ = c.CloseNow()
		for _, o := range mine {
			s.remove(o)
		}
		s.change(func() { s.sockets--; delete(s.conns, c) })
	}()
	write := func(v any) error {
		text, _ := json.Marshal(v)
		return c.Write(ctx, websocket.MessageText, text)
	}
	for {
		_, text, err := c.Read(ctx)
		if err != nil {
			return
		}
		var m struct {
			ID, Type string
			Payload  json.RawMessage
		}
		if json.Unmarshal(text, &m) != nil {
			return
		}
		switch m.Type {
		case "connection_init":
			_ = write(map[string]any{"type": "connection_ack"})
		case "subscribe":
			id := m.ID
			o := &subscriber{
				send: func(payload string) error {
					return write(map[string]any{"id": id, "type": "next", "payload": json.RawMessage(payload)})
				},
				finish: func() { _ = write(map[string]any{"id": id, "type": "complete"}) },
			}
			mine[id] = o
			s.add(o, string(m.Payload), r.Header.Clone())
		case "complete":
			if o := mine[m.ID]; o != nil {
				delete(mine, m.ID)
				s.remove(o)
			}
		}
	}
}
