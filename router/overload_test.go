package router_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// TestThereIsNoNewWorkWithoutMemory sends requests in every way to a router of a process whose heap is larger than it
// may be: this test's own.
func TestThereIsNoNewWorkWithoutMemory(t *testing.T) {
	ballast := make([]byte, 80<<20)
	for i := 0; i < len(ballast); i += 4096 {
		ballast[i] = 1
	}
	r := moduletest.New(t, `
admin: {listen: 'localhost:0'}
limits: {memory: 64MB}
graphql: {batching: {enabled: true}}
subscription: {enabled: true, websocket: {enabled: true}}
`, nil)
	server := httptest.NewServer(r.Router)
	defer server.Close()
	const body = `{"query":"{person(id: 1) {name}}"}`
	get := httptest.NewRequest(http.MethodGet, "/graphql?query="+url.QueryEscape("{person(id: 1) {name}}"), nil)
	for name, answer := range map[string]moduletest.Answer{
		"POST": r.Post(body), "GET": r.Do(get), "a batch": r.Post("[" + body + "]"), "an event stream": r.Post(body, "Accept", "text/event-stream"),
	} {
		if answer.Status != http.StatusServiceUnavailable || answer.Code() != "MEMORY_LIMIT" || answer.Header.Get("Retry-After") != "1" {
			t.Errorf("%s: %d %v %s", name, answer.Status, answer.Header, answer.Body)
		}
	}
	if answer := overWebSocket(t, server.URL, body); !strings.Contains(answer, `"MEMORY_LIMIT"`) {
		t.Errorf("a WebSocket: %s", answer)
	}
	if asked := r.Subgraphs["people"].Asked(); len(asked) > 0 {
		t.Errorf("a subgraph was asked: %s", asked)
	}
	if metrics := r.Metrics(); !strings.Contains(metrics, `weft_refused_total{code="MEMORY_LIMIT"} 5`) {
		t.Errorf("%s", metrics)
	}
	ballast[0] = 2 // it is in use until here
}

// TestPlacesOverEveryTransport lets one client have the only place while others send requests in every way.
func TestPlacesOverEveryTransport(t *testing.T) {
	const settings = `
admin: {listen: 'localhost:0'}
graphql: {batching: {enabled: true}}
subscription: {enabled: true, websocket: {enabled: true}}
dedupe: {subgraph_requests: false}
limits: {adaptive: {min: 1, max: 1, queue: 0, client_share: %s, mode: %s}}`
	const body = `{"query":"{person(id: 1) {name}}"}`
	for name, c := range map[string]struct {
		share, mode, code string
		status            int
	}{
		"full":        {"0", "enforce", "ADAPTIVE_LIMIT", http.StatusServiceUnavailable},
		"greedy":      {"0.5", "enforce", "CLIENT_CONCURRENCY_LIMIT", http.StatusTooManyRequests},
		"warn":        {"0", "warn", "ADAPTIVE_LIMIT", http.StatusOK},
		"warn greedy": {"0.5", "warn", "CLIENT_CONCURRENCY_LIMIT", http.StatusOK},
	} {
		r := moduletest.New(t, fmt.Sprintf(settings, c.share, c.mode), nil)
		entered, leave := make(chan struct{}), make(chan struct{})
		var asked atomic.Bool
		r.Subgraphs["people"].Handle(func(w http.ResponseWriter, _ *http.Request) {
			if !asked.Swap(true) {
				close(entered)
				<-leave
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"data":{"person":{"name":"Ada"}}}`)
		})
		server := httptest.NewServer(r.Router)
		busy := make(chan moduletest.Answer)
		go func() { busy <- r.Post(body) }()
		<-entered
		get := httptest.NewRequest(http.MethodGet, "/graphql?query="+url.QueryEscape("{person(id: 1) {name}}"), nil)
		for transport, answer := range map[string]moduletest.Answer{
			"POST": r.Post(body), "GET": r.Do(get), "a batch": r.Post("[" + body + "]"),
			"an event stream": r.Post(body, "Accept", "text/event-stream"),
		} {
			if answer.Status != c.status || c.status != http.StatusOK && answer.Code() != c.code {
				t.Errorf("%s, %s: %d %s", name, transport, answer.Status, answer.Body)
			}
		}
		counted := "weft_refused_total"
		if c.status == http.StatusOK {
			counted = "weft_limits_exceeded_total"
		}
		want := counted + `{code="` + c.code + `"} 4`
		// The connection of a WebSocket has another address than requests without one.
		if c.share == "0" {
			want = counted + `{code="` + c.code + `"} 5`
			if answer := overWebSocket(t, server.URL, body); strings.Contains(answer, c.code) != (c.status != http.StatusOK) {
				t.Errorf("%s, a WebSocket: %s", name, answer)
			}
		}
		close(leave)
		if answer := <-busy; answer.Status != http.StatusOK || !strings.Contains(answer.Body, "Ada") {
			t.Errorf("%s: who was first: %d %s", name, answer.Status, answer.Body)
		}
		if answer := r.Post(body); answer.Status != http.StatusOK {
			t.Errorf("%s: afterwards: %d %s", name, answer.Status, answer.Body)
		}
		server.Close()
		if metrics := r.Metrics(); !strings.Contains(metrics, want) || !strings.Contains(metrics, "\nweft_adaptive_limit 1\n") {
			t.Errorf("%s: no %s in\n%s", name, want, metrics)
		}
	}
}
