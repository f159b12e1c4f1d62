package insights

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/subgraphs/insights/scrape"
)

// ahead is how far load is forecast.
const ahead = time.Hour

// Forecast is the greatest number of requests per second that the router is expected to have within the next hour;
// false while too little is known.
func (m *Monitor) Forecast(now time.Time) (perSecond float64, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.signals[scrape.Requests]
	if s == nil {
		return 0, false
	}
	const parts = 12
	for i := range parts + 1 {
		usual, known := s.series.Expect(now.Add(ahead * time.Duration(i) / parts))
		if known {
			perSecond, ok = max(perSecond, usual.Value), true
		}
	}
	return perSecond, ok
}

// unusual counts the signals that are not as usual.
func (m *Monitor) unusual() (signals, open int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.signals {
		if _, unusual := s.series.Unusual(); unusual {
			open++
		}
	}
	return len(m.signals), open
}

// Metrics tells forecast and anomalies to Prometheus. A process that does not watch tells nothing.
func (m *Monitor) Metrics() prometheus.Collector {
	gauge := func(name, help string) *prometheus.Desc { return prometheus.NewDesc(name, help, nil, nil) }
	return &collector{
		monitor: m,
		forecast: gauge(
			"weft_insights_forecast_requests_per_second",
			"Most requests per second expected in the next hour.",
		),
		signals: gauge("weft_insights_signals", "Signals that are watched."),
		open:    gauge("weft_insights_anomalies_open", "Signals that are not as usual."),
	}
}

type collector struct {
	monitor                 *Monitor
	forecast, signals, open *prometheus.Desc
}

// Describe names the metrics.
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	to <- c.forecast
	to <- c.signals
	to <- c.open
}

// Collect tells them.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	signals, open := c.monitor.unusual()
	if signals == 0 {
		return
	}
	to <- prometheus.MustNewConstMetric(c.signals, prometheus.GaugeValue, float64(signals))
	to <- prometheus.MustNewConstMetric(c.open, prometheus.GaugeValue, float64(open))
	if load, ok := c.monitor.Forecast(time.Now()); ok {
		to <- prometheus.MustNewConstMetric(c.forecast, prometheus.GaugeValue, load)
	}
}
