package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/module"
)

var (
	clientsDesc = prometheus.NewDesc("weft_subscriptions_open", "Running subscriptions of clients.", nil, nil)
	feedsDesc   = prometheus.NewDesc("weft_subscription_operations_open",
		"Different ones among the running subscriptions: each answers an event once, for all of its clients.", nil, nil)
	upstreamDesc = prometheus.NewDesc("weft_subscription_sources_open",
		"Running subscriptions at subgraphs and event buses.", nil, nil)
	socketsDesc = prometheus.NewDesc("weft_websockets_open", "Open WebSockets of clients.", nil, nil)
	eventsDesc  = prometheus.NewDesc(
		"weft_subscription_events_total",
		"Events that were answered, once for each operation.",
		nil,
		nil,
	)
	deliveredDesc = prometheus.NewDesc(
		"weft_subscription_deliveries_total",
		"Answers to events that clients took.",
		nil,
		nil,
	)
	cutOffDesc = prometheus.NewDesc("weft_subscriptions_cut_off_total",
		"Subscriptions that ended because their clients read too slowly.", nil, nil)
	reopenedDesc = prometheus.NewDesc("weft_subscription_reconnects_total",
		"Attempts to open a subscription at a subgraph, or an event bus, that broke off.", nil, nil)

	subscriptionDescs = []*prometheus.Desc{
		clientsDesc, feedsDesc, upstreamDesc, socketsDesc, eventsDesc, deliveredDesc, cutOffDesc, reopenedDesc,
	}
)

// collectSubscriptions sends the counts of subscriptions.
func collectSubscriptions(
	s *module.Subscriptions,
	send func(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string),
) {
	send(clientsDesc, prometheus.GaugeValue, float64(s.Clients))
	send(feedsDesc, prometheus.GaugeValue, float64(s.Feeds))
	send(upstreamDesc, prometheus.GaugeValue, float64(s.Sources))
	send(socketsDesc, prometheus.GaugeValue, float64(s.WebSockets))
	send(eventsDesc, prometheus.CounterValue, float64(s.Events))
	send(deliveredDesc, prometheus.CounterValue, float64(s.Delivered))
	send(cutOffDesc, prometheus.CounterValue, float64(s.CutOff))
	send(reopenedDesc, prometheus.CounterValue, float64(s.Reconnects))
}
