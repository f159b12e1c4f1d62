package fedtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
)

// newShopRouter serves the shop's graph with handlers in this process, each behind a function that sees its requests.
func newShopRouter(t *testing.T, see func(subgraph string, r *http.Request), change func(*config.Config)) *router.Router {
	t.Helper()
	handlers := map[string]http.Handler{}
	var sources []compose.Subgraph
	for name, sdl := range shopSDL {
		sources = append(sources, compose.Subgraph{Name: name, URL: "http://" + name + ".invalid/graphql", SDL: sdl})
		sub := &flaky{name: name}
		handlers[name] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			see(name, r)
			sub.ServeHTTP(w, r)
		})
	}
	composed, errs := compose.Compose(sources, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	cfg := config.Default()
	change(&cfg)
	r, err := router.New(&cfg, router.Options{
		Supergraph: composed.SupergraphSDL, Handlers: handlers, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

const boundsQuery = `query($ids: [ID!]!) { products(ids: $ids) { name stars weight } }`

func askShop(ctx context.Context, r http.Handler, ids ...string) string {
	body, err := json.Marshal(map[string]any{"query": boundsQuery, "variables": map[string]any{"ids": ids}})
	if err != nil {
		panic(err)
	}
	req := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body)).WithContext(ctx)
	req.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	return w.Body.String()
}

// TestFetchesThatAreReadyRunTogether lets two subgraphs wait for each other.
func TestFetchesThatAreReadyRunTogether(t *testing.T) {
	reviews, weights := make(chan struct{}), make(chan struct{})
	meet := func(mine, other chan struct{}, r *http.Request) {
		close(mine)
		select {
		case <-other:
		case <-r.Context().Done():
		}
	}
	r := newShopRouter(t, func(name string, r *http.Request) {
		switch name {
		case "reviews":
			meet(reviews, weights, r)
		case "weights":
			meet(weights, reviews, r)
		}
	}, func(*config.Config) {})
	if got := askShop(context.Background(), r, "1"); strings.Contains(got, "errors") {
		t.Error(got)
	}
}

// TestFetchesAreBounded counts the requests in progress: of one client with a bound per request, of many with a bound
// per subgraph.
func TestFetchesAreBounded(t *testing.T) {
	for _, c := range []struct {
		name    string
		clients int
		change  func(*config.Config)
		// most are the requests that may be in progress at one subgraph, and at all together.
		one, all int32
	}{
		{"per request", 1, func(c *config.Config) { c.Upstream.MaxConcurrentFetches = 1 }, 1, 1},
		{"per subgraph", 20, func(c *config.Config) { c.Upstream.All.MaxConcurrent = 2 }, 2, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			var mu sync.Mutex
			inProgress, most := map[string]int32{}, map[string]int32{}
			enter := func(by int32, names ...string) {
				mu.Lock()
				defer mu.Unlock()
				for _, name := range names {
					inProgress[name] += by
					most[name] = max(most[name], inProgress[name])
				}
			}
			r := newShopRouter(t, func(name string, _ *http.Request) {
				enter(1, name, "all")
				for range 1000 {
					runtime.Gosched()
				}
				enter(-1, name, "all")
			}, c.change)
			var wg sync.WaitGroup
			for i := range c.clients {
				wg.Go(func() {
					for n := range 20 {
						if got := askShop(context.Background(), r, strings.Repeat("x", 20*i+n+1)); strings.Contains(got, "errors") {
							t.Error(got)
						}
					}
				})
			}
			wg.Wait()
			for name, n := range most {
				if name == "all" && n > c.all || name != "all" && n > c.one {
					t.Errorf("%d requests in progress at %s", n, name)
				}
			}
		})
	}
}

