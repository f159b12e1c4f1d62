package router_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/federation"
)

// eventGraph is a subgraph without a service, whose events are messages.
var eventGraph = `extend schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@composeDirective"])
  @link(url: "` + federation.EventsURL + `", import: ["@events"])
  @composeDirective(name: "@events")
` + fmt.Sprintf(federation.EventsDefinition, "events") + `
type Subscription {
  stockChanged(upc: ID!): Product
    @events(subjects: ["weft.entity.inventory.Product"], value: "key", where: ["key.upc={{args.upc}}"])
  anyStockChanged: Product @events(subjects: ["weft.entity.inventory.>"], value: "key")
  price(upc: ID!): Price @events(subjects: ["prices.{{args.upc}}"])
}
type Price { upc: ID! cents: Int product: Product }
type Product @key(fields: "upc", resolvable: false) { upc: ID! }`

// eventFed is a router whose subscriptions are fed from a NATS server.
type eventFed struct {
	*subscriptions
	nats *server.Server
	conn *nats.Conn
	js   jetstream.JetStream
	dir  string
	// published counts the messages.
	published int
}

func startNATS(t *testing.T, dir string, port int) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the NATS server does not start")
	}
	return s
}

func newEventFed(t *testing.T) *eventFed {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	e := &eventFed{subscriptions: &subscriptions{T: t, ctx: ctx}}
	e.dir = t.TempDir()
	e.nats = startNATS(t, e.dir, -1)
	t.Cleanup(func() { e.nats.Shutdown(); e.nats.WaitForShutdown() })
	var err error
	if e.conn, err = nats.Connect(e.nats.ClientURL(), nats.MaxReconnects(-1), nats.ReconnectWait(10*time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.conn.Close)
	if e.js, err = jetstream.New(e.conn); err != nil {
		t.Fatal(err)
	}
	e.makeStream()
	cfg := config.Default()
	cfg.Subscription.Providers = map[string]config.EventProvider{"default": {NATSURL: e.nats.ClientURL()}}
	cfg.Subscription.Reconnect.Pause, cfg.Subscription.Reconnect.MaxPause = time.Millisecond, 10*time.Millisecond
	e.config = &cfg
	e.subscriptions.router, err = router.New(&cfg, router.Options{
		Supergraph: supergraphWith(t, "", eventGraph), Logger: slog.New(slog.DiscardHandler),
		Handlers: map[string]http.Handler{"names": http.HandlerFunc(e.serveNames)},
	})
	if err != nil {
		t.Fatal(err)
	}
	e.server = &httptest.Server{URL: "http://" + e.run()}
	t.Cleanup(e.router.Close)
	return e
}

func (e *eventFed) makeStream() {
	e.Helper()
	_, err := e.js.CreateStream(e.ctx, jetstream.StreamConfig{
		Name: "WEFT_ENTITIES", Subjects: []string{"weft.entity.>"}, Storage: jetstream.FileStorage,
	})
	if err != nil {
		e.Fatal(err)
	}
}

// changed publishes that the stock of a product has changed.
func (e *eventFed) changed(upc string) {
	e.Helper()
	e.published++
	message := []byte(`{"type":"Product","key":{"upc":"` + upc + `"}}`)
	for e.ctx.Err() == nil {
		// While the server restarts, answers are lost; the id keeps a message from being kept twice.
		ctx, cancel := context.WithTimeout(e.ctx, time.Second)
		_, err := e.js.Publish(ctx, "weft.entity.inventory.Product", message, jetstream.WithMsgID(strconv.Itoa(e.published)))
		if cancel(); err == nil {
			return
		}
	}
	e.Fatalf("the server keeps no message beyond %d", e.published)
}

// from opens a stream of events that begins behind one of them.
func (e *eventFed) from(query, id string) *namedEvents {
	e.Helper()
	header := http.Header{}
	if id != "" {
		header.Set("Last-Event-ID", id)
	}
	s := e.stream(query, header)
	return &namedEvents{s, s.lines}
}

// namedEvents reads events with their ids.
type namedEvents struct {
	*eventStream
	lines *bufio.Reader
}

// next is the next event and its id; the event is "complete" or "end" when there is none.
func (n *namedEvents) next() (id, event string) {
	name, data := "", ""
	for {
		line, err := n.lines.ReadString('\n')
		if err != nil {
			return "", "end"
		}
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "" && name == "next":
			// The id stands in the answer, too, for clients over WebSockets.
			return id, strings.Replace(data, `,"extensions":{"eventId":"`+id+`"}`, "", 1)
		case line == "" && name != "":
			return "", name
		case strings.HasPrefix(line, "event: "):
			name = line[len("event: "):]
		case strings.HasPrefix(line, "data: "):
			data = line[len("data: "):]
		case strings.HasPrefix(line, "id: "):
			id = line[len("id: "):]
		}
	}
}

