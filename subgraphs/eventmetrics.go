package subgraphs

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/subgraphs/kit/events"
)

// eventMetrics tells how the service's events are doing, whenever somebody asks.
func eventMetrics(report func(context.Context) (events.Report, error)) prometheus.Collector {
	gauge := func(name, help string) *prometheus.Desc { return prometheus.NewDesc(name, help, nil, nil) }
	return &eventCollector{
		report:  report,
		outbox:  gauge("weft_service_outbox_events", "Events that were committed and wait to be published."),
		age:     gauge("weft_service_outbox_age_seconds", "How long the one of them has waited that waits for longest."),
		lag:     gauge("weft_service_event_lag", "Events of other services that wait to be taken in."),
		letters: gauge("weft_service_dead_letters", "Events that could not be taken in and wait for an operator."),
	}
}

type eventCollector struct {
	report                    func(context.Context) (events.Report, error)
	outbox, age, lag, letters *prometheus.Desc
}

// Describe names the metrics.
func (c *eventCollector) Describe(to chan<- *prometheus.Desc) {
	to <- c.outbox
	to <- c.age
	to <- c.lag
	to <- c.letters
}

// collectTimeout bounds how long database and bus are waited for.
const collectTimeout = 2 * time.Second

// Collect asks database and bus. What cannot be had is left out.
func (c *eventCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), collectTimeout)
	defer cancel()
	report, err := c.report(ctx)
	if err != nil {
		return
	}
	age := 0.0
	if report.OutboxSince != nil {
		age = max(0, time.Since(*report.OutboxSince).Seconds())
	}
	for desc, value := range map[*prometheus.Desc]float64{
		c.outbox: float64(report.Outbox), c.age: age, c.lag: float64(report.Lag), c.letters: float64(report.DeadLetters),
	} {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value)
	}
}
