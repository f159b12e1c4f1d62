package router_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/headers"
	"github.com/weft-graphql/weft/router/subscription/subscriptiontest"
)

// swap serves another schema of the subgraph with the events, at the same address.
func (s *subscriptions) swap(sdl string) {
	s.Helper()
	if err := s.router.Swap(supergraphWith(s.T, s.url, sdl)); err != nil {
		s.Fatal(err)
	}
}

// reload changes the configuration.
func (s *subscriptions) reload(change func(*config.Config)) {
	s.Helper()
	cfg := *s.config
	cfg.Modules = map[string]any{}
	modules.In[*headers.Headers](&cfg, headers.Info).All.Forward = []string{"Authorization"}
	change(&cfg)
	if err := s.router.Reload(&cfg); err != nil {
		s.Fatal(err)
	}
}

func TestSubscriptionsSurviveAnotherGraph(t *testing.T) {
	for _, protocol := range []string{"sse", "websocket", "in process"} {
		t.Run(protocol, func(t *testing.T) {
			s := newSubscriptions(t, protocol, nil)
			a, b := s.stream(tickQuery, nil), s.stream(`subscription { other { n } }`, nil)
			s.await(2)
			s.events.Tick(1)
			a.want(tickAnswer(1))
			b.next()
			s.swap(strings.Replace(subscriptiontest.SDL, "other: Tick", "more: Int", 1))
			s.events.Tick(2)
			a.want(tickAnswer(2))
			if got := b.next(); !strings.Contains(got, `Cannot query field \"other\"`) {
				t.Errorf("what is not valid any more: %s", got)
			}
			b.want("complete", "end")
			s.await(1)
			if opened, _, _ := s.events.Opened(); opened != 2 {
				t.Errorf("there were %d subscriptions at the subgraph, not 2", opened)
			}
			s.events.Tick(3)
			a.want(tickAnswer(3))
			s.reload(func(c *config.Config) { c.Subscription.Enabled = false })
			if got := a.next(); !strings.Contains(got, "SUBSCRIPTION_NOT_SUPPORTED") {
				t.Errorf("subscriptions are switched off: %s", got)
			}
			s.await(0)
		})
	}
}

func TestClientsThatDifferAfterAReloadGoDifferentWays(t *testing.T) {
	s := newSubscriptions(t, "sse", nil)
	a := s.stream(tickQuery, http.Header{"X-Tenant": {"a"}})
	b := s.stream(tickQuery, http.Header{"X-Tenant": {"b"}})
	s.await(1)
	s.events.Tick(1)
	a.want(tickAnswer(1))
	b.want(tickAnswer(1))
	s.reload(func(c *config.Config) {
		modules.In[*headers.Headers](c, headers.Info).All.Forward = []string{"X-Tenant"}
	})
	// One for each of them; the one that they shared is left.
	if err := s.events.AwaitOpened(s.ctx, 3); err != nil {
		t.Fatal(err)
	}
	s.await(2)
	_, _, sent := s.events.Opened()
	tenants := map[string]bool{}
	for _, h := range sent {
		tenants[h.Get("X-Tenant")] = true
	}
	if !tenants["a"] || !tenants["b"] {
		t.Errorf("the subgraph was told of the tenants %v", tenants)
	}
	s.events.Tick(2)
	a.want(tickAnswer(2))
	b.want(tickAnswer(2))
}

func TestASubscriptionIsOpenedAgain(t *testing.T) {
	s := newSubscriptions(t, "websocket", nil)
	a := s.stream(tickQuery, nil)
	for n := range 5 {
		s.await(1)
		s.events.Tick(n)
		a.want(tickAnswer(n))
		s.events.Break()
		s.await(0)
	}
}

func TestASubscriptionThatCannotBeOpened(t *testing.T) {
	s := newSubscriptions(t, "sse", func(c *config.Config) {
		c.Subscription.Reconnect.Attempts = 2
		c.Subscription.Subgraphs = map[string]config.EventSource{"events": {URL: "http://127.0.0.1:1/graphql"}}
	})
	a := s.stream(tickQuery, nil)
	if got := a.next(); !strings.Contains(got, "SUBREQUEST_HTTP_ERROR") || !strings.Contains(got, `"data":{"tick":null}`) ||
		strings.Contains(got, "127.0.0.1") {
		t.Errorf("%s", got)
	}
	a.want("complete", "end")
}

