package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/module"
)

// subgraphCollector reads, when it is asked, what was not sent to subgraphs and what was sent more than once.
type subgraphCollector struct{ state func() module.State }

var (
	sharedQueriesDesc = prometheus.NewDesc("weft_shared_queries_total",
		"Queries that another query's execution answered (dedupe.client_queries).", nil, nil)
	sharedFetchesDesc = prometheus.NewDesc("weft_subgraph_shared_requests_total",
		"Subgraph requests that another request's call answered (dedupe.subgraph_requests).", []string{"subgraph"}, nil)
	repeatedDesc = prometheus.NewDesc(
		"weft_subgraph_repeated_requests_total",
		"Subgraph requests sent again after a failure (retry) or because the first was slow (hedge).",
		[]string{"subgraph", "why"},
		nil,
	)
	breakingDesc = prometheus.NewDesc("weft_subgraph_breaker_open",
		"Whether calls are kept away from a subgraph that keeps failing.", []string{"subgraph"}, nil)
)

// Describe implements prometheus.Collector.
func (s subgraphCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{sharedQueriesDesc, sharedFetchesDesc, repeatedDesc, breakingDesc} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (s subgraphCollector) Collect(out chan<- prometheus.Metric) {
	state := s.state()
	count := func(d *prometheus.Desc, n uint64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	if state.SharesQueries {
		count(sharedQueriesDesc, state.SharedQueries)
	}
	for _, sub := range state.Subgraphs {
		if sub.Dedupes {
			count(sharedFetchesDesc, sub.Stats.Shared, sub.Name)
		}
		if sub.Retries {
			count(repeatedDesc, sub.Stats.Retries, sub.Name, "retry")
		}
		if sub.Hedges {
			count(repeatedDesc, sub.Stats.Hedges, sub.Name, "hedge")
		}
		if sub.Breaks {
			open := 0.0
			if sub.Stats.Breaking {
				open = 1
			}
			out <- prometheus.MustNewConstMetric(breakingDesc, prometheus.GaugeValue, open, sub.Name)
		}
	}
}
