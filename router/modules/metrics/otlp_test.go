package metrics_test

import (
	"compress/gzip"
	"context"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// backend is a collector that hands on what it is sent.
type backend struct {
	collector.UnimplementedMetricsServiceServer
	url      string
	requests chan *collector.ExportMetricsServiceRequest
}

// Export is what the protocol grpc calls.
func (b *backend) Export(_ context.Context, r *collector.ExportMetricsServiceRequest) (*collector.ExportMetricsServiceResponse, error) {
	b.requests <- r
	return &collector.ExportMetricsServiceResponse{}, nil
}

// ServeHTTP is what the protocol http calls.
func (b *backend) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := gzip.NewReader(r.Body)
	if err != nil || r.URL.Path != "/v1/metrics" || r.Header.Get("X-Key") != "abc" {
		return
	}
	raw, _ := io.ReadAll(body)
	request := &collector.ExportMetricsServiceRequest{}
	if proto.Unmarshal(raw, request) == nil {
		b.requests <- request
	}
}

func newBackend(t *testing.T, protocol string) *backend {
	b := &backend{requests: make(chan *collector.ExportMetricsServiceRequest, 8)}
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
	collector.RegisterMetricsServiceServer(server, b)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
	b.url = "http://" + l.Addr().String()
	return b
}

// TestCollectorsGetTheSame sends metrics over both protocols, without an administration listener.
func TestCollectorsGetTheSame(t *testing.T) {
	for _, protocol := range []string{"http", "grpc"} {
		b := newBackend(t, protocol)
		r := moduletest.New(t, "metrics: {otlp: {endpoint: '"+b.url+"', protocol: "+protocol+", headers: {X-Key: abc}, service_name: shop}}\n"+
			"tracing: {endpoint: 'http://127.0.0.1:1'}", nil)
		const id = "0af7651916cd43dd8448eb211c80319c"
		r.Ask("query Name { person(id: 1) { name } }", "Traceparent", "00-"+id+"-b7ad6b7169203331-01")
		// The end of the router sends them once more.
		r.Router.Close()
		var request *collector.ExportMetricsServiceRequest
		select {
		case request = <-b.requests:
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: nothing arrives", protocol)
		}
		sent := request.ResourceMetrics[0]
		if !strings.Contains(sent.Resource.String(), "shop") {
			t.Errorf("%s: the resource is %v", protocol, sent.Resource)
		}
		byName := map[string]*metrics.Metric{}
		for _, m := range sent.ScopeMetrics[0].Metrics {
			byName[m.Name] = m
		}
		if got := byName["weft_subgraph_requests_total"].GetSum(); got == nil || !got.IsMonotonic || got.DataPoints[1].GetAsDouble() != 1 {
			t.Errorf("%s: requests to subgraphs: %v", protocol, got)
		}
		if byName["go_goroutines"].GetGauge() == nil {
			t.Errorf("%s: nothing of Go's runtime", protocol)
		}
		exemplars := 0
		for _, p := range byName["weft_operation_duration_seconds"].GetExponentialHistogram().GetDataPoints() {
			for _, e := range p.Exemplars {
				if p.Count == 1 && hex.EncodeToString(e.TraceId) == id {
					exemplars++
				}
			}
		}
		if exemplars != 1 {
			t.Errorf("%s: no exemplar in %v", protocol, byName["weft_operation_duration_seconds"])
		}
	}
}

// TestCollectorsThatTakeNothing are told of in the log, once, and in a metric.
func TestCollectorsThatTakeNothing(t *testing.T) {
	refused := make(chan struct{}, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		refused <- struct{}{}
	}))
	defer server.Close()
	r := moduletest.New(t, admin+"metrics: {otlp: {endpoint: '"+server.URL+"', interval: 1s}}", nil)
	for range 2 {
		<-refused
	}
	text := r.Metrics()
	if !strings.Contains(text, `weft_metrics_exports_total{result="failed"} `) || strings.Contains(text, `weft_metrics_exports_total{result="failed"} 0`) {
		t.Error(text[strings.Index(text, "weft_metrics_exports"):])
	}
	if log := r.Log.String(); strings.Count(log, "metrics do not reach their collector") != 1 {
		t.Error(log)
	}
}