// TestDedupeCanBeSwitchedOff sends equal queries at the same time, until so many calls are under way as there must be.
func TestDedupeCanBeSwitchedOff(t *testing.T) {
	for _, on := range []bool{true, false} {
		var calls atomic.Int32
		entered, let := make(chan struct{}, 10), make(chan struct{})
		r := newShopRouter(t, func(name string, _ *http.Request) {
			if name == "products" {
				calls.Add(1)
				entered <- struct{}{}
				<-let
			}
		}, func(c *config.Config) {
			c.Dedupe.SubgraphRequests = on
			c.Admin.Listen = "127.0.0.1:0"
		})
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if got := askShop(context.Background(), r, "1"); strings.Contains(got, "errors") {
					t.Error(got)
				}
			})
		}
		want := map[bool]int{true: 1, false: 10}[on]
		for range want {
			<-entered
		}
		if on {
			awaitMetric(t, r, `weft_requests_in_progress 10`)
		}
		close(let)
		wg.Wait()
		if on {
			// Those that come late may make one more call, but each is either counted as shared or made.
			shared := 10 - int(calls.Load())
			awaitMetric(t, r, fmt.Sprintf("weft_subgraph_shared_requests_total{subgraph=%q} %d", "products", shared))
		} else if calls.Load() != 10 {
			t.Errorf("%d calls for 10 queries that share nothing", calls.Load())
		}
	}
}

// awaitMetric waits until the metrics have a line.
func awaitMetric(t *testing.T, r *router.Router, line string) {
	t.Helper()
	admin := r.Admin()
	text := ""
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); runtime.Gosched() {
		w := httptest.NewRecorder()
		admin.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		if text = w.Body.String(); strings.Contains(text, line+"\n") {
			return
		}
	}
	var own []string
	for l := range strings.Lines(text) {
		if strings.HasPrefix(l, "weft_") {
			own = append(own, l)
		}
	}
	t.Errorf("no %s in\n%s", line, strings.Join(own, ""))
}

// TestClientsThatLeaveEndTheirFetches hangs up on a router, whose subgraph must see that nobody waits any more.
func TestClientsThatLeaveEndTheirFetches(t *testing.T) {
	s := newShop(t, true, func(*config.Config) {})
	defer s.close()
	entered, left := make(chan struct{}), make(chan struct{})
	s.subgraph("reviews").fault.Store(&outage{spoil: func(_ http.ResponseWriter, r *http.Request, _ []byte) {
		close(entered)
		<-r.Context().Done()
		close(left)
	}})
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	body := `{"query":"{products(ids:[\"1\"]){stars}}"}`
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		resp, err := s.client.Do(req)
		if err == nil {
			t.Error("an answer came")
			_, _ = io.Copy(io.Discard, resp.Body) // it is not wanted
			_ = resp.Body.Close()                 // likewise
		}
	}()
	<-entered
	leave()
	select {
	case <-left:
	case <-time.After(10 * time.Second):
		t.Error("the subgraph's request goes on although its client has left")
		s.subgraph("reviews").kill()
		<-left
	}
	<-gone
}

// TestCompressionIsNotForThisMachine asks for compressed answers of all subgraphs, and then of one.
func TestCompressionIsNotForThisMachine(t *testing.T) {
	for _, c := range []struct {
		change func(*config.Config)
		want   string
	}{
		{func(c *config.Config) { c.Upstream.All.AcceptEncoding = []string{"zstd", "gzip"} }, ""},
		{func(c *config.Config) {
			c.Upstream.Subgraphs = map[string]config.UpstreamSettings{"reviews": {AcceptEncoding: []string{"br"}}}
		}, "br"},
	} {
		got := make(chan string, 1)
		s := newShop(t, true, c.change)
		s.subgraph("reviews").fault.Store(&outage{spoil: func(w http.ResponseWriter, r *http.Request, answer []byte) {
			got <- r.Header.Get("Accept-Encoding")
			_, _ = w.Write(answer) // whether it comes is not tested here
		}})
		resp, err := s.client.Post(s.url, "application/json", strings.NewReader(`{"query":"{products(ids:[\"1\"]){stars}}"}`))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body) // it is not looked at
		_ = resp.Body.Close()                 // likewise
		if encoding := <-got; encoding != c.want {
			t.Errorf("Accept-Encoding is %q, want %q", encoding, c.want)
		}
		s.close()
	}
}

func TestAnswersLargerThanAllowedNameTheSubgraph(t *testing.T) {
	for _, ids := range [][]string{{"1"}, {"1", "2", "3"}} {
		r := newShopRouter(t, func(string, *http.Request) {}, func(c *config.Config) { c.Upstream.MaxResponseBytes = 600 })
		got := askShop(context.Background(), r, ids...)
		refused := strings.Contains(got, `"message":"The request to the subgraph \"products\" failed: the answer is larger than allowed."`) &&
			strings.Contains(got, `{"data":{"products":null}`)
		if refused != (len(ids) > 1) {
			t.Errorf("%d products: %s", len(ids), got)
		}
	}
}
