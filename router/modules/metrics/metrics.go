// Package metrics serves the router's metrics for Prometheus on the administration listener.
package metrics

import (
	_ "embed" // the settings' descriptions are their doc comments
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
)

//go:embed metrics.go
var source string

// Info describes the module.
var Info = module.Info{Name: "metrics", New: func() module.Module { return &Metrics{On: true} }, Source: source}

// Metrics are for Prometheus.
type Metrics struct {
	// Serve metrics for Prometheus at /metrics of the administration listener (admin.listen).
	On bool `yaml:"enabled"`

	*counters `yaml:"-"`
}

// counters are what is counted. They outlive generations.
type counters struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	fetches  prometheus.Counter
	errors   prometheus.Counter
	refused  *prometheus.CounterVec
	exceeded *prometheus.CounterVec
}

// Enabled implements module.Module.
func (m *Metrics) Enabled() bool { return m.On }

// Provision implements module.Module.
func (m *Metrics) Provision(host module.Host) error {
	if !host.HasAdmin() {
		return module.ErrNotNeeded
	}
	shared, err := host.Shared("registry", func() (any, func(), error) { return newCounters(host.State), func() {}, nil })
	if err != nil {
		return err
	}
	m.counters = shared.(*counters)
	host.HandleAdmin("GET /metrics", promhttp.HandlerFor(prometheus.Gatherers{m.registry, host.Metrics().Gatherer()}, promhttp.HandlerOpts{}))
	return nil
}

func newCounters(state func() module.State) *counters {
	c := &counters{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weft_requests_total", Help: "GraphQL requests answered, by HTTP status and kind of operation."},
			[]string{"status", "kind"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "weft_request_duration_seconds", Help: "Time from reading a request to having written its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}},
			[]string{"kind"}),
		fetches: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "weft_subgraph_fetches_total", Help: "Requests sent to subgraphs."}),
		errors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "weft_graphql_errors_total", Help: "Errors in answers."}),
	}
	c.refused = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "weft_refused_total", Help: "Requests that were not executed, by the code of their error."}, []string{"code"})
	c.exceeded = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "weft_limits_exceeded_total", Help: "Requests beyond a limit that only warns (limits.warn_only), by its code."},
		[]string{"code"})
	c.registry.MustRegister(c.refused, c.exceeded, c.requests, c.duration, c.fetches, c.errors, stateCollector{state}, subgraphCollector{state},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return c
}

// RequestEnded implements module.RequestObserver.
func (m *Metrics) RequestEnded(o *server.Observation) {
	kind := o.Operation.Kind
	if kind == "" {
		kind = "rejected"
	}
	m.requests.WithLabelValues(strconv.Itoa(o.Status), kind).Inc()
	m.duration.WithLabelValues(kind).Observe(o.Duration.Seconds())
	m.fetches.Add(float64(o.Operation.Fetches))
	m.errors.Add(float64(o.Operation.Errors))
	if o.Operation.Code != "" {
		m.refused.WithLabelValues(o.Operation.Code).Inc()
	}
	for _, code := range o.Operation.Exceeded {
		m.exceeded.WithLabelValues(code).Inc()
	}
}
