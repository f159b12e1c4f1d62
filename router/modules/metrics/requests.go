package metrics

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/server"
)

// kinds are the kinds of operations, as labels; the last one is for requests that were none.
var kinds = [...]string{"query", "mutation", "subscription", "rejected"}

// requests count the HTTP requests for GraphQL. What is counted often is looked up once.
type requests struct {
	counts   *prometheus.CounterVec
	duration *prometheus.HistogramVec

	answered [len(kinds)]prometheus.Counter
	took     [len(kinds)]prometheus.Observer
}

func newRequests() *requests {
	r := &requests{
		counts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weft_requests_total", Help: "GraphQL requests answered, by HTTP status and kind of operation."},
			[]string{"status", "kind"}),
		duration: prometheus.NewHistogramVec(histogram(
			"weft_request_duration_seconds", "Time from reading a request to having written its answer.",
			[]float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}), []string{"kind"}),
	}
	for i, kind := range kinds {
		r.answered[i], r.took[i] = r.counts.WithLabelValues("200", kind), r.duration.WithLabelValues(kind)
	}
	return r
}

func (r *requests) register(registry *prometheus.Registry) {
	registry.MustRegister(r.counts, r.duration)
}

func (r *requests) count(o *server.Observation) {
	kind := kindOf(o.Operation.Kind)
	if o.Status == 200 {
		r.answered[kind].Inc()
	} else {
		r.counts.WithLabelValues(strconv.Itoa(o.Status), kinds[kind]).Inc()
	}
	observe(r.took[kind], o.Duration, o.Operation.TraceID)
}

func kindOf(name string) int {
	for i, kind := range kinds[:len(kinds)-1] {
		if kind == name {
			return i
		}
	}
	return len(kinds) - 1
}

// RequestEnded implements module.RequestObserver.
func (m *Metrics) RequestEnded(o *server.Observation) {
	m.requests.count(o)
	if o.Operation.Kind != "" && o.Operation.Code == "" {
		m.operations.count(o)
	}
	if o.Operation.Code != "" {
		m.refused.WithLabelValues(o.Operation.Code).Inc()
	}
	for _, code := range o.Operation.Refused {
		m.refused.WithLabelValues(code).Inc()
	}
	for _, code := range o.Operation.Exceeded {
		m.LimitExceeded(code)
	}
}

// LimitExceeded implements module.LimitObserver.
func (m *Metrics) LimitExceeded(code string) { m.exceeded.WithLabelValues(code).Inc() }
