package router_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/headers"
	"github.com/weft-graphql/weft/router/subscription/subscriptiontest"
)

// subscriptions is a router with a subgraph that has events and one that knows names.
type subscriptions struct {
	*testing.T
	ctx    context.Context
	events *subscriptiontest.Subgraph
	router *router.Router
	server *httptest.Server
	config *config.Config
	// url is the address of the subgraph with the events.
	url string
	// names counts the requests for names.
	names atomic.Int64
}

func supergraphWith(t *testing.T, eventsURL, eventsSDL string) string {
	t.Helper()
	result, errs := compose.Compose([]compose.Subgraph{
		{Name: "events", URL: eventsURL, SDL: eventsSDL}, {Name: "names", URL: "http://names.invalid", SDL: subscriptiontest.Names},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return result.SupergraphSDL
}

func newSubscriptions(t *testing.T, protocol string, change func(*config.Config)) *subscriptions {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	s := &subscriptions{T: t, ctx: ctx, events: subscriptiontest.New()}
	t.Cleanup(cancel)
	subgraph := httptest.NewServer(s.events)
	t.Cleanup(subgraph.Close)
	t.Cleanup(subgraph.CloseClientConnections)
	cfg := config.Default()
	cfg.Subscription.All.Protocol = protocol
	cfg.Subscription.Reconnect.Pause, cfg.Subscription.Reconnect.MaxPause = time.Millisecond, 10*time.Millisecond
	modules.In[*headers.Headers](&cfg, headers.Info).All.Forward = []string{"Authorization"}
	if change != nil {
		change(&cfg)
	}
	s.config, s.url = &cfg, subgraph.URL
	options := router.Options{
		Supergraph: supergraphWith(t, subgraph.URL, subscriptiontest.SDL), Logger: slog.New(slog.DiscardHandler),
		Handlers: map[string]http.Handler{"names": http.HandlerFunc(s.serveNames)},
	}
	if protocol == "in process" {
		cfg.Subscription.All.Protocol = "websocket"
		options.Handlers["events"] = s.events
	}
	r, err := router.New(&cfg, options)
	if err != nil {
		t.Fatal(err)
	}
	s.router = r
	s.server = &httptest.Server{URL: "http://" + s.run()} // that of processes, in which streams of events are not net/http's
	t.Cleanup(r.Close)
	return s
}

// serveNames answers _entities with names, and anything else with one.
func (s *subscriptions) serveNames(w http.ResponseWriter, r *http.Request) {
	s.names.Add(1)
	var body struct {
		Variables map[string][]struct{ UPC string }
	}
	_ = json.NewDecoder(r.Body).Decode(&body)
	if len(body.Variables) == 0 {
		_, _ = io.WriteString(w, `{"data":{"names":["a"]}}`)
		return
	}
	var names []string
	for _, list := range body.Variables {
		for _, one := range list {
			names = append(names, `{"name":"name of `+one.UPC+`"}`)
		}
	}
	_, _ = io.WriteString(w, `{"data":{"_entities":[`+strings.Join(names, ",")+`]}}`)
}

func (s *subscriptions) await(open int) {
	s.Helper()
	if err := s.events.Await(s.ctx, open); err != nil {
		s.Fatal(err)
	}
}

const tickQuery = `subscription { tick { n product { upc name } } }`

func tickAnswer(n int) string {
	return fmt.Sprintf(`{"data":{"tick":{"n":%d,"product":{"upc":"p%d","name":"name of p%d"}}}}`, n, n, n)
}

// eventStream is a client over text/event-stream.
type eventStream struct {
	*subscriptions
	resp  *http.Response
	lines *bufio.Reader
}

func (s *subscriptions) post(query, accept string, header http.Header) *http.Response {
	s.Helper()
	body, _ := json.Marshal(map[string]string{"query": query})
	r, err := http.NewRequestWithContext(s.ctx, "POST", s.server.URL+"/graphql", strings.NewReader(string(body)))
	if err != nil {
		s.Fatal(err)
	}
	r.Header = header.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", accept)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func (s *subscriptions) stream(query string, header http.Header) *eventStream {
	s.Helper()
	resp := s.post(query, "text/event-stream", header)
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || !strings.HasPrefix(got, "text/event-stream") {
		text, _ := io.ReadAll(resp.Body)
		s.Fatalf("status %d, %s: %s", resp.StatusCode, got, text)
	}
	return &eventStream{s, resp, bufio.NewReader(resp.Body)}
}

// next is the next event, "complete", or "end".
func (e *eventStream) next() string {
	e.Helper()
	name, data := "", ""
	for {
		line, err := e.lines.ReadString('\n')
		if err != nil {
			return "end"
		}
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "" && name == "next":
			return data
		case line == "" && name != "":
			return name
		case strings.HasPrefix(line, "event: "):
			name = line[len("event: "):]
		case strings.HasPrefix(line, "data: "):
			data = line[len("data: "):]
		}
	}
}

func (e *eventStream) want(answers ...string) {
	e.Helper()
	for _, want := range answers {
		if got := e.next(); got != want {
			e.Fatalf("got %s\nwant %s", got, want)
		}
	}
}

func TestSubscriptionsOverEventStreams(t *testing.T) {
	for _, protocol := range []string{"sse", "websocket", "in process"} {
		t.Run(protocol, func(t *testing.T) {
			s := newSubscriptions(t, protocol, nil)
			a, b := s.stream(tickQuery, nil), s.stream(tickQuery, nil)
			other := s.stream(`subscription { tick { n } }`, nil)
			s.await(2) // one for a and b together
			s.events.Tick(1)
			s.events.Emit(`{"data":{"tick":null},"errors":[{"message":"no tick","path":["tick"]}]}`)
			for _, e := range []*eventStream{a, b} {
				e.want(tickAnswer(1))
				if got := e.next(); !strings.Contains(got, `"no tick"`) || !strings.Contains(got, `"data":{"tick":null}`) {
					t.Errorf("an error: %s", got)
				}
			}
			other.want(`{"data":{"tick":{"n":1}}}`)
			if n := s.names.Load(); n != 1 {
				t.Errorf("the name was asked for %d times for two clients", n)
			}
			s.events.Complete()
			a.want("complete", "end")
			b.want("complete", "end")
			s.await(0)
		})
	}
}

func TestTheLastClientEndsTheUpstreamSubscription(t *testing.T) {
	for _, protocol := range []string{"sse", "websocket", "in process"} {
		t.Run(protocol, func(t *testing.T) {
			s := newSubscriptions(t, protocol, nil)
			a, b := s.stream(tickQuery, nil), s.stream(tickQuery, nil)
			s.await(1)
			_ = a.resp.Body.Close()
			s.events.Tick(1)
			b.want(tickAnswer(1))
			_ = b.resp.Body.Close()
			s.await(0)
		})
	}
}

func TestOnlyCallersOfOneIdentityShare(t *testing.T) {
	s := newSubscriptions(t, "sse", nil)
	a := s.stream(tickQuery, http.Header{"Authorization": {"a"}})
	b := s.stream(tickQuery, http.Header{"Authorization": {"b"}})
	c := s.stream(tickQuery, http.Header{"Authorization": {"b"}, "X-Else": {"c"}})
	s.await(2)
	s.events.Tick(1)
	for _, e := range []*eventStream{a, b, c} {
		e.want(tickAnswer(1))
	}
	_, _, headers := s.events.Opened()
	if got := headers[0].Get("Authorization") + headers[1].Get("Authorization"); got != "ab" && got != "ba" {
		t.Errorf("credentials %q", got)
	}
}

func TestSubscriptionsOverMultipart(t *testing.T) {
	s := newSubscriptions(t, "sse", func(c *config.Config) { c.Subscription.Heartbeat = 10 * time.Millisecond })
	resp := s.post(tickQuery, `multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json`, nil)
	if got := resp.Header.Get("Content-Type"); got != `multipart/mixed;boundary="graphql";subscriptionSpec="1.0"` {
		t.Fatal(got)
	}
	s.await(1)
	var text []byte
	read := func(until string) {
		t.Helper()
		for !strings.HasSuffix(string(text), until) {
			piece := make([]byte, 1)
			if n, err := resp.Body.Read(piece); n == 0 {
				t.Fatalf("%v behind %q", err, text)
			}
			text = append(text, piece...)
		}
	}
	read("{}\r\n--graphql") // a heartbeat
	s.events.Tick(1)
	read("\r\nContent-Type: application/json\r\n\r\n" + `{"payload":` + tickAnswer(1) + "}\r\n--graphql")
	s.events.Complete()
	read("--graphql--\r\n")
	query := s.post(`{ping}`, `multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json`, nil)
	body, _ := io.ReadAll(query.Body)
	if string(body) != `{"data":{"ping":"pong"}}` || !strings.HasPrefix(query.Header.Get("Content-Type"), "application/json") {
		t.Errorf("a query: %s", body)
	}
}

func TestWhatIsNoSubscriptionOverEventStreams(t *testing.T) {
	s := newSubscriptions(t, "sse", nil)
	s.stream(`{ping}`, nil).want(`{"data":{"ping":"pong"}}`, "complete", "end")
	invalid := s.stream(`subscription { nothing }`, nil)
	if got := invalid.next(); !strings.Contains(got, "GRAPHQL_VALIDATION_FAILED") {
		t.Errorf("an invalid document: %s", got)
	}
	invalid.want("complete", "end")
	resp := s.post(tickQuery, "application/json", nil)
	body, _ := io.ReadAll(resp.Body)
	if !strings.Contains(string(body), "SUBSCRIPTION_NOT_SUPPORTED") || !strings.Contains(string(body), "text/event-stream") {
		t.Errorf("over JSON: %s", body)
	}
}

// dialSocket opens a WebSocket and says connection_init.
func (s *subscriptions) dialSocket(subprotocol string, header http.Header, payload any) *websocket.Conn {
	s.Helper()
	c, _, err := websocket.Dial(s.ctx, s.server.URL+"/graphql", &websocket.DialOptions{
		Subprotocols: []string{subprotocol}, HTTPHeader: header,
	})
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = c.CloseNow() })
	s.write(c, map[string]any{"type": "connection_init", "payload": payload})
	if m := s.read(c); m["type"] != "connection_ack" {
		s.Fatalf("%v", m)
	}
	return c
}