// opened waits until the router listens to so many subjects.
func (e *eventFed) opened(subscribers int) {
	e.Helper()
	for e.ctx.Err() == nil {
		consumers := 0
		if info, err := e.js.Stream(e.ctx, "WEFT_ENTITIES"); err == nil {
			if i, err := info.Info(e.ctx); err == nil {
				consumers = i.State.Consumers
			}
		}
		if consumers == subscribers {
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-e.ctx.Done():
		}
	}
	e.Fatalf("the router does not read with %d consumers", subscribers)
}

const stockQuery = `subscription { stockChanged(upc: "1") { upc name } }`

func stockAnswer(upc string) string {
	return `{"data":{"stockChanged":{"upc":"` + upc + `","name":"name of ` + upc + `"}}}`
}

func TestEventsFeedSubscriptions(t *testing.T) {
	e := newEventFed(t)
	a, b := e.from(stockQuery, ""), e.from(stockQuery, "")
	all := e.from(`subscription { changed: anyStockChanged { __typename id: upc ... on Product { name } } }`, "")
	e.opened(2) // one for a and b together
	e.changed("2")
	e.changed("1")
	for _, c := range []*namedEvents{a, b} {
		if id, got := c.next(); got != stockAnswer("1") || id == "" {
			t.Errorf("got %s with the id %q", got, id)
		}
	}
	for _, upc := range []string{"2", "1"} {
		want := `{"data":{"changed":{"__typename":"Product","id":"` + upc + `","name":"name of ` + upc + `"}}}`
		if _, got := all.next(); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
	if n := e.names.Load(); n != 3 {
		t.Errorf("names were asked for %d times, want once for each event that somebody wants", n)
	}
}

func TestMessagesThatAreNotKept(t *testing.T) {
	e := newEventFed(t)
	query := `subscription { price(upc: "7") { cents product { name } missing: upc } }`
	c := e.from(query, "")
	for e.ctx.Err() == nil && e.nats.NumSubscriptions() == 0 {
		<-time.After(5 * time.Millisecond)
	}
	received := make(chan string)
	go func() {
		for range 3 {
			_, got := c.next()
			received <- got
		}
	}()
	send := func(message string) {
		if err := e.conn.Publish("prices.7", []byte(message)); err != nil {
			t.Error(err)
		}
	}
	// There is no telling when a subscription without a stream has begun, but for hearing something.
	var first string
	for first == "" {
		send(`{"cents":5,"upc":"7","product":{"upc":"7"}}`)
		select {
		case first = <-received:
		case <-time.After(20 * time.Millisecond):
		case <-e.ctx.Done():
			t.Fatal("nothing comes")
		}
	}
	if want := `{"data":{"price":{"cents":5,"product":{"name":"name of 7"},"missing":"7"}}}`; first != want {
		t.Errorf("got %s\nwant %s", first, want)
	}
	refused := e.from(query, "x-1")
	if _, got := refused.next(); !strings.Contains(got, "not kept by any stream") {
		t.Errorf("a place in what is not kept: %s", got)
	}
}

func TestUnreadableMessagesEndNothing(t *testing.T) {
	e := newEventFed(t)
	c := e.from(`subscription { anyStockChanged { upc } }`, "")
	e.opened(1)
	for _, message := range []string{`{`, `{"key":5}`, `{"key":{"upc":{"a":1}}}`, `{"key":{"upc":"1"}}`} {
		if _, err := e.js.Publish(e.ctx, "weft.entity.inventory.Product", []byte(message)); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if _, got := c.next(); !strings.Contains(got, `"errors":[`) {
			t.Errorf("no error: %s", got)
		}
	}
	if _, got := c.next(); got != `{"data":{"anyStockChanged":{"upc":"1"}}}` {
		t.Errorf("got %s", got)
	}
}

func TestClientsThatComeBackMissNothing(t *testing.T) {
	e := newEventFed(t)
	c := e.from(stockQuery, "")
	e.opened(1)
	e.changed("1")
	id, _ := c.next()
	_ = c.resp.Body.Close()
	e.opened(0)
	for range 3 {
		e.changed("1")
		e.changed("2")
	}
	again := e.from(stockQuery, id)
	for range 3 {
		next, got := again.next()
		if got != stockAnswer("1") || next == id {
			t.Fatalf("got %s with the id %q", got, next)
		}
		id = next
	}
	e.changed("1")
	if last, got := again.next(); got != stockAnswer("1") || last == id {
		t.Errorf("after it has caught up: %s", got)
	}
	_ = again.resp.Body.Close()
	e.opened(0)

	// What is gone is not silently left out.
	stream, err := e.js.Stream(e.ctx, "WEFT_ENTITIES")
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Purge(e.ctx); err != nil {
		t.Fatal(err)
	}
	e.changed("1")
	gone := e.from(stockQuery, id)
	if _, got := gone.next(); !strings.Contains(got, "does not keep the events behind this one") {
		t.Errorf("behind an event that is gone: %s", got)
	}
	if _, got := gone.next(); got != "complete" {
		t.Errorf("and then: %s", got)
	}
	for _, bad := range []string{"1", "+1", "x-1", "-", `"`} {
		if _, got := e.from(stockQuery, bad).next(); !strings.Contains(got, `"errors":[`) {
			t.Errorf("the id %q: %s", bad, got)
		}
	}
	if err := e.js.DeleteStream(e.ctx, "WEFT_ENTITIES"); err != nil {
		t.Fatal(err)
	}
	e.makeStream()
	for range 20 {
		e.changed("1")
	}
	if _, got := e.from(stockQuery, id).next(); !strings.Contains(got, "does not keep the events behind this one") {
		t.Errorf("behind an event of a stream that was deleted: %s", got)
	}
}

func TestArgumentsThatAreNoSubject(t *testing.T) {
	e := newEventFed(t)
	for _, upc := range []string{">", "*", "a.b", "", "a b"} {
		c := e.from(`subscription { price(upc: `+strconv.Quote(upc)+`) { cents } }`, "")
		if _, got := c.next(); !strings.Contains(got, "must not be empty") || !strings.Contains(got, "upc") {
			t.Errorf("%q: %s", upc, got)
		}
	}
}

// TestNoGap lets clients leave and come back while products change, the graph is reloaded and the NATS server restarts:
// every client gets every event once and in order.
func TestNoGap(t *testing.T) {
	e := newEventFed(t)
	const events, clients = 300, 6
	type seen struct {
		client int
		got    []string
	}
	query := `subscription { anyStockChanged { upc name } }`
	opened := make(chan struct{}, clients)
	finished := make(chan seen)
	for i := range clients {
		go func() {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			var got []string
			id := ""
			for len(got) < events && e.ctx.Err() == nil {
				c, err := e.open(query, id)
				if err != nil {
					<-time.After(5 * time.Millisecond)
					continue
				}
				if id == "" {
					opened <- struct{}{}
				}
				for stay := random.IntN(40); len(got) < events && (stay > 0 || id == ""); stay-- {
					next, event := c.next()
					if event == "end" || event == "complete" {
						break
					}
					var answer struct {
						Data struct{ AnyStockChanged struct{ UPC, Name string } }
					}
					_ = json.Unmarshal([]byte(event), &answer)
					id, got = next, append(got, answer.Data.AnyStockChanged.UPC)
				}
				_ = c.resp.Body.Close()
			}
			finished <- seen{i, got}
		}()
	}
	for range clients {
		<-opened
	}
	e.opened(1)
	for n := range events {
		e.changed(strconv.Itoa(n))
		switch n {
		case 100, 180:
			// Another graph: what runs is planned again.
			sdl := supergraphWith(t, "", strings.Replace(eventGraph, "cents: Int", fmt.Sprintf("cents: Int more%d: Int", n), 1))
			if err := e.router.Swap(sdl); err != nil {
				t.Fatal(err)
			}
		case 140:
			e.restart()
		}
	}
	for range clients {
		s := <-finished
		for n, got := range s.got {
			if got != strconv.Itoa(n) {
				t.Fatalf("client %d got %q at place %d", s.client, got, n)
			}
		}
		if len(s.got) != events {
			t.Errorf("client %d got %d events of %d", s.client, len(s.got), events)
		}
	}
}

// open is from, for goroutines of their own.
func (e *eventFed) open(query, id string) (*namedEvents, error) {
	body, _ := json.Marshal(map[string]string{"query": query})
	r, err := http.NewRequestWithContext(e.ctx, "POST", e.server.URL+"/graphql", strings.NewReader(string(body)))
	if err != nil {
		return nil, err
	}
	r.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"text/event-stream"}}
	if id != "" {
		r.Header.Set("Last-Event-ID", id)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != 200 {
		text, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		return nil, fmt.Errorf("%d: %s", resp.StatusCode, text)
	}
	lines := bufio.NewReader(resp.Body)
	return &namedEvents{&eventStream{e.subscriptions, resp, lines}, lines}, nil
}

