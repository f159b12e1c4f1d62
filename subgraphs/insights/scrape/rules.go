package scrape

import (
	dto "github.com/prometheus/client_model/go"

	"github.com/weft-graphql/weft/subgraphs/insights/anomaly"
)

// operation is what becomes of a metric.
type operation int

const (
	// perSecond is how much a counter grows in a second, and counted how much within a step.
	perSecond operation = iota
	counted
	// meanOf is the mean of what a histogram observed, and shareOf which part of a counter's growth matches.
	meanOf
	shareOf
)

// rule makes a signal of a metric, or one for each value of a label. docs/insights.md has the list.
type rule struct {
	// signal is the name; %s is the value of the label by.
	signal, unit, metric, by string
	do                       operation
	match                    func(label func(string) string) bool
	settings                 anomaly.Settings
}

// least is how many observations a mean or a share is made of at least.
const least = 10

// Requests is the signal of the router's requests per second, of which load is forecast.
const Requests = "requests"

func is(name string, values ...string) func(func(string) string) bool {
	return func(label func(string) string) bool {
		for _, value := range values {
			if label(name) == value {
				return true
			}
		}
		return false
	}
}

func not(match func(func(string) string) bool) func(func(string) string) bool {
	return func(label func(string) string) bool { return !match(label) }
}

// good are statuses of subgraphs' answers that are no failures.
var good = is("status", "200", "201", "202", "204")

var (
	rate = anomaly.Settings{Kind: anomaly.Amount, Floor: 0.05}
	// Means and shares are missing when there is too little to make them of, which says nothing.
	times  = anomaly.Settings{Kind: anomaly.Amount, Sides: anomaly.Above, Floor: 0.0005, Silence: -1}
	faults = anomaly.Settings{Kind: anomaly.Count, Sides: anomaly.Above}
	hits   = anomaly.Settings{Kind: anomaly.Share, Sides: anomaly.Below, Silence: -1}
)

var rules = []rule{
	{signal: Requests, unit: "/s", metric: "weft_requests_total", do: perSecond, settings: rate},
	{
		signal: "request time", unit: " s", metric: "weft_request_duration_seconds", do: meanOf, settings: times,
		match: is("kind", "query", "mutation"),
	},
	{signal: "errors", metric: "weft_graphql_errors_total", do: counted, settings: faults},
	{signal: "refused requests", metric: "weft_refused_total", do: counted, settings: faults},
	{
		signal: "cache hits", metric: "weft_entity_cache_lookups_total", do: shareOf, settings: hits,
		match: is("result", "hit"),
	},
	{
		signal: "requests to %s", unit: "/s", metric: "weft_subgraph_requests_total", by: "subgraph", do: perSecond,
		settings: rate,
	},
	{
		signal: "time of %s", unit: " s", metric: "weft_subgraph_request_duration_seconds", by: "subgraph", do: meanOf,
		settings: times,
	},
	{
		signal: "failures of %s", metric: "weft_subgraph_requests_total", by: "subgraph", do: counted, settings: faults,
		match: not(good),
	},
	{
		signal: "time within %s", unit: " s", metric: "weft_service_request_duration_seconds", by: "subgraph",
		do: meanOf, settings: times,
	},
	{
		signal: "errors within %s", metric: "weft_service_requests_total", by: "subgraph", do: counted, settings: faults,
		match: not(is("outcome", "ok")),
	},
	{
		signal: "time of statements of %s", unit: " s", metric: "weft_service_sql_duration_seconds", by: "subgraph",
		do: meanOf, settings: times,
	},
}

// sums are what a target has counted for a signal since it started.
type sums struct{ part, whole float64 }

// add adds a series of the rule's metric.
func (r *rule) add(to *sums, m *dto.Metric) {
	label := labelOf(m)
	matches := r.match == nil || r.match(label)
	switch {
	case r.do == meanOf:
		if h := m.GetHistogram(); matches && h != nil {
			to.part += h.GetSampleSum()
			to.whole += float64(h.GetSampleCount())
		}
	case m.GetCounter() != nil:
		v := m.GetCounter().GetValue()
		to.whole += v
		if matches {
			to.part += v
		}
	}
}

func labelOf(m *dto.Metric) func(string) string {
	return func(name string) string {
		for _, pair := range m.GetLabel() {
			if pair.GetName() == name {
				return pair.GetValue()
			}
		}
		return ""
	}
}
