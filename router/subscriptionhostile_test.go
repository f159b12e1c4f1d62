package router_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/weft-graphql/weft/router/config"
)

// raw opens a WebSocket and says nothing.
func (s *subscriptions) raw(options *websocket.DialOptions) (*websocket.Conn, *http.Response, error) {
	s.Helper()
	c, resp, err := websocket.Dial(s.ctx, s.server.URL+"/graphql", options)
	if c != nil {
		s.Cleanup(func() { _ = c.CloseNow() })
	}
	return c, resp, err
}

// closed reads until the connection ends and returns the code with which it did.
func (s *subscriptions) closed(c *websocket.Conn) websocket.StatusCode {
	for {
		if _, _, err := c.Read(s.ctx); err != nil {
			return websocket.CloseStatus(err)
		}
	}
}

func TestWebSocketsThatBreakTheRules(t *testing.T) {
	s := newSubscriptions(t, "websocket", func(c *config.Config) {
		c.Subscription.WebSocket.InitTimeout = 50 * time.Millisecond
		c.Subscription.WebSocket.MaxMessageBytes = 4 << 10
	})
	const init = `{"type":"connection_init"}`
	for _, test := range []struct {
		name, protocol string
		messages       []string
		binary         bool
		want           websocket.StatusCode
	}{
		{"no subprotocol", "", nil, false, 4406},
		{"another subprotocol", "mqtt", nil, false, 4406},
		{"no connection_init", "graphql-transport-ws", nil, false, 4408},
		{"subscribe before connection_init", "graphql-transport-ws", []string{`{"id":"1","type":"subscribe","payload":{"query":"{ping}"}}`}, false, 4401},
		{"two connection_init", "graphql-transport-ws", []string{init, init}, false, 4429},
		{"an id twice", "graphql-transport-ws", []string{
			init, `{"id":"1","type":"subscribe","payload":{"query":"subscription{tick{n}}"}}`,
			`{"id":"1","type":"subscribe","payload":{"query":"subscription{tick{n}}"}}`,
		}, false, 4409},
		{"no id", "graphql-transport-ws", []string{init, `{"type":"subscribe","payload":{"query":"{ping}"}}`}, false, 4400},
		{"no JSON", "graphql-transport-ws", []string{`{`}, false, 4400},
		{"no object", "graphql-transport-ws", []string{`[]`}, false, 4400},
		{"a type of the other protocol", "graphql-transport-ws", []string{init, `{"id":"1","type":"start"}`}, false, 4400},
		{"a payload that is no object", "graphql-transport-ws", []string{`{"type":"connection_init","payload":7}`}, false, 4400},
		{"bytes", "graphql-transport-ws", []string{init}, true, 4400},
		{"no UTF-8", "graphql-transport-ws", []string{"{\"type\":\"\xff\"}"}, false, 1007},
		{"too large", "graphql-transport-ws", []string{`{"type":"` + strings.Repeat("x", 5<<10) + `"}`}, false, 1009},
	} {
		t.Run(test.name, func(t *testing.T) {
			options := &websocket.DialOptions{}
			if test.protocol != "" {
				options.Subprotocols = []string{test.protocol}
			}
			c, _, err := s.raw(options)
			if err != nil {
				t.Fatal(err)
			}
			kind := websocket.MessageText
			if test.binary {
				kind = websocket.MessageBinary
			}
			for _, m := range test.messages {
				if err := c.Write(s.ctx, kind, []byte(m)); err != nil {
					break // it may be closed already
				}
			}
			if got := s.closed(c); got != test.want {
				t.Errorf("closed with %d, want %d", got, test.want)
			}
		})
	}
	s.await(0)
}

func TestPagesOfOtherOrigins(t *testing.T) {
	s := newSubscriptions(t, "websocket", func(c *config.Config) {
		c.Subscription.WebSocket.Origins = []string{"https://*.example.com"}
	})
	for origin, allowed := range map[string]bool{
		"": true, s.server.URL: true, "https://shop.example.com": true, "https://example.com": false, "null": false,
		"https://evil.test": false, "http://shop.example.com": false, "https://shop.example.com.evil.test": false,
	} {
		options := &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{}}
		if origin != "" {
			options.HTTPHeader.Set("Origin", origin)
		}
		_, resp, err := s.raw(options)
		if (err == nil) != allowed || err != nil && resp.StatusCode != http.StatusForbidden {
			t.Errorf("%q: %v", origin, err)
		}
	}
}

func TestWebSocketsHaveBounds(t *testing.T) {
	s := newSubscriptions(t, "websocket", func(c *config.Config) {
		c.Subscription.WebSocket.MaxConnections, c.Subscription.WebSocket.MaxOperations = 1, 2
		c.Limits.Depth = 3
	})
	c := s.dialSocket("graphql-transport-ws", nil, nil)
	if _, resp, err := s.raw(&websocket.DialOptions{}); err == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a second connection: %v", err)
	}
	for i := range 10_000 {
		s.write(c, subscribe("subscribe", fmt.Sprint(i), `subscription { tick { n } }`))
		if i < 2 {
			continue
		}
		if m := s.read(c); m["type"] != "error" || m["id"] != fmt.Sprint(i) || !strings.Contains(fmt.Sprint(m["payload"]), "TOO_MANY_OPERATIONS") {
			t.Fatalf("operation %d: %v", i, m)
		}
	}
	s.await(1)
	s.events.Complete()
	s.read(c)
	s.read(c)
	s.write(c, subscribe("subscribe", "deep", tickQuery+" # tick.product.name is 3 deep"))
	s.await(1)
	s.write(c, subscribe("subscribe", "deeper", `{ __schema { types { fields { name } } } }`))
	if m := s.read(c); !strings.Contains(fmt.Sprint(m["payload"]), "MAX_DEPTH_LIMIT") || m["type"] != "error" {
		t.Errorf("a document that is too deep: %v", m)
	}
}