// restart ends the NATS server and starts it again where it was.
func (e *eventFed) restart() {
	e.Helper()
	port := e.nats.Addr().(*net.TCPAddr).Port
	e.nats.Shutdown()
	e.nats.WaitForShutdown()
	e.nats = startNATS(e.T, e.dir, port)
	for e.ctx.Err() == nil {
		// Until the stream is there again, nothing that is published is kept.
		ctx, cancel := context.WithTimeout(e.ctx, 100*time.Millisecond)
		_, err := e.js.Stream(ctx, "WEFT_ENTITIES")
		if cancel(); err == nil {
			return
		}
	}
}

func TestEventGraphsThatCannotWork(t *testing.T) {
	for why, change := range map[string][2]string{
		`names the argument "id", which the field does not have`:      {"prices.{{args.upc}}", "prices.{{args.id}}"},
		"only arguments can stand there":                              {"prices.{{args.upc}}", "prices.{{upc}}"},
		`without "}}"`:                                                {"prices.{{args.upc}}", "prices.{{args.upc"},
		"must be written as PATH=VALUE":                               {"key.upc={{args.upc}}", "key.upc"},
		"needs at least one subject":                                  {`["prices.{{args.upc}}"]`, `[]`},
		"must say resolvable: false":                                  {", resolvable: false", ""},
		"cannot be in a subgraph whose Subscription has @events":      {"type Price ", "type Query { a: Int } type Price "},
		`Subscription.other has no @events`:                           {"type Subscription {", "type Subscription { other: Int "},
		`the provider "else": say where that is, in subscription.pro`: {`value: "key")`, `value: "key", provider: "else")`},
	} {
		cfg := config.Default()
		cfg.Subscription.Providers = map[string]config.EventProvider{"default": {NATSURL: "nats://127.0.0.1:1"}}
		sdl := strings.Replace(eventGraph, change[0], change[1], 1)
		if sdl == eventGraph {
			t.Fatalf("%q is not in the graph", change[0])
		}
		_, err := router.New(&cfg, router.Options{
			Supergraph: supergraphWith(t, "", sdl), Logger: slog.New(slog.DiscardHandler),
			Handlers: map[string]http.Handler{"names": http.NotFoundHandler()},
		})
		if err == nil || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), `"events"`) {
			t.Errorf("%s: %v", why, err)
		}
	}
}

