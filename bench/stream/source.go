package stream

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// Subgraphs are what a router composes: Ticks tells of events over graphql-transport-ws, Items knows what they are
// about.
const (
	Ticks = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { ticks: Int }
type Subscription { tick: Tick! }
type Tick { n: Int! item: Item! }
type Item @key(fields: "id", resolvable: false) { id: ID! }
`
	Items = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { item(id: ID!): Item }
type Item @key(fields: "id") { id: ID! name: String! }
`
)

// The operations of clients: an event with what the subgraph says of it, and with an entity's field of the other one.
const (
	plainQuery  = `subscription { tick { n } }`
	entityQuery = `subscription { tick { n item { name } } }`
)

// Source serves both subgraphs.
type Source struct {
	TicksURL, ItemsURL string

	ticks, items *http.Server
	calls        atomic.Int64

	mu      sync.Mutex
	open    map[*subscribed]bool
	changed chan struct{} // closed when a subscription opens or ends
}

// subscribed is a subscription of the router.
type subscribed struct {
	conn   *websocket.Conn
	id     string
	entity bool
}

// NewSource serves the subgraphs on port and the one behind it, or on free ones when that is 0.
func NewSource(port int) (*Source, error) {
	s := &Source{open: map[*subscribed]bool{}, changed: make(chan struct{})}
	for _, one := range []struct {
		server **http.Server
		handle http.HandlerFunc
		url    *string
	}{{&s.ticks, s.serveTicks, &s.TicksURL}, {&s.items, s.serveItems, &s.ItemsURL}} {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			s.Close()
			return nil, err
		}
		if port != 0 {
			port++
		}
		*one.url = "http://" + listener.Addr().String() + "/graphql"
		server := &http.Server{Handler: one.handle, ReadHeaderTimeout: 10 * time.Second}
		*one.server = server
		go func() { _ = server.Serve(listener) }() // until Close
	}
	return s, nil
}

// Close ends both, and with them the router's connections.
func (s *Source) Close() {
	for _, server := range []*http.Server{s.ticks, s.items} {
		if server != nil {
			_ = server.Close()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for sub := range s.open {
		_ = sub.conn.CloseNow()
	}
}

// Calls is how often entities were asked for.
func (s *Source) Calls() int64 { return s.calls.Load() }

// Open is how many subscriptions the router has.
func (s *Source) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}

// await waits until the router has so many subscriptions that enough is true.
func (s *Source) await(ctx context.Context, enough func(open int) bool) error {
	for {
		s.mu.Lock()
		open, changed := len(s.open), s.changed
		s.mu.Unlock()
		if enough(open) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("the router has %d subscriptions at the subgraph: %w", open, ctx.Err())
		}
	}
}

// set adds a subscription, or takes it away.
func (s *Source) set(sub *subscribed, open bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if open {
		s.open[sub] = true
	} else {
		delete(s.open, sub)
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// Emit tells every subscription of event n.
func (s *Source) Emit(ctx context.Context, n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for sub := range s.open {
		item := ""
		if sub.entity {
			item = fmt.Sprintf(`,"item":{"__typename":"Item","id":"%d"}`, n)
		}
		message := fmt.Sprintf(`{"id":%q,"type":"next","payload":{"data":{"tick":{"n":%d%s}}}}`, sub.id, n, item)
		if err := sub.conn.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
			return fmt.Errorf("telling the router of event %d: %w", n, err)
		}
	}
	return nil
}

func (s *Source) serveTicks(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") == "" { // what some ask before they are ready
		_, _ = w.Write([]byte(`{"data":{"__typename":"Query"}}`))
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		return // it is answered
	}
	mine := map[string]*subscribed{}
	defer func() {
		_ = conn.CloseNow()
		for _, sub := range mine {
			s.set(sub, false)
		}
	}()
	for {
		_, text, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(text, &m) != nil {
			return
		}
		switch m.Type {
		case "connection_init":
			err = conn.Write(r.Context(), websocket.MessageText, []byte(`{"type":"connection_ack"}`))
		case "ping":
			err = conn.Write(r.Context(), websocket.MessageText, []byte(`{"type":"pong"}`))
		case "subscribe":
			mine[m.ID] = &subscribed{conn, m.ID, strings.Contains(string(m.Payload), "item")}
			s.set(mine[m.ID], true)
		case "complete":
			if sub := mine[m.ID]; sub != nil {
				s.set(sub, false)
				delete(mine, m.ID)
			}
		}
		if err != nil {
			return
		}
	}
}

func (s *Source) serveItems(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Variables map[string]json.RawMessage `json:"variables"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	type item struct {
		Typename string `json:"__typename"`
		ID       string `json:"id"`
		Name     string `json:"name"`
	}
	var answer struct {
		Data struct {
			Entities []item `json:"_entities"`
		} `json:"data"`
	}
	for _, value := range asked.Variables { // whatever the router calls the variable
		var entities []item
		if json.Unmarshal(value, &entities) == nil {
			answer.Data.Entities = append(answer.Data.Entities, entities...)
		}
	}
	for i, e := range answer.Data.Entities {
		answer.Data.Entities[i] = item{"Item", e.ID, nameOf(e.ID)}
	}
	s.calls.Add(1)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // whoever does not read it asked for nothing
}

func nameOf(id string) string { return "item " + id }

// message is one of graphql-transport-ws.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}
