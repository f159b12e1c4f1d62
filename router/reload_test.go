package router_test

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/headers"
)

// counted is a subgraph over HTTP that counts its connections.
type counted struct {
	*httptest.Server
	connections, requests atomic.Int64
	fails                 atomic.Bool
}

func newCounted(t *testing.T) *counted {
	c := &counted{}
	c.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.requests.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		if c.fails.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, `{"data":{"person":{"id":"1","name":"Ada"}}}`)
	}))
	c.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			c.connections.Add(1)
		}
	}
	c.Start()
	t.Cleanup(c.Close)
	return c
}

// TestReloadKeepsWhatIsTheSame changes settings that have nothing to do with a subgraph: its connections, its breaker
// and the counters go on.
func TestReloadKeepsWhatIsTheSame(t *testing.T) {
	names := newCounted(t)
	settings := func(change func(*config.Config)) *config.Config {
		cfg := config.Default()
		cfg.Supergraph.Path, cfg.Admin.Listen = "in memory", "127.0.0.1:0"
		cfg.Upstream.All.Breaker = config.Breaker{Failures: 1, OpenFor: time.Hour}
		change(&cfg)
		return &cfg
	}
	r, err := router.New(settings(func(*config.Config) {}), router.Options{
		Supergraph: supergraphAt(t, names.URL, names.URL), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f := &fixture{router: r}
	f.ask(t, "{person(id:1){name}}")
	reload := func(change func(*config.Config)) {
		t.Helper()
		if err := r.Reload(settings(change)); err != nil {
			t.Fatal(err)
		}
	}
	reload(func(c *config.Config) { c.GraphQL.Introspection = false })
	if _, body := f.ask(t, "{__schema{queryType{name}}}"); !strings.Contains(body, "INTROSPECTION_DISABLED") {
		t.Errorf("the new setting is not in use: %s", body)
	}
	if _, body := f.ask(t, "{person(id:1){name}}"); !strings.Contains(body, "Ada") || names.connections.Load() != 1 {
		t.Errorf("%d connections: %s", names.connections.Load(), body)
	}
	if got := metricsOf(t, r); !strings.Contains(got, `weft_requests_total{kind="query",status="200"} 3`) ||
		!strings.Contains(got, `weft_operation_cache_lookups_total{result="miss",what="plan"} 2`) {
		t.Errorf("the counters began anew, or what was prepared was lost:\n%s", got)
	}
	names.fails.Store(true)
	f.ask(t, "{person(id:1){name}}")
	names.fails.Store(false)
	before := names.requests.Load()
	reload(func(c *config.Config) { c.Limits.Depth = 7 })
	if _, body := f.ask(t, "{person(id:1){name}}"); !strings.Contains(body, "errors") || names.requests.Load() != before {
		t.Errorf("the breaker is cold: %s", body)
	}
	reload(func(c *config.Config) { c.Upstream.All.Breaker.Failures = 0 })
	if _, body := f.ask(t, "{person(id:1){name}}"); !strings.Contains(body, "Ada") || names.connections.Load() != 2 {
		t.Errorf("%d connections after the subgraph's settings have changed: %s", names.connections.Load(), body)
	}
	broken := settings(func(c *config.Config) { c.Upstream.All.TLS.CAFile = "/nowhere/ca.pem" })
	if err := r.Reload(broken); err == nil || !strings.Contains(err.Error(), "/nowhere/ca.pem") {
		t.Errorf("a configuration that cannot be served: %v", err)
	}
	if _, body := f.ask(t, "{person(id:1){name}}"); !strings.Contains(body, "Ada") {
		t.Errorf("after a configuration that could not be served: %s", body)
	}
}

// TestReloadDropsNoRequest reloads and swaps while many requests are in progress.
func TestReloadDropsNoRequest(t *testing.T) {
	f := newFixture(t, nil)
	var stop atomic.Bool
	var asking sync.WaitGroup
	for range 8 {
		asking.Go(func() {
			for !stop.Load() {
				if status, body := f.ask(t, "{person(id:1){name age}}"); status != http.StatusOK || !strings.Contains(body, `"age":36`) {
					t.Errorf("%d %s", status, body)
					return
				}
			}
		})
	}
	for i := range 50 {
		cfg := config.Default()
		cfg.Limits.Depth = 50 + i%2
		modules.In[*headers.Headers](&cfg, headers.Info).All.Set = map[string]string{"X-Round": strings.Repeat("x", i+1)}
		if err := f.router.Reload(&cfg); err != nil {
			t.Fatal(err)
		}
		if err := f.router.Swap(supergraphOf(t, []string{namesSDL, moreSDL}[i%2])); err != nil {
			t.Fatal(err)
		}
	}
	stop.Store(true)
	asking.Wait()
	f.ask(t, "{person(id:1){name age}}")
	if got := f.names.lastHeader("X-Round"); len(got) != 50 {
		t.Errorf("a request has the headers of round %d", len(got))
	}
	f.router.Close()
	if status, _ := f.ask(t, "{person(id:1){name age}}"); status != http.StatusServiceUnavailable {
		t.Errorf("a closed router answers %d", status)
	}
}
