// Package telemetry tells what a service does: traces that continue those of the router, down to SQL statements and
// into the services that hear of an event, metrics, and the ids of requests in the log. A nil Telemetry does nothing.
package telemetry

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Settings say what is told, and to whom.
type Settings struct {
	// Service is the name of the service.
	Service string
	// Traces is the address of an OpenTelemetry collector that takes OTLP over HTTP, such as http://collector:4318; empty
	// for no traces. Whether a request is traced is decided by the router.
	Traces string
	// Exporter takes the traces instead of a collector.
	Exporter sdktrace.SpanExporter
}

// Telemetry is what a service tells of itself.
type Telemetry struct {
	service  string
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	registry *prometheus.Registry

	requests   *prometheus.CounterVec
	durations  *prometheus.HistogramVec
	statements *prometheus.HistogramVec
	taken      *prometheus.CounterVec
}

// flushTimeout bounds how long the last traces may take at the end.
const flushTimeout = 3 * time.Second

// traceparent is the only form in which traces come and go.
var traceparent = propagation.TraceContext{}

// New makes the telemetry of a service. Close sends what is left.
func New(ctx context.Context, settings Settings) (*Telemetry, error) {
	t := &Telemetry{service: settings.Service, registry: prometheus.NewRegistry()}
	exporter := settings.Exporter
	if exporter == nil && settings.Traces != "" {
		endpoint := strings.TrimSuffix(settings.Traces, "/")
		if strings.Count(endpoint, "/") == 2 { // no path
			endpoint += "/v1/traces"
		}
		var err error
		if exporter, err = otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint)); err != nil {
			return nil, fmt.Errorf("send traces to %s: %w", settings.Traces, err)
		}
	}
	t.tracer = noop.NewTracerProvider().Tracer("")
	if exporter != nil {
		described, err := resource.New(ctx, resource.WithAttributes(semconv.ServiceName("weft-"+settings.Service)),
			resource.WithFromEnv(), resource.WithHost(), resource.WithTelemetrySDK())
		if err != nil {
			return nil, fmt.Errorf("describe the service in traces: %w", err)
		}
		// Requests without a trace were not chosen by the router; what nobody asked for is not traced.
		t.provider = sdktrace.NewTracerProvider(sdktrace.WithResource(described), sdktrace.WithBatcher(exporter),
			sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.NeverSample())))
		t.tracer = t.provider.Tracer("github.com/weft-graphql/weft/subgraphs")
	}
	t.register()
	return t, nil
}

func (t *Telemetry) register() {
	label := prometheus.WrapRegistererWith(prometheus.Labels{"subgraph": t.service}, t.registry)
	t.requests = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "weft_service_requests_total", Help: "GraphQL requests by kind of operation and what became of them.",
	}, []string{"operation", "outcome"})
	buckets := []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	t.durations = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "weft_service_request_duration_seconds", Help: "How long GraphQL requests took, by kind of operation.",
		Buckets: buckets,
	}, []string{"operation"})
	t.statements = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "weft_service_sql_duration_seconds", Help: "How long SQL statements of requests took, by kind of statement.",
		Buckets: buckets,
	}, []string{"statement"})
	t.taken = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "weft_service_events_total", Help: "Events of other services that were taken in, by what became of them.",
	}, []string{"from", "outcome"})
	label.MustRegister(t.requests, t.durations, t.statements, t.taken)
	t.registry.MustRegister(collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
}

// Observe adds metrics that are read when they are asked for.
func (t *Telemetry) Observe(collector prometheus.Collector) {
	if t != nil {
		prometheus.WrapRegistererWith(prometheus.Labels{"subgraph": t.service}, t.registry).MustRegister(collector)
	}
}

// ServeMetrics answers in the format of Prometheus.
func (t *Telemetry) ServeMetrics() http.Handler {
	return promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{})
}

// Flush sends what has come together so far.
func (t *Telemetry) Flush(ctx context.Context) error {
	if t == nil || t.provider == nil {
		return nil
	}
	return t.provider.ForceFlush(ctx)
}

// Close sends what is left, for a few seconds at most.
func (t *Telemetry) Close() error {
	if t == nil || t.provider == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()
	return t.provider.Shutdown(ctx)
}