// cosmoGraph says what eventGraph does with the directives of Cosmo.
const cosmoGraph = `type Subscription {
  stockChanged(upc: ID!): Product
    @edfs__natsSubscribe(subjects: ["weft.entity.inventory.Product"], streamConfiguration: {
      consumerName: "c", streamName: "WEFT_ENTITIES", consumerInactiveThreshold: 30})
    @openfed__subscriptionFilter(condition: {IN: {fieldPath: "upc", values: ["{{ args.upc }}"]}})
  price(upc: ID!): Price @edfs__natsSubscribe(subjects: ["prices.{{ args.upc }}"], providerId: "default")
}
type Price { upc: ID! cents: Int product: Product }
type Product @key(fields: "upc", resolvable: false) { upc: ID! @external }`

// TestDirectivesOfCosmo serves a graph that is written for Cosmo Router. Its messages are the entities themselves.
func TestDirectivesOfCosmo(t *testing.T) {
	e := newEventFed(t)
	if err := e.router.Swap(supergraphWith(t, "", cosmoGraph)); err != nil {
		t.Fatal(err)
	}
	c := e.from(stockQuery, "")
	e.opened(1)
	for _, upc := range []string{"2", "1"} {
		message := []byte(`{"__typename":"Product","upc":"` + upc + `"}`)
		if _, err := e.js.Publish(e.ctx, "weft.entity.inventory.Product", message); err != nil {
			t.Fatal(err)
		}
	}
	if id, got := c.next(); got != stockAnswer("1") || id == "" {
		t.Errorf("got %s with the id %q", got, id)
	}
}
