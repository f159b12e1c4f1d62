package tracing_test

import (
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// backend is a collector that keeps what it is sent.
type backend struct {
	collector.UnimplementedTraceServiceServer
	url    string
	header http.Header

	mu      sync.Mutex
	spans   []*spans.Span
	service string
	arrived chan struct{}
}

func (b *backend) take(request *collector.ExportTraceServiceRequest) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range request.ResourceSpans {
		b.service = text(r.Resource.Attributes, "service.name")
		for _, s := range r.ScopeSpans {
			b.spans = append(b.spans, s.Spans...)
		}
	}
	select {
	case b.arrived <- struct{}{}:
	default:
	}
}

// Export is what the protocol grpc calls.
func (b *backend) Export(_ context.Context, request *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	b.take(request)
	return &collector.ExportTraceServiceResponse{}, nil
}

// ServeHTTP is what the protocol http calls.
func (b *backend) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	b.header = r.Header.Clone()
	body, err := gzip.NewReader(r.Body)
	if err != nil || r.URL.Path != "/v1/traces" {
		return
	}
	raw, _ := io.ReadAll(body)
	request := &collector.ExportTraceServiceRequest{}
	if proto.Unmarshal(raw, request) == nil {
		b.take(request)
	}
}

func newBackend(t *testing.T, protocol string) *backend {
	b := &backend{arrived: make(chan struct{}, 1)}
	if protocol == "http" {
		server := httptest.NewServer(b)
		t.Cleanup(server.Close)
		b.url = server.URL
		return b
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	collector.RegisterTraceServiceServer(server, b)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
	b.url = "http://" + l.Addr().String()
	return b
}

// wait returns the spans of all traces once there are so many.
func (b *backend) wait(t *testing.T, count int) []*spans.Span {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		b.mu.Lock()
		got := b.spans
		b.mu.Unlock()
		if len(got) >= count {
			return got
		}
		select {
		case <-b.arrived:
		case <-late:
			t.Fatalf("%d spans have arrived, want %d", len(got), count)
		}
	}
}

func text(attributes []*common.KeyValue, key string) string {
	for _, a := range attributes {
		if a.Key == key {
			return strings.TrimSpace(strings.Trim(strings.SplitN(a.Value.String(), ":", 2)[1], `"`))
		}
	}
	return ""
}

func find(t *testing.T, all []*spans.Span, name string) *spans.Span {
	t.Helper()
	var names []string
	for _, s := range all {
		if s.Name == name {
			return s
		}
		names = append(names, s.Name)
	}
	t.Fatalf("there is no span %q among %q", name, names)
	return nil
}

const both = `query Both($id: ID! = "secret") { person(id: $id) { name age } }`

const (
	traceID = "0af7651916cd43dd8448eb211c80319c"
	parent  = "00-" + traceID + "-b7ad6b7169203331-01"
)

