package router_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
)

// metricsOf returns what /metrics tells.
func metricsOf(t *testing.T, r *router.Router) string {
	t.Helper()
	admin := r.Admin()
	rec := httptest.NewRecorder()
	admin.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return rec.Body.String()
}

// TestMetricsOfWhatIsSentAgain has a subgraph that fails, is slow, and is well again.
func TestMetricsOfWhatIsSentAgain(t *testing.T) {
	const (
		retried = `weft_subgraph_repeated_requests_total{subgraph="names",why="retry"} `
		hedged  = `weft_subgraph_repeated_requests_total{subgraph="names",why="hedge"} `
		open    = `weft_subgraph_breaker_open{subgraph="names"} `
		queries = `weft_shared_queries_total `
	)
	var serve atomic.Pointer[http.HandlerFunc]
	be := func(h http.HandlerFunc) { serve.Store(&h) }
	well := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"data":{"person":null}}`) }
	cfg := config.Default()
	cfg.Admin.Listen = "127.0.0.1:0"
	cfg.Dedupe.ClientQueries = true
	s := &cfg.Upstream.All
	s.Retries, s.Hedge.After = config.Retries{Max: 1, Pause: time.Microsecond, Budget: 1}, time.Millisecond
	s.Breaker = config.Breaker{Failures: 2, OpenFor: time.Nanosecond}
	r, err := router.New(&cfg, router.Options{
		Supergraph: supergraphOf(t, namesSDL), Logger: slog.New(slog.DiscardHandler),
		Handlers: map[string]http.Handler{
			"names": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*serve.Load())(w, r) }),
			"ages":  http.NotFoundHandler(),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	f := &fixture{router: r}
	want := func(when string, lines ...string) {
		t.Helper()
		got := metricsOf(t, r)
		for _, line := range lines {
			if !strings.Contains(got, line) {
				t.Errorf("%s: /metrics has no %s:\n%s", when, line, got[strings.Index(got, "# HELP weft_sh"):])
			}
		}
	}
	be(well)
	want("at first", retried+"0\n", hedged+"0\n", open+"0\n", queries+"0\n")

	be(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	f.ask(t, "{person(id:1){name}}")
	want("after a failure", retried+"1\n", open+"1")

	// One call that goes through closes the breaker.
	be(well)
	if _, body := f.ask(t, "{person(id:2){name}}"); !strings.Contains(body, `"person":null`) {
		t.Error(body)
	}
	want("afterwards", retried+"1\n", open+"0")

	// The first request for an answer waits until there is a second.
	var calls atomic.Int32
	second := make(chan struct{})
	be(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			<-second
		} else {
			close(second)
		}
		well(w, r)
	})
	f.ask(t, "{person(id:3){name}}")
	// On a busy machine, answers before may have been slow, too.
	if got := metricsOf(t, r); strings.Contains(got, hedged+"0\n") || !strings.Contains(got, hedged) {
		t.Errorf("after a slow answer: no second request is counted")
	}
}
