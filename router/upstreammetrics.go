package router

import "github.com/prometheus/client_golang/prometheus"

// sharingCollector reads, when it is asked, what was not sent to subgraphs and what was sent more than once.
type sharingCollector struct{ router *Router }

var (
	sharedQueriesDesc = prometheus.NewDesc("weft_shared_queries_total",
		"Queries that another query's execution answered (dedupe.client_queries).", nil, nil)
	sharedFetchesDesc = prometheus.NewDesc("weft_subgraph_shared_requests_total",
		"Subgraph requests that another request's call answered (dedupe.subgraph_requests).", []string{"subgraph"}, nil)
	repeatedDesc = prometheus.NewDesc("weft_subgraph_repeated_requests_total",
		"Subgraph requests sent again after a failure (retry) or because the first was slow (hedge).", []string{"subgraph", "why"}, nil)
	breakingDesc = prometheus.NewDesc("weft_subgraph_breaker_open",
		"Whether calls are kept away from a subgraph that keeps failing.", []string{"subgraph"}, nil)
)

// Describe implements prometheus.Collector.
func (s *sharingCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{sharedQueriesDesc, sharedFetchesDesc, repeatedDesc, breakingDesc} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (s *sharingCollector) Collect(out chan<- prometheus.Metric) {
	g := s.router.graph.Load()
	count := func(d *prometheus.Desc, n uint64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	if g.shares != nil {
		count(sharedQueriesDesc, g.shares.shared.Load())
	}
	for i, sub := range g.supergraph.Subgraphs {
		settings, stats := s.router.config.Upstream.For(sub.Name), g.clients[i].Stats()
		if s.router.config.Dedupe.SubgraphRequests {
			count(sharedFetchesDesc, stats.Shared, sub.Name)
		}
		if settings.Retries.Max > 0 {
			count(repeatedDesc, stats.Retries, sub.Name, "retry")
		}
		if settings.Hedge.After > 0 {
			count(repeatedDesc, stats.Hedges, sub.Name, "hedge")
		}
		if settings.Breaker.Failures > 0 {
			open := 0.0
			if stats.Breaking {
				open = 1
			}
			out <- prometheus.MustNewConstMetric(breakingDesc, prometheus.GaugeValue, open, sub.Name)
		}
	}
}