func (s *subscriptions) write(c *websocket.Conn, m any) {
	s.Helper()
	if err := wsjson.Write(s.ctx, c, m); err != nil {
		s.Fatal(err)
	}
}

func (s *subscriptions) read(c *websocket.Conn) (m map[string]any) {
	s.Helper()
	if err := wsjson.Read(s.ctx, c, &m); err != nil {
		s.Fatal(err)
	}
	return m
}

func subscribe(kind, id, query string) map[string]any {
	return map[string]any{"id": id, "type": kind, "payload": map[string]any{"query": query}}
}

// wantMessage reads a message and compares it.
func (s *subscriptions) wantMessage(c *websocket.Conn, want string) {
	s.Helper()
	got, _ := json.Marshal(s.read(c))
	if string(got) != want {
		s.Fatalf("got %s\nwant %s", got, want)
	}
}

func TestWebSockets(t *testing.T) {
	s := newSubscriptions(t, "websocket", nil)
	c := s.dialSocket("graphql-transport-ws", nil, map[string]string{"authorization": "me", "x-else": "no"})
	s.write(c, subscribe("subscribe", "1", tickQuery))
	s.await(1)
	s.write(c, subscribe("subscribe", "2", `{ping}`))
	s.wantMessage(c, `{"id":"2","payload":{"data":{"ping":"pong"}},"type":"next"}`)
	s.wantMessage(c, `{"id":"2","type":"complete"}`)
	s.events.Tick(1)
	s.wantMessage(c, `{"id":"1","payload":{"data":{"tick":{"n":1,"product":{"name":"name of p1","upc":"p1"}}}},"type":"next"}`)
	if _, _, headers := s.events.Opened(); headers[0].Get("Authorization") != "me" {
		t.Errorf("headers %v", headers)
	}
	s.write(c, subscribe("subscribe", "3", `{nothing}`))
	if m := s.read(c); m["type"] != "error" || !strings.Contains(fmt.Sprint(m["payload"]), "GRAPHQL_VALIDATION_FAILED") {
		t.Errorf("an invalid document: %v", m)
	}
	s.write(c, map[string]any{"type": "ping", "payload": map[string]any{"a": 1}})
	s.wantMessage(c, `{"payload":{"a":1},"type":"pong"}`)
	s.write(c, map[string]any{"id": "1", "type": "complete"})
	s.await(0)
	s.write(c, subscribe("subscribe", "1", tickQuery))
	s.await(1)
	s.events.Complete()
	s.wantMessage(c, `{"id":"1","type":"complete"}`)
}

func TestTheOlderProtocol(t *testing.T) {
	s := newSubscriptions(t, "websocket", nil)
	c := s.dialSocket("graphql-ws", nil, nil)
	s.wantMessage(c, `{"type":"ka"}`)
	s.write(c, subscribe("start", "1", tickQuery))
	s.await(1)
	s.events.Tick(1)
	s.wantMessage(c, `{"id":"1","payload":{"data":{"tick":{"n":1,"product":{"name":"name of p1","upc":"p1"}}}},"type":"data"}`)
	s.write(c, map[string]any{"id": "1", "type": "stop"})
	s.await(0)
	s.write(c, subscribe("start", "2", `{nothing}`))
	if m := s.read(c); m["type"] != "error" || fmt.Sprintf("%T", m["payload"]) != "map[string]interface {}" {
		t.Errorf("an invalid document: %v", m)
	}
	s.write(c, map[string]any{"type": "connection_terminate"})
	if _, _, err := c.Read(s.ctx); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("%v", err)
	}
}
