package metrics

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/module"
)

// stateCollector reads counts that other rooms keep anyway, when it is asked.
type stateCollector struct{ state func() module.State }

var (
	inProgressDesc = prometheus.NewDesc("weft_requests_in_progress", "GraphQL requests in progress.", nil, nil)
	loadedDesc     = prometheus.NewDesc(
		"weft_supergraph_loaded_timestamp_seconds",
		"When the graph in use was loaded.",
		[]string{"hash"},
		nil,
	)
	preparedDesc = prometheus.NewDesc("weft_operation_cache_lookups_total",
		"Lookups of prepared operations and of plans since the graph was loaded.", []string{"what", "result"}, nil)
	adaptiveLimitDesc = prometheus.NewDesc("weft_adaptive_limit",
		"Requests that may be in progress at present (limits.adaptive).", nil, nil)
	adaptiveQueuedDesc = prometheus.NewDesc(
		"weft_adaptive_queued",
		"Requests that wait for a place among these.",
		nil,
		nil,
	)
	memoryLimitDesc = prometheus.NewDesc("weft_memory_limit_bytes",
		"What Go may take of the process's memory (limits.memory).", nil, nil)
	memoryInProgressDesc = prometheus.NewDesc("weft_memory_in_progress_bytes",
		"What bodies, answers of subgraphs and answers in progress have taken of half of that.", nil, nil)
	preparedBytesDesc = prometheus.NewDesc(
		"weft_operation_cache_bytes",
		"Estimated memory of prepared operations and plans.",
		nil,
		nil,
	)
	preparedEntriesDesc = prometheus.NewDesc(
		"weft_operation_cache_entries",
		"Prepared operations that are remembered.",
		nil,
		nil,
	)
	evictionsDesc = prometheus.NewDesc("weft_operation_cache_evictions_total",
		"Prepared operations that made room for others since the graph was loaded.", nil, nil)
)

// Describe implements prometheus.Collector.
func (s stateCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range append([]*prometheus.Desc{
		inProgressDesc, loadedDesc, preparedDesc, preparedBytesDesc, preparedEntriesDesc, evictionsDesc,
		memoryLimitDesc, memoryInProgressDesc, adaptiveLimitDesc, adaptiveQueuedDesc,
	}, slices.Concat(entityCacheDescs, subscriptionDescs, canaryDescs)...) {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (s stateCollector) Collect(out chan<- prometheus.Metric) {
	state := s.state()
	send := func(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, kind, value, labels...)
	}
	send(inProgressDesc, prometheus.GaugeValue, float64(state.InFlight))
	send(loadedDesc, prometheus.GaugeValue, float64(state.Loaded.Unix()), state.GraphHash)
	p := &state.Prepared
	send(preparedDesc, prometheus.CounterValue, float64(p.Hits), "operation", "hit")
	send(preparedDesc, prometheus.CounterValue, float64(p.Misses), "operation", "miss")
	send(preparedDesc, prometheus.CounterValue, float64(p.PlanHits), "plan", "hit")
	send(preparedDesc, prometheus.CounterValue, float64(p.PlanMisses), "plan", "miss")
	send(preparedBytesDesc, prometheus.GaugeValue, float64(p.Bytes))
	if state.Adaptive != nil {
		send(adaptiveLimitDesc, prometheus.GaugeValue, float64(state.Adaptive.Limit))
		send(adaptiveQueuedDesc, prometheus.GaugeValue, float64(state.Adaptive.Queued))
	}
	if state.Memory != nil {
		send(memoryLimitDesc, prometheus.GaugeValue, float64(state.Memory.Limit))
		send(memoryInProgressDesc, prometheus.GaugeValue, float64(state.Memory.InProgress))
	}
	send(preparedEntriesDesc, prometheus.GaugeValue, float64(p.Entries))
	send(evictionsDesc, prometheus.CounterValue, float64(p.Evictions))
	if state.Subscriptions != nil {
		collectSubscriptions(state.Subscriptions, send)
	}
	if state.Canary != nil {
		collectCanary(state.Canary, send)
	}
	if state.Cache != nil {
		collectEntityCache(state.Cache, send)
	}
}
