package subgraphs

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/subgraphs/orders"
)

// sagaMetrics tells how checkouts are doing, whenever somebody asks.
func sagaMetrics(report func(context.Context) (orders.SagaReport, error)) prometheus.Collector {
	gauge := func(name, help string) *prometheus.Desc { return prometheus.NewDesc(name, help, nil, nil) }
	return &sagaCollector{
		report: report,
		open:   gauge("weft_service_sagas_open", "Checkouts that are not done."),
		late:   gauge("weft_service_sagas_late", "Checkouts that should have ended before now."),
		waits:  gauge("weft_service_saga_wait_seconds", "How long a checkout has been waiting for somebody to go on with it."),
	}
}

type sagaCollector struct {
	report            func(context.Context) (orders.SagaReport, error)
	open, late, waits *prometheus.Desc
}

// Describe names the metrics.
func (c *sagaCollector) Describe(to chan<- *prometheus.Desc) {
	to <- c.open
	to <- c.late
	to <- c.waits
}

// Collect asks the database. What cannot be had is left out.
func (c *sagaCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), collectTimeout)
	defer cancel()
	report, err := c.report(ctx)
	if err != nil {
		return
	}
	for desc, value := range map[*prometheus.Desc]float64{
		c.open: float64(report.Open), c.late: float64(report.Late), c.waits: report.Waits(time.Now()).Seconds(),
	} {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value)
	}
}
