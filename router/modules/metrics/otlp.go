package metrics

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules/otlp"
)

// newExporter sends what the gatherers tell to a collector, at an interval. Nobody waits for it, and nothing is kept of
// what the collector does not take: the next time all of it is sent again.
func newExporter(o *OTLP, gatherers prometheus.Gatherers, host module.Host) (any, func(), error) {
	ctx := context.Background()
	described, err := o.target().Resource(ctx)
	if err != nil {
		return nil, nil, err
	}
	sender, err := senderOf(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	exports := host.Metrics().Counter("weft_metrics_exports_total",
		"Attempts to send the metrics to a collector, by what became of them: exported or failed.", "result")
	reader := metric.NewPeriodicReader(countedExporter{
		Exporter: sender, exported: exports.WithLabelValues("exported"), failed: exports.WithLabelValues("failed"),
		complaint: &otlp.Complaint{Logger: host.Logger(), What: "metrics"},
	}, metric.WithInterval(o.Interval), metric.WithTimeout(otlp.ExportTimeout), metric.WithProducer(producer{gatherers}))
	provider := metric.NewMeterProvider(metric.WithResource(described), metric.WithReader(reader))
	return provider, func() {
		ctx, cancel := context.WithTimeout(ctx, otlp.FlushTimeout)
		defer cancel()
		_ = provider.Shutdown(ctx) // it sends them once more; counted and told by then
	}, nil
}

func senderOf(ctx context.Context, o *OTLP) (metric.Exporter, error) {
	if o.Protocol == "grpc" {
		return otlpmetricgrpc.New(ctx, otlpmetricgrpc.WithEndpointURL(o.Endpoint), otlpmetricgrpc.WithHeaders(o.Headers))
	}
	return otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(o.target().URL("metrics")),
		otlpmetrichttp.WithHeaders(o.Headers), otlpmetrichttp.WithCompression(otlpmetrichttp.GzipCompression))
}

// countedExporter counts what arrives, and tells at times that it does not.
type countedExporter struct {
	metric.Exporter
	exported, failed prometheus.Counter
	complaint        *otlp.Complaint
}

// Export implements metric.Exporter.
func (c countedExporter) Export(ctx context.Context, data *metricdata.ResourceMetrics) error {
	err := c.Exporter.Export(ctx, data)
	if err == nil {
		c.exported.Inc()
		return nil
	}
	c.failed.Inc()
	c.complaint.Note(err)
	return nil // the log has been told
}
