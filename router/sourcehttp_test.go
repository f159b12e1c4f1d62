package router_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// registry serves a supergraph, or something else.
type registry struct {
	mu sync.Mutex
	registryState
	// asked are the answers so far.
	asked chan registryAnswer
}

// registryState is what a registry serves since it was set. What it has answered before tells nothing about it.
type registryState struct {
	status int
	body   string
	times  int
}

type registryAnswer struct {
	status int
	times  int
}

func (g *registry) set(status int, body string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.registryState = registryState{status: status, body: body, times: g.times + 1}
}

func (g *registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	status, body, times := g.status, g.body, g.times
	g.mu.Unlock()
	etag := fmt.Sprintf(`"%d"`, len(body))
	switch {
	case r.Header.Get("X-Key") != "abc":
		status, body = http.StatusForbidden, ""
	case status == http.StatusOK && r.Header.Get("If-None-Match") == etag:
		status, body = http.StatusNotModified, ""
	}
	w.Header().Set("ETag", etag)
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
	select {
	case g.asked <- registryAnswer{status, times}:
	default:
	}
}

// until waits for an answer with a status, of what is served now.
func (g *registry) until(t *testing.T, status int) {
	t.Helper()
	g.mu.Lock()
	times := g.times
	g.mu.Unlock()
	late := time.After(30 * time.Second)
	for {
		select {
		case got := <-g.asked:
			if got == (registryAnswer{status, times}) {
				return
			}
		case <-late:
			t.Fatalf("no request is answered with %d", status)
		}
	}
}

// graph is a supergraph whose query root has a field.
func graph(t *testing.T, field string) string {
	t.Helper()
	return moduletest.Supergraph(t, map[string]string{"a": moduletest.Link + " type Query { " + field + ": Int }"})
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// TestTheSupergraphComesOverHTTP begins with the fallback, and follows a registry that is away, serves graphs, garbage,
// and graphs again.
func TestTheSupergraphComesOverHTTP(t *testing.T) {
	source := &registry{asked: make(chan registryAnswer, 1000)}
	source.set(http.StatusBadGateway, "")
	server := httptest.NewServer(source)
	defer server.Close()
	fallback := filepath.Join(t.TempDir(), "fallback.graphql")
	if err := os.WriteFile(fallback, []byte(graph(t, "fallback")), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.Admin.Listen = "127.0.0.1:0"
	cfg.Supergraph.HTTP.URL, cfg.Supergraph.HTTP.Headers = server.URL+"?token=secret", map[string]string{"X-Key": "abc"}
	cfg.Supergraph.HTTP.PollInterval = 10 * time.Millisecond
	log := &syncBuffer{}
	options := router.Options{
		Logger:   slog.New(slog.NewTextHandler(log, nil)),
		Handlers: map[string]http.Handler{"a": http.NotFoundHandler()},
	}
	if _, err := router.New(&cfg, options); err == nil || !strings.Contains(err.Error(), "answers with the status 502") {
		t.Fatalf("without a fallback: %v", err)
	}
	cfg.Supergraph.Fallback = fallback
	r, err := router.New(&cfg, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	ctx, cancel := context.WithCancel(t.Context())
	watching := make(chan struct{})
	go func() { defer close(watching); r.Watch(ctx) }()
	defer func() { cancel(); <-watching }()

	serves := func(field string) bool {
		rec := httptest.NewRecorder()
		req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"{ `+field+` }"}`))
		req.Header.Set("Content-Type", "application/json")
		r.ServeHTTP(rec, req)
		return !strings.Contains(rec.Body.String(), "GRAPHQL_VALIDATION_FAILED")
	}
	failing := func() bool {
		return strings.Contains(metricsOf(t, r), `weft_reload_failing{what="supergraph"} 1`)
	}
	if !serves("fallback") || !failing() {
		t.Error("the router does not begin with the fallback, or nobody is told")
	}

	source.set(http.StatusOK, graph(t, "first"))
	source.until(t, http.StatusNotModified) // it was taken before it was asked for again
	if !serves("first") || failing() {
		t.Error("the graph that came is not in use")
	}
	for name, garbage := range map[string]string{"nothing": "", "garbage": "<html>", "a graph that does not load": "type Query { a: Nothing }"} {
		source.set(http.StatusOK, garbage)
		source.until(t, http.StatusNotModified)
		if !serves("first") || !failing() {
			t.Errorf("%s: the graph from before does not go on", name)
		}
	}
	if reload := r.Reload(&cfg); reload == nil {
		t.Error("settings are taken with garbage")
	}
	source.set(http.StatusServiceUnavailable, "")
	source.until(t, http.StatusServiceUnavailable)
	if err := r.Reload(&cfg); err != nil || !serves("first") {
		t.Errorf("settings cannot change while the source is away: %v", err)
	}
	source.set(http.StatusOK, graph(t, "second"))
	source.until(t, http.StatusNotModified)
	if !serves("second") || serves("first") || failing() {
		t.Error("the next graph is not in use")
	}
	// Away, and back with the same.
	source.set(http.StatusServiceUnavailable, graph(t, "second"))
	source.until(t, http.StatusServiceUnavailable)
	source.until(t, http.StatusServiceUnavailable)
	if !failing() {
		t.Error("nobody is told that the source is away")
	}
	source.set(http.StatusOK, graph(t, "second"))
	source.until(t, http.StatusNotModified)
	source.until(t, http.StatusNotModified)
	if failing() || !serves("second") {
		t.Error("the source is back, and nobody is told")
	}
	if strings.Contains(log.String(), "secret") {
		t.Errorf("a secret is in the log: %s", log)
	}
}
