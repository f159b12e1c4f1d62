package router_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// TestThereIsNoNewWorkWithoutMemory sends requests in every way to a router of a process whose heap is larger than it may
// be: this test's own.
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
