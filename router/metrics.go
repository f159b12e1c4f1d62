package router

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/weft-graphql/weft/router/server"
)

// metrics are what /metrics tells. They exist only when there is somebody to ask for them.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	fetches  prometheus.Counter
	errors   prometheus.Counter
}

// newMetrics prepares the router's metrics.
func (r *Router) newMetrics() *metrics {
	m := &metrics{
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
	m.registry.MustRegister(m.requests, m.duration, m.fetches, m.errors, &stateCollector{r}, &sharingCollector{r},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) observe(o *server.Observation) {
	kind := o.Operation.Kind
	if kind == "" {
		kind = "rejected"
	}
	m.requests.WithLabelValues(strconv.Itoa(o.Status), kind).Inc()
	m.duration.WithLabelValues(kind).Observe(o.Duration.Seconds())
	m.fetches.Add(float64(o.Operation.Fetches))
	m.errors.Add(float64(o.Operation.Errors))
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// stateCollector reads counts that other rooms keep anyway, when it is asked.
type stateCollector struct{ router *Router }

var (
	inProgressDesc = prometheus.NewDesc("weft_requests_in_progress", "GraphQL requests in progress.", nil, nil)
	loadedDesc     = prometheus.NewDesc("weft_supergraph_loaded_timestamp_seconds", "When the graph in use was loaded.", []string{"hash"}, nil)
	preparedDesc   = prometheus.NewDesc("weft_operation_cache_lookups_total",
		"Lookups of prepared operations and of plans since the graph was loaded.", []string{"what", "result"}, nil)
	preparedBytesDesc = prometheus.NewDesc("weft_operation_cache_bytes", "Estimated memory of prepared operations and plans.", nil, nil)
	entitiesDesc      = prometheus.NewDesc("weft_entity_cache_lookups_total", "Entities looked up in the entity cache.",
		[]string{"subgraph", "type", "result"}, nil)
	redisDesc    = prometheus.NewDesc("weft_entity_cache_redis_up", "Whether Redis is in use.", nil, nil)
	cacheOpsDesc = prometheus.NewDesc("weft_entity_cache_operations_total", "What the entity cache did.", []string{"what"}, nil)
)

// Describe implements prometheus.Collector.
func (s *stateCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{inProgressDesc, loadedDesc, preparedDesc, preparedBytesDesc, entitiesDesc, redisDesc, cacheOpsDesc} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (s *stateCollector) Collect(out chan<- prometheus.Metric) {
	g := s.router.graph.Load()
	send := func(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, kind, value, labels...)
	}
	send(inProgressDesc, prometheus.GaugeValue, float64(s.router.handler.InFlight()))
	send(loadedDesc, prometheus.GaugeValue, float64(g.loaded.Unix()), g.hash)
	p := g.operations.Stats()
	send(preparedDesc, prometheus.CounterValue, float64(p.Hits), "operation", "hit")
	send(preparedDesc, prometheus.CounterValue, float64(p.Misses), "operation", "miss")
	send(preparedDesc, prometheus.CounterValue, float64(p.PlanHits), "plan", "hit")
	send(preparedDesc, prometheus.CounterValue, float64(p.PlanMisses), "plan", "miss")
	send(preparedBytesDesc, prometheus.GaugeValue, float64(p.Bytes))
	if s.router.cache == nil {
		return
	}
	c := s.router.cache.Stats()
	for _, t := range c.Types {
		for result, n := range map[string]uint64{"hit": t.Hits, "partial": t.Partial, "miss": t.Misses, "stale": t.Stale, "null": t.Nulls} {
			send(entitiesDesc, prometheus.CounterValue, float64(n), t.Subgraph, t.Type, result)
		}
	}
	up := 0.0
	if c.Connected {
		up = 1
	}
	send(redisDesc, prometheus.GaugeValue, up)
	for what, n := range map[string]uint64{
		"round_trip": c.RoundTrips, "failure": c.Failures, "skipped": c.Skipped, "written": c.Written,
		"write_error": c.WriteErrors, "write_dropped": c.WriteDrops, "invalidation": c.Invalidations,
		"invalidation_received": c.Received, "foreign": c.Foreign,
	} {
		send(cacheOpsDesc, prometheus.CounterValue, float64(n), what)
	}
}