// A client that does not answer pings is gone, whatever its socket says.
func TestHalfOpenWebSockets(t *testing.T) {
	s := newSubscriptions(t, "sse", func(c *config.Config) { c.Subscription.WebSocket.PingInterval = 30 * time.Millisecond })
	c := s.dialSocket("graphql-transport-ws", nil, nil)
	s.write(c, subscribe("subscribe", "1", tickQuery))
	s.await(1)
	s.await(0) // nothing reads c, and so nothing answers pings
}

// A client that has stopped reading ends with an error of its own; another one gets every event meanwhile.
func TestAStalledClientSlowsNobody(t *testing.T) {
	s := newSubscriptions(t, "sse", func(c *config.Config) {
		c.Subscription.QueueEvents = 32
		c.Subscription.WebSocket.WriteTimeout, c.Admin.Listen = 100*time.Millisecond, "localhost:0"
	})
	addr := s.run()
	fast := s.stream(tickQuery, nil)
	stalled := s.dialSocket("graphql-transport-ws", nil, nil)
	s.write(stalled, subscribe("subscribe", "1", `subscription { other { n product { upc } } }`))
	s.write(stalled, subscribe("subscribe", "2", tickQuery))
	body := `{"query":"subscription { other { n product { upc } } }"}`
	events, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = events.Close() }()
	_, _ = fmt.Fprintf(events, "POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"+
		"Content-Length: %d\r\n\r\n%s", len(body), body)
	s.await(2)
	s.awaitMetrics("weft_subscriptions_open 4")
	large := strings.Repeat("x", 200<<10)
	for n := range 200 {
		s.events.Emit(fmt.Sprintf(`{"data":{"tick":{"n":%d,"product":{"__typename":"Product","upc":"p%d"}},`+
			`"other":{"n":1,"product":{"__typename":"Product","upc":%q}}}}`, n, n, large))
		fast.want(tickAnswer(n))
	}
	// The connections are cut off, or the subscriptions have ended: either way the subgraph is not asked any more. Who
	// reads on after all is told.
	_ = events.SetReadDeadline(time.Now().Add(time.Minute))
	resp, err := http.ReadResponse(bufio.NewReader(events), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	got := bytes.Count(text, []byte(`"other":{"n":1`))
	t.Logf("the event stream had %d of 200 events, and ended with %v", got, err)
	if errors.As(err, new(net.Error)) || err == nil && !bytes.Contains(text, []byte("SUBSCRIPTION_TOO_SLOW")) || got >= 200 {
		t.Errorf("the event stream ends with %.300q, %v", text[max(0, len(text)-300):], err)
	}
	s.await(1)
}

// A client that does not read when the router ends does not hold it up: its stream is cut off, and does not look whole.
func TestAStalledClientIsCutOffAtTheEnd(t *testing.T) {
	s := newSubscriptions(t, "sse", func(c *config.Config) { c.Admin.Listen = "localhost:0" })
	stalled := subscriberOver(s, strings.TrimPrefix(s.server.URL, "http://"), "sse", "subscription { other { n product { upc } } }", 1)
	s.await(1)
	s.awaitMetrics("weft_subscriptions_open 1")
	large := strings.Repeat("x", 200<<10)
	for range 100 {
		s.events.Emit(fmt.Sprintf(`{"data":{"other":{"n":1,"product":{"__typename":"Product","upc":%q}}}}`, large))
	}
	ctx, cancel := context.WithCancel(s.ctx)
	ended := make(chan struct{})
	go func() {
		s.router.EndSubscriptions(ctx, 0)
		close(ended)
	}()
	s.awaitMetrics("weft_subscriptions_open 1")
	cancel()
	<-ended
	text, err := io.ReadAll(stalled.conn)
	if err == nil && bytes.HasSuffix(text, []byte("0\r\n\r\n")) {
		t.Errorf("%d bytes came, and look whole", len(text))
	}
	s.await(0)
}

// A client that leaves without a word takes its subscription along; one that wants to come back to what nobody keeps
// is told.
func TestAnEventStreamWhoseClientLeaves(t *testing.T) {
	s := newSubscriptions(t, "sse", nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	body := `{"query":"subscription { tick { n } }"}`
	_, _ = fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"+
		"Content-Length: %d\r\n\r\n%s", len(body), body)
	s.await(1)
	_ = conn.Close()
	s.await(0)
	resp := s.post(`subscription { tick { n } }`, "text/event-stream", http.Header{"Last-Event-Id": {"7"}})
	text, _ := io.ReadAll(resp.Body)
	if !strings.Contains(string(text), "EVENTS_NOT_KEPT") {
		t.Errorf("coming back to events that nobody keeps: %s", text)
	}
}
