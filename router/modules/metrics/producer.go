package metrics

import (
	"context"
	"encoding/hex"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	bridge "go.opentelemetry.io/contrib/bridges/prometheus"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// producer makes OpenTelemetry's metrics of Prometheus's, with the same names. Native histograms become exponential
// ones. The bridge does that, but for exemplars: it has none for exponential histograms.
type producer struct{ gatherers prometheus.Gatherers }

// Produce implements metric.Producer.
func (p producer) Produce(ctx context.Context) ([]metricdata.ScopeMetrics, error) {
	families, err := p.gatherers.Gather()
	if err != nil {
		return nil, err
	}
	gathered := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, nil })
	scopes, err := bridge.NewMetricProducer(bridge.WithGatherer(gathered)).Produce(ctx)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]*dto.MetricFamily, len(families))
	for _, family := range families {
		byName[family.GetName()] = family
	}
	for i := range scopes {
		scopes[i].Scope.Name = "github.com/weft-graphql/weft/router"
		for _, m := range scopes[i].Metrics {
			if h, ok := m.Data.(metricdata.ExponentialHistogram[float64]); ok {
				addExemplars(h.DataPoints, byName[m.Name].GetMetric())
			}
		}
	}
	return scopes, nil
}

// addExemplars gives points the exemplars of the metrics that they were made of.
func addExemplars(points []metricdata.ExponentialHistogramDataPoint[float64], from []*dto.Metric) {
	for i := range points {
		for _, bucket := range from[i].GetHistogram().GetBucket() {
			e := bucket.GetExemplar()
			if e == nil {
				continue
			}
			trace, err := hex.DecodeString(e.GetLabel()[0].GetValue())
			if err != nil {
				continue
			}
			points[i].Exemplars = append(points[i].Exemplars, metricdata.Exemplar[float64]{
				Value: e.GetValue(), Time: e.GetTimestamp().AsTime(), TraceID: trace,
			})
		}
	}
}