// TestOneTrace follows a trace from the client through the router to the subgraphs.
func TestOneTrace(t *testing.T) {
	for _, protocol := range []string{"http", "grpc"} {
		b := newBackend(t, protocol)
		r := moduletest.New(t, "tracing: {endpoint: '"+b.url+"', protocol: "+protocol+", headers: {X-Key: abc}, service_name: shop, sampling: {ratio: 0}}", nil)
		if got := r.Ask(both, "Traceparent", parent, "X-Request-Id", "r1"); !strings.Contains(got.Body, `"age":36`) {
			t.Fatal(got)
		}
		all := b.wait(t, 5)
		if len(all) != 5 || b.service != "shop" || protocol == "http" && b.header.Get("X-Key") != "abc" {
			t.Errorf("%s: %d spans of %s: %v", protocol, len(all), b.service, all)
		}
		root := find(t, all, "query Both")
		if hexOf(root.TraceId) != traceID || hexOf(root.ParentSpanId) != "b7ad6b7169203331" || root.Kind != spans.Span_SPAN_KIND_SERVER {
			t.Errorf("%s: the operation's span: %v", protocol, root)
		}
		for key, want := range map[string]string{
			"graphql.operation.name": "Both", "graphql.operation.type": "query", "weft.request_id": "r1", "graphql.document": "", "weft.variables": "",
		} {
			if got := text(root.Attributes, key); got != want {
				t.Errorf("%s: %s is %q, want %q", protocol, key, got, want)
			}
		}
		if hash := text(root.Attributes, "graphql.document.hash"); !strings.HasPrefix(hash, "sha256:") || len(hash) != 7+64 {
			t.Errorf("%s: document hash %q", protocol, hash)
		}
		for name, s := range r.Subgraphs {
			fetch, call := find(t, all, "fetch "+name), find(t, all, "POST "+name)
			if hexOf(fetch.ParentSpanId) != hexOf(root.SpanId) || hexOf(call.ParentSpanId) != hexOf(fetch.SpanId) {
				t.Errorf("%s: the spans of %s are not below each other", protocol, name)
			}
			if got, want := s.Header().Get("Traceparent"), "00-"+traceID+"-"+hexOf(call.SpanId)+"-01"; got != want {
				t.Errorf("%s: %s was told %s, want %s", protocol, name, got, want)
			}
			if call.StartTimeUnixNano < root.StartTimeUnixNano || call.EndTimeUnixNano > root.EndTimeUnixNano {
				t.Errorf("%s: the call to %s is not within the operation", protocol, name)
			}
		}
		if got := text(find(t, all, "fetch ages").Attributes, "weft.entities"); got != "1" {
			t.Errorf("%s: %s entities", protocol, got)
		}
		for _, s := range all {
			if strings.Contains(s.String(), "secret") {
				t.Errorf("%s: a value is in a span: %v", protocol, s)
			}
		}
	}
}

func hexOf(id []byte) string {
	const digits = "0123456789abcdef"
	var out []byte
	for _, c := range id {
		out = append(out, digits[c>>4], digits[c&15])
	}
	return string(out)
}

// TestWhatIsSampled has operations that are not sampled: only those with errors, and slow ones, are traced.
func TestWhatIsSampled(t *testing.T) {
	b := newBackend(t, "http")
	r := moduletest.New(t, "tracing: {endpoint: '"+b.url+"', sampling: {ratio: 0, slower_than: 1ns, errors: true}}", nil)
	r.Ask("query Slow { person(id: 1) { name } }")
	slow := find(t, b.wait(t, 3), "query Slow")
	if id := strings.Split(r.Subgraphs["people"].Header().Get("Traceparent"), "-"); id[1] != hexOf(slow.TraceId) || id[3] != "00" {
		t.Errorf("the subgraph was told %v", id)
	}

	b = newBackend(t, "http")
	r = moduletest.New(t, "tracing: {endpoint: '"+b.url+"', sampling: {ratio: 0, slower_than: 0, errors: true}}", nil)
	r.Ask("query Fine { person(id: 1) { name } }")
	r.Ask("query Both { person(id: 1) { name age } }", "Traceparent", strings.TrimSuffix(parent, "1")+"0")
	r.Subgraphs["ages"].Answer("_entities", `{"errors":[{"message":"secret"}]}`)
	r.Ask("query Ignored { person(id: 1) { age } }", "Traceparent", strings.TrimSuffix(parent, "1")+"0")
	r.Ask("query Broken { person(id: 1) { age } }")
	r.Ask("{ nonsense }")
	all := b.wait(t, 6)
	find(t, all, "GraphQL operation")
	broken := find(t, all, "query Broken")
	if broken.Status.Code != spans.Status_STATUS_CODE_ERROR || len(all) != 6 {
		t.Errorf("%d spans, status %v", len(all), broken.Status)
	}

	// Everything, and what was said to be fine to tell.
	b = newBackend(t, "http")
	r = moduletest.New(t, "tracing: {endpoint: '"+b.url+"', documents: true, variables: true, sampling: {ratio: 1, parent: false}}", nil)
	r.Post(`{"query":"query A($id: ID!) { person(id: $id) { name } }","variables":{"id":"x"}}`, "Traceparent", strings.TrimSuffix(parent, "1")+"0")
	root := find(t, b.wait(t, 3), "query A")
	if got := text(root.Attributes, "graphql.document"); !strings.HasPrefix(got, "query A") || hexOf(root.TraceId) != traceID {
		t.Errorf("document %q of trace %s", got, hexOf(root.TraceId))
	}
	if got := text(root.Attributes, "weft.variables"); !strings.Contains(got, "id") {
		t.Errorf("variables %q", got)
	}
}

