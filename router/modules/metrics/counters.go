package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/weft-graphql/weft/router/module"
)

// counters are what is counted. They outlive generations.
type counters struct {
	registry   *prometheus.Registry
	requests   *requests
	operations *operations
	calls      *calls
	errors     *errorCounts
	refused    *prometheus.CounterVec
	exceeded   *prometheus.CounterVec
}

func newCounters(state func() module.State) *counters {
	c := &counters{
		registry: prometheus.NewRegistry(), requests: newRequests(), operations: newOperations(), calls: newCalls(), errors: newErrorCounts(),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weft_refused_total", Help: "Requests that were not executed, by the code of their error."}, []string{"code"}),
		exceeded: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weft_limits_exceeded_total", Help: "Requests beyond a limit that only warns (limits.warn_only), by its code."},
			[]string{"code"}),
	}
	c.requests.register(c.registry)
	c.operations.register(c.registry)
	c.calls.register(c.registry)
	c.errors.register(c.registry)
	c.registry.MustRegister(c.refused, c.exceeded, stateCollector{state}, subgraphCollector{state}, reloadCollector{state},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return c
}

// histogram are the options of a histogram of seconds: with buckets that every Prometheus understands, and as a native
// one, whose buckets are a tenth wide, for those that ask for it.
func histogram(name, help string, buckets []float64) prometheus.HistogramOpts {
	return prometheus.HistogramOpts{
		Name: name, Help: help, Buckets: buckets,
		NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, NativeHistogramMinResetDuration: time.Hour,
	}
}

// observe notes a time, with the trace that tells more of it, if there is one.
func observe(in prometheus.Observer, took time.Duration, traceID string) {
	if traceID != "" {
		in.(prometheus.ExemplarObserver).ObserveWithExemplar(took.Seconds(), prometheus.Labels{"trace_id": traceID})
		return
	}
	in.Observe(took.Seconds())
}