func TestSubscriptionsEndInOrder(t *testing.T) {
	s := newSubscriptions(t, "sse", func(c *config.Config) { c.Admin.Listen = "localhost:0" })
	a, multipart := s.stream(tickQuery, nil), s.post(tickQuery, "multipart/mixed;subscriptionSpec=1.0", nil)
	c, idle := s.dialSocket("graphql-transport-ws", nil, nil), s.dialSocket("graphql-transport-ws", nil, nil)
	s.write(c, subscribe("subscribe", "1", tickQuery))
	s.await(1)
	s.write(c, subscribe("subscribe", "2", "{ping}"))
	s.read(c)
	s.read(c)
	// What begins when the others end is refused, not ended.
	s.awaitMetrics(`weft_subscriptions_open 3`)
	var closed sync.WaitGroup
	for _, socket := range []*websocket.Conn{c, idle} {
		closed.Go(func() {
			if _, _, err := socket.Read(s.ctx); websocket.CloseStatus(err) != websocket.StatusGoingAway {
				t.Errorf("a WebSocket was closed with %v", err)
			}
		})
	}
	s.router.EndSubscriptions(s.ctx, 50*time.Millisecond)
	closed.Wait()
	a.want("end")
	text := make([]byte, 1<<12)
	n := 0
	for {
		more, err := multipart.Body.Read(text[n:])
		if n += more; err != nil {
			break
		}
	}
	if got := string(text[:n]); !strings.Contains(got, `{"payload":null,"errors":[{"message":`) || !strings.Contains(got, "SERVICE_RESTART") ||
		!strings.HasSuffix(got, "\r\n--graphql--\r\n") {
		t.Errorf("multipart: %q", got)
	}
	late := s.post(tickQuery, "text/event-stream", nil)
	if late.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a new subscription: %d", late.StatusCode)
	}
	s.await(0)
}

// TestNothingIsLeftOfClients connects and leaves a thousand times.
func TestNothingIsLeftOfClients(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("clients", func(t *testing.T) {
		s := newSubscriptions(t, "websocket", nil)
		comeAndGo := func(count int) {
			t.Run(fmt.Sprint(count), func(t *testing.T) { // what the clients take is given back at its end
				these := &subscriptions{T: t, ctx: s.ctx, events: s.events, server: s.server}
				these.comeAndGo(count)
			})
		}
		comeAndGo(100) // what is made once is not held against the others
		descriptors, held := openDescriptors(t), heapAfterGC()
		comeAndGo(1000)
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		// Sockets are closed by whoever served them, a moment after the subscription has ended.
		for {
			files, grown := openDescriptors(t)-descriptors, int64(heapAfterGC())-int64(held)
			if files <= 0 && grown < 1<<20 {
				break
			}
			if s.ctx.Err() != nil {
				t.Fatalf("%d descriptors and %d bytes more are held than before", files, grown)
			}
			runtime.Gosched()
		}
	})
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	// What waits for all connections lives as long as the process.
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("github.com/weft-graphql/weft/router/server/poll.watch"))
}

// comeAndGo has clients that subscribe, over Server-Sent Events and WebSockets, and leave without a word.
func (s *subscriptions) comeAndGo(count int) {
	s.Helper()
	places := make(chan struct{}, 16)
	var clients sync.WaitGroup
	for i := range count {
		places <- struct{}{}
		clients.Go(func() {
			defer func() { <-places }()
			ctx, cancel := context.WithTimeout(s.ctx, 30*time.Second)
			defer cancel()
			if i%2 == 0 {
				e := s.stream(fmt.Sprintf(`subscription { tick(of: "%d") { n } }`, i%7), nil)
				_ = e.resp.Body.Close()
				return
			}
			c, _, err := websocket.Dial(ctx, s.server.URL+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
			if err != nil {
				s.Error(err)
				return
			}
			s.write(c, map[string]any{"type": "connection_init"})
			s.write(c, subscribe("subscribe", "1", tickQuery))
			_ = c.CloseNow()
		})
	}
	clients.Wait()
	s.await(0)
	if err := s.events.AwaitSockets(s.ctx, 0); err != nil {
		s.Error(err)
	}
}

// openDescriptors is how many files and sockets the process has open; 0 where the system does not tell.
func openDescriptors(t testing.TB) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(open)
}

// heapAfterGC is what is still referred to; what pools keep needs two collections.
func heapAfterGC() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestReloadsUnderLoad replaces graph and configuration again and again while events come: every client gets each event
// once and in order.
func TestReloadsUnderLoad(t *testing.T) {
	const clients, events, reloads = 30, 200, 40
	s := newSubscriptions(t, "websocket", nil)
	var streams []*eventStream
	for i := range clients {
		streams = append(streams, s.stream(tickQuery, http.Header{"Authorization": {fmt.Sprint(i % 3)}}))
	}
	s.await(3)
	var running sync.WaitGroup
	running.Go(func() {
		for n := range events {
			s.events.Tick(n)
			time.Sleep(time.Millisecond)
		}
	})
	running.Go(func() {
		for i := range reloads {
			if i%2 == 0 {
				s.swap(subscriptiontest.SDL + "\n# " + fmt.Sprint(i))
			} else {
				s.reload(func(c *config.Config) { c.Limits.Depth = 100 + i })
			}
		}
	})
	for _, e := range streams {
		running.Go(func() {
			for n := range events {
				if got := e.next(); got != tickAnswer(n) {
					t.Errorf("event %d: %s", n, got)
					return
				}
			}
		})
	}
	running.Wait()
	if opened, _, _ := s.events.Opened(); opened != 3 {
		t.Errorf("there were %d subscriptions at the subgraph, not 3", opened)
	}
}
