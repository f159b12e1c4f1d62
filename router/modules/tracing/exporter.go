package tracing

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules/otlp"
)

// exporter sends spans in batches. It takes what fits into its queue and drops the rest: nobody waits for it.
type exporter struct {
	provider *sdktrace.TracerProvider
	queue    int64
	// waiting are the spans in the queue or on their way.
	waiting atomic.Int64
	// exported, dropped and failed count spans: sent, without room in the queue, and not taken by the collector.
	exported, dropped, failed prometheus.Counter
	complaint                 otlp.Complaint
}

func newExporter(t *Tracing, logger *slog.Logger, metrics *module.Metrics) (*exporter, error) {
	ctx := context.Background()
	sender, err := otlptrace.New(ctx, clientOf(t))
	if err != nil {
		return nil, err
	}
	described, err := t.target().Resource(ctx)
	if err != nil {
		return nil, err
	}
	spans := metrics.Counter("weft_tracing_spans_total",
		"Spans that the collector took (exported) or did not (failed), and those there was no room for (dropped).", "result")
	e := &exporter{
		complaint: otlp.Complaint{Logger: logger, What: "traces"}, queue: int64(t.Queue),
		exported: spans.WithLabelValues("exported"), dropped: spans.WithLabelValues("dropped"), failed: spans.WithLabelValues("failed"),
	}
	batches := sdktrace.NewBatchSpanProcessor(
		counting{sender, e},
		sdktrace.WithMaxQueueSize(t.Queue),
		sdktrace.WithMaxExportBatchSize(
			min(t.Queue, 512),
		),
		sdktrace.WithExportTimeout(otlp.ExportTimeout),
		sdktrace.WithBatchTimeout(time.Second),
	)
	e.provider = sdktrace.NewTracerProvider(
		sdktrace.WithSampler(sdktrace.AlwaysSample()),
		sdktrace.WithIDGenerator(chosenIDs{}),
		sdktrace.WithResource(described),
		sdktrace.WithSpanProcessor(bounding{batches, e}),
	)
	return e, nil
}

func clientOf(t *Tracing) otlptrace.Client {
	if t.Protocol == "grpc" {
		return otlptracegrpc.NewClient(otlptracegrpc.WithEndpointURL(t.Endpoint), otlptracegrpc.WithHeaders(t.Headers))
	}
	return otlptracehttp.NewClient(
		otlptracehttp.WithEndpointURL(t.target().URL("traces")),
		otlptracehttp.WithHeaders(t.Headers),
		otlptracehttp.WithCompression(otlptracehttp.GzipCompression),
	)
}

func (e *exporter) close() {
	ctx, cancel := context.WithTimeout(context.Background(), otlp.FlushTimeout)
	defer cancel()
	_ = e.provider.Shutdown(ctx) // counted and told by then
}

// bounding drops the spans that there is no room for, and counts them.
type bounding struct {
	sdktrace.SpanProcessor
	e *exporter
}

func (b bounding) OnEnd(s sdktrace.ReadOnlySpan) {
	if b.e.waiting.Add(1) > b.e.queue {
		b.e.waiting.Add(-1)
		b.e.dropped.Inc()
		return
	}
	b.SpanProcessor.OnEnd(s)
}

// counting counts what arrives, and tells at times that it does not.
type counting struct {
	sdktrace.SpanExporter
	e *exporter
}

func (c counting) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	defer c.e.waiting.Add(-int64(len(spans)))
	err := c.SpanExporter.ExportSpans(ctx, spans)
	if err == nil {
		c.e.exported.Add(float64(len(spans)))
		return nil
	}
	c.e.failed.Add(float64(len(spans)))
	c.e.complaint.Note(err)
	return nil // the log has been told
}
