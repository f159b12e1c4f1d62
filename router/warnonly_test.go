package router_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// TestLimitsThatOnlyWarnOverEveryTransport goes beyond limits of the whole router that only warn, in every way in which
// operations come: all are answered, and counted.
func TestLimitsThatOnlyWarnOverEveryTransport(t *testing.T) {
	const settings = `
admin: {listen: 'localhost:0'}
graphql: {batching: {enabled: true}}
subscription: {enabled: true, websocket: {enabled: true}}
dedupe: {client_queries: true}
limits: {warn_only: true, `
	name := strings.Repeat("x", 2<<10)
	ballast := make([]byte, 80<<20)
	for i := 0; i < len(ballast); i += 4096 {
		ballast[i] = 1
	}
	runtime.GC() // what lives is counted by the collector
	body := `{"query":"{person(id: 1) {name}}"}`
	for limit, c := range map[string]struct {
		code string
		// over is how many of the requests below go beyond it.
		over int
	}{
		"response_bytes: 1KB":   {"RESPONSE_TOO_LARGE", 5},
		"response_bytes: 4KB":   {"RESPONSE_TOO_LARGE", 0},
		"memory: 64MB":          {"MEMORY_LIMIT", 5},
		"request_timeout: 10ms": {"REQUEST_TIMEOUT", 5},
		// GET has no body, and WebSockets have bounds of their own.
		"body_bytes: 20": {"PAYLOAD_TOO_LARGE", 3},
		"depth: 1":       {"MAX_DEPTH_LIMIT", 5},
	} {
		r := moduletest.New(t, settings+limit+"}\n", nil)
		r.Subgraphs["people"].Handle(func(w http.ResponseWriter, _ *http.Request) {
			if strings.HasPrefix(limit, "request_timeout") {
				time.Sleep(15 * time.Millisecond) // longer than the limit, which is what it is about
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"data":{"person":{"name":"`+name+`"}}}`)
		})
		server := httptest.NewServer(r.Router)
		get := httptest.NewRequest(http.MethodGet, "/graphql?query="+url.QueryEscape("{person(id: 1) {name}}"), nil)
		for way, answer := range map[string]moduletest.Answer{
			"POST": r.Post(body), "GET": r.Do(get), "a batch": r.Post("[" + body + "]"),
			"an event stream": r.Post(body, "Accept", "text/event-stream"),
		} {
			if answer.Status != http.StatusOK || !strings.Contains(answer.Body, name) {
				t.Errorf("%s, %s: %d %.300s", limit, way, answer.Status, answer.Body)
			}
		}
		if answer := overWebSocket(t, server.URL, body); !strings.Contains(answer, name) {
			t.Errorf("%s, a WebSocket: %.300s", limit, answer)
		}
		server.Close()
		want := `weft_limits_exceeded_total{code="` + c.code + `"} ` + strconv.Itoa(c.over) + "\n"
		if metrics := r.Metrics(); strings.Contains(metrics, want) != (c.over > 0) ||
			c.over == 0 && strings.Contains(metrics, "weft_limits_exceeded_total{") {
			t.Errorf("%s: no %s but %q", limit, want, linesOf(metrics, "weft_limits_exceeded_total{"))
		}
	}
	runtime.KeepAlive(ballast)
}

// linesOf are the lines of a text that begin with something.
func linesOf(text, prefix string) (lines []string) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, prefix) {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestSlowBodiesThatOnlyWarn sends the rest of a body when its time is over.
func TestSlowBodiesThatOnlyWarn(t *testing.T) {
	r := moduletest.New(t, `
admin: {listen: 'localhost:0'}
limits: {warn_only: true, body_timeout: 100ms, body_rate: 0}
`, nil)
	r.Subgraphs["people"].Answer("person", `{"data":{"person":{"name":"Ada"}}}`)
	server := httptest.NewServer(r.Router)
	defer server.Close()
	const body = `{"query":"{person(id: 1) {name}}"}`
	for _, pause := range []time.Duration{0, 110 * time.Millisecond} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		head := "POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" +
			"Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n"
		for i, part := range []string{head + body[:5], body[5:]} {
			if i > 0 {
				time.Sleep(pause) // longer than the limit, which is what it is about
			}
			if _, err := io.WriteString(conn, part); err != nil {
				t.Fatal(err)
			}
		}
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(answer.Body)
		if answer.StatusCode != http.StatusOK || !strings.Contains(string(text), "Ada") {
			t.Errorf("a pause of %s: %d %s", pause, answer.StatusCode, text)
		}
	}
	if metrics := r.Metrics(); !strings.Contains(metrics, `weft_limits_exceeded_total{code="REQUEST_TIMEOUT"}`) {
		t.Errorf("not counted: %q", linesOf(metrics, "weft_limits_exceeded_total{"))
	}
}

// TestPartsThatOnlyWarn goes beyond the limit on answers with a part that comes when the request has been counted.
func TestPartsThatOnlyWarn(t *testing.T) {
	r := moduletest.New(t, "admin: {listen: 'localhost:0'}\nlimits: {warn_only: true, response_bytes: 1KB}\n", nil)
	r.Subgraphs["people"].Answer("person", `{"data":{"person":{"__typename":"Person","id":"1","name":"Ada"}}}`)
	var query, values strings.Builder
	for i := range 100 {
		query.WriteString(" age" + strconv.Itoa(i) + ": age")
		values.WriteString(`,"age` + strconv.Itoa(i) + `":36`)
	}
	r.Subgraphs["ages"].Answer("_entities", `{"data":{"_entities":[{`+values.String()[1:]+`}]}}`)
	got := r.Ask("{person(id: 1) {name ... @defer {"+query.String()+"}}}", "Accept", "multipart/mixed")
	refused := strings.Contains(got.Body, "RESPONSE_TOO_LARGE")
	if got.Status != http.StatusOK || !strings.Contains(got.Body, `"age99":36`) || refused {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if metrics := r.Metrics(); !strings.Contains(metrics, `weft_limits_exceeded_total{code="RESPONSE_TOO_LARGE"} 1`) {
		t.Errorf("not counted: %q", linesOf(metrics, "weft_limits_exceeded_total{"))
	}
}
