package module

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are what modules count. They outlive generations: a module that asks for a name again gets what it had.
type Metrics struct{ registry *prometheus.Registry }

// NewMetrics returns none.
func NewMetrics() *Metrics { return &Metrics{registry: prometheus.NewRegistry()} }

// Counter returns the counter of a name. Its values of labels must be few, and none that clients choose.
func (m *Metrics) Counter(name, help string, labels ...string) *prometheus.CounterVec {
	return held(m, prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels))
}

// Gauge returns the gauge of a name.
func (m *Metrics) Gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	return held(m, prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels))
}

// Histogram returns the histogram of a name.
func (m *Metrics) Histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return held(m, prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels))
}

// Gatherer reads all of them.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

// held registers a metric, or returns the one that has its name already. Two that differ in anything but the name are a
// mistake in a module.
func held[C prometheus.Collector](m *Metrics, c C) C {
	err := m.registry.Register(c)
	var known prometheus.AlreadyRegisteredError
	switch {
	case err == nil:
		return c
	case errors.As(err, &known):
		if same, ok := known.ExistingCollector.(C); ok {
			return same
		}
	}
	panic(err)
}