// TestFormats passes a trace on in every format.
func TestFormats(t *testing.T) {
	b := newBackend(t, "http")
	for format, c := range map[string]struct{ name, in, out, prefix string }{
		"w3c":     {"Traceparent", parent, "Traceparent", "00-" + traceID + "-"},
		"b3":      {"B3", traceID + "-b7ad6b7169203331-1", "B3", traceID + "-"},
		"b3multi": {"X-B3-Traceid", traceID, "X-B3-Traceid", traceID},
		"jaeger":  {"Uber-Trace-Id", traceID + ":b7ad6b7169203331:0:1", "Uber-Trace-Id", traceID + ":"},
		"datadog": {"X-Datadog-Trace-Id", "9532127138774266268", "X-Datadog-Trace-Id", "9532127138774266268"},
	} {
		r := moduletest.New(t, "tracing: {endpoint: '"+b.url+"', propagation: ["+format+"]}", nil)
		r.Ask(both, c.name, c.in, "X-B3-Spanid", "b7ad6b7169203331", "X-B3-Sampled", "1",
			"X-Datadog-Parent-Id", "13235353014750950193", "X-Datadog-Sampling-Priority", "1", "X-Datadog-Tags", "_dd.p.dm=-1,_dd.p.tid=0af7651916cd43dd")
		if got := r.Subgraphs["ages"].Header().Get(c.out); !strings.HasPrefix(got, c.prefix) || got == c.in && format != "b3multi" && format != "datadog" {
			t.Errorf("%s: %q was passed on as %q", format, c.in, got)
		}
		if format == "datadog" {
			if got := r.Subgraphs["ages"].Header().Get("X-Datadog-Tags"); got != "_dd.p.tid=0af7651916cd43dd" {
				t.Errorf("the upper half of the id: %q", got)
			}
		}
	}
	r := moduletest.New(t, "tracing: {endpoint: '"+b.url+"', propagation: [w3c, b3]}", nil)
	r.Ask(both, "Traceparent", parent, "B3", "ffffffffffffffffffffffffffffffff-b7ad6b7169203331-1")
	if got := r.Subgraphs["ages"].Header(); !strings.Contains(got.Get("Traceparent"), traceID) || !strings.HasPrefix(got.Get("B3"), traceID) {
		t.Errorf("the first format that is there does not count: %v", got)
	}
}

// TestCollectorsThatHang never answer: requests do not wait, and what there is no room for is counted.
func TestCollectorsThatHang(t *testing.T) {
	release := make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer hanging.Close()
	defer close(release)
	r := moduletest.New(t, "admin: {listen: '127.0.0.1:0'}\ntracing: {endpoint: '"+hanging.URL+"', queue: 10, sampling: {ratio: 1}}", nil)
	for range 20 {
		if got := r.Ask(both); got.Status != http.StatusOK {
			t.Fatal(got)
		}
	}
	if got := r.Metrics(); !strings.Contains(got, `weft_tracing_spans_total{result="dropped"} 90`) {
		t.Errorf("%s", got[strings.Index(got, "weft_tracing"):])
	}
}

func TestSettings(t *testing.T) {
	for settings, want := range map[string]string{
		"endpoint: collector:4317":                    `tracing.endpoint: "collector:4317" is not the address of a collector; write one like http://collector:4318`,
		"endpoint: 'http://a', protocol: thrift":      `tracing.protocol: "thrift" is not possible; choose http or grpc`,
		"endpoint: 'http://a', sampling: {ratio: 10}": `tracing.sampling.ratio: 10 is no share`,
		"endpoint: 'http://a', queue: 0":              `tracing.queue: 0 is not possible`,
		"endpoint: 'http://a', propagation: [zipkin]": `there is no format "zipkin"; there are b3, b3multi, datadog, jaeger, w3c`,
	} {
		if got := moduletest.Problems(t, "tracing: {"+settings+"}"); !strings.Contains(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", settings, got, want)
		}
	}
}
