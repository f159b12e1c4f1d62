package subgraphs_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/bus/embedded"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/telemetry"
)

// observed is a service whose spans and log are kept.
type observed struct {
	service subgraphs.Service
	tell    *telemetry.Telemetry
	spans   *tracetest.InMemoryExporter
	log     *lockedText
}

type lockedText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func observe(t *testing.T, name string, config kit.Config) observed {
	t.Helper()
	o := observed{spans: tracetest.NewInMemoryExporter(), log: &lockedText{}}
	var err error
	o.tell, err = telemetry.New(context.Background(), telemetry.Settings{Service: name, Exporter: o.spans})
	if err != nil {
		t.Fatal(err)
	}
	if config.DatabaseURL == "" {
		copySample(t, name, config.DataDir)
	}
	config.Telemetry, config.Metrics = o.tell, true
	config.Logger = slog.New(slog.NewTextHandler(o.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if o.service, err = subgraphs.Open(context.Background(), name, config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.service.Close() })
	return o
}

// post asks with headers, as whoever Assume says.
func (o observed) post(body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	r = r.WithContext(kit.WithCaller(r.Context(), *merchant))
	w := httptest.NewRecorder()
	o.service.Handler().ServeHTTP(w, r)
	return w
}

// ended are the spans that have ended, once there is one with the name; the exporter gets them in batches.
func (o observed) ended(t *testing.T, name string) (spans tracetest.SpanStubs) {
	t.Helper()
	eventually(t, "the span "+name, func() bool {
		if err := o.tell.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
		spans = o.spans.GetSpans()
		for _, span := range spans {
			if span.Name == name {
				return true
			}
		}
		return false
	})
	return spans
}

// TestServicesTellWhatTheyDo follows a change from the router's trace through SQL and the bus into another service, and
// reads metrics and log.
func TestServicesTellWhatTheyDo(t *testing.T) {
	const trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	server, err := embedded.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	connect := func() *bus.Bus {
		b, err := server.Connect(context.Background(), bus.Config{Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(b.Close)
		return b
	}
	catalog := observe(t, "catalog", kit.Config{DataDir: t.TempDir(), Events: connect()})
	reviews := observe(t, "reviews", kit.Config{DataDir: t.TempDir(), Events: connect()})

	const change = `{"query":"mutation Rename($n: String!) { changeProduct(input: {upc: \"p1\", name: $n}) { product { name } } }",
		"variables": {"n": "A Secret Name"}}`
	catalog.post(change, "Traceparent", "00-"+trace+"-"+parent+"-01", "X-Request-Id", "request-77")
	spans := catalog.ended(t, "mutation Rename")
	statements := 0
	for _, span := range spans {
		if span.SpanContext.TraceID().String() != trace {
			t.Errorf("span %s is of another trace", span.Name)
		}
		if span.Name == "mutation Rename" && span.Parent.SpanID().String() != parent {
			t.Errorf("the parent of the request is %s", span.Parent.SpanID())
		}
		if strings.HasPrefix(span.Name, "SQL ") {
			statements++
		}
		for _, a := range span.Attributes {
			if strings.Contains(a.Value.String(), "Secret") {
				t.Errorf("span %s tells %s", span.Name, a.Value.String())
			}
		}
	}
	if statements < 3 {
		t.Errorf("there are %d spans of SQL statements in %d", statements, len(spans))
	}
	for _, span := range reviews.ended(t, "take catalog Product") {
		if span.Name == "take catalog Product" && span.SpanContext.TraceID().String() != trace {
			t.Errorf("the event is taken in by another trace")
		}
	}

	// Nobody asked for a trace of this one, which fails.
	before := len(catalog.spans.GetSpans())
	catalog.post(`{"query":"{ products(first: -1) { totalCount } }"}`, "X-Request-Id", "not one\nid")
	catalog.post(`{"query":"{"}`)
	if err := catalog.tell.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	if now := len(catalog.spans.GetSpans()); now != before {
		t.Errorf("%d spans of requests that are not traced", now-before)
	}
	text := get(catalog.service.Handler(), "/metrics").Body.String()
	for _, want := range []string{
		`weft_service_requests_total{operation="mutation",outcome="ok",subgraph="catalog"} 1`,
		`weft_service_requests_total{operation="query",outcome="errors",subgraph="catalog"} 1`,
		`weft_service_requests_total{operation="none",outcome="refused",subgraph="catalog"} 1`,
		`weft_service_request_duration_seconds_count{operation="mutation",subgraph="catalog"} 1`,
		`weft_service_sql_duration_seconds_count{statement="UPDATE",subgraph="catalog"}`,
		`weft_service_outbox_events{subgraph="catalog"} 0`, `weft_service_dead_letters{subgraph="catalog"} 0`,
		`go_sql_open_connections{db_name="catalog",subgraph="catalog"}`, `process_resident_memory_bytes`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if taken := get(reviews.service.Handler(), "/metrics").Body.String(); !strings.Contains(taken, `weft_service_events_total{from="catalog",outcome="taken",subgraph="reviews"} 1`) {
		t.Errorf("the event is not counted")
	}
	log := catalog.log.String()
	if !strings.Contains(log, "request_id=request-77 trace_id="+trace) || strings.Contains(log, "not one") {
		t.Errorf("the log has no ids, or wrong ones:\n%s", log)
	}
}

// TestWithoutTelemetryNothingIsTold asks a service that was not told to tell anything.
func TestWithoutTelemetryNothingIsTold(t *testing.T) {
	s, _ := open(t, "catalog", sqliteConfig(t))
	if got := get(s.Handler(), "/metrics").Code; got != http.StatusNotFound {
		t.Errorf("/metrics answers %d", got)
	}
}
