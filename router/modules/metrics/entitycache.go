package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/cache"
)

// These are all that weft cache stats knows.
var (
	lookupsDesc = prometheus.NewDesc("weft_entity_cache_lookups_total", "Entities looked up in the entity cache.",
		[]string{"subgraph", "type", "result"}, nil)
	sourcesDesc = prometheus.NewDesc(
		"weft_entity_cache_answers_total",
		"Entities that the entity cache answered, by where it had them from: the process, Redis, or the fetch of another request.",
		[]string{"subgraph", "type", "source"},
		nil,
	)
	storesDesc = prometheus.NewDesc("weft_entity_cache_stores_total",
		"Fetched entities that were stored, and those that must not be (no-store, private, no lifetime).",
		[]string{"subgraph", "type", "result"}, nil)
	redisDesc = prometheus.NewDesc(
		"weft_entity_cache_redis_up",
		"Whether Redis is in use; absent without one.",
		nil,
		nil,
	)
	operationsDesc = prometheus.NewDesc(
		"weft_entity_cache_operations_total",
		"What the entity cache did.",
		[]string{"what"},
		nil,
	)
	waitingDesc = prometheus.NewDesc(
		"weft_entity_cache_waiting_bytes",
		"Values that wait to be written to Redis, in bytes.",
		nil,
		nil,
	)
	heldBytesDesc = prometheus.NewDesc(
		"weft_entity_cache_process_bytes",
		"What the cache in process holds, in bytes.",
		nil,
		nil,
	)
	heldDesc = prometheus.NewDesc(
		"weft_entity_cache_process_entries",
		"Entities and root fields that the cache in process holds.",
		nil,
		nil,
	)

	entityCacheDescs = []*prometheus.Desc{
		lookupsDesc, sourcesDesc, storesDesc, redisDesc, operationsDesc, waitingDesc, heldBytesDesc, heldDesc,
	}
)

// collectEntityCache sends the counts of the entity cache.
func collectEntityCache(
	c *cache.Stats,
	send func(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string),
) {
	count := func(d *prometheus.Desc, counts map[string]uint64, labels ...string) {
		for name, n := range counts {
			send(d, prometheus.CounterValue, float64(n), append(labels[:len(labels):len(labels)], name)...)
		}
	}
	for _, t := range c.Types {
		count(lookupsDesc, map[string]uint64{
			"hit": t.Hits, "partial": t.Partial, "miss": t.Misses, "stale": t.Stale, "null": t.Nulls,
		}, t.Subgraph, t.Type)
		count(sourcesDesc, map[string]uint64{"process": t.Local, "redis": t.Remote, "fetch": t.Shared}, t.Subgraph, t.Type)
		count(storesDesc, map[string]uint64{"stored": t.Stored, "not_storable": t.Unstorable}, t.Subgraph, t.Type)
	}
	count(operationsDesc, map[string]uint64{
		"round_trip": c.RoundTrips, "failure": c.Failures, "skipped": c.Skipped, "written": c.Written,
		"write_error": c.WriteErrors, "write_dropped": c.WriteDrops, "invalidation": c.Invalidations,
		"invalidation_received": c.Received, "foreign": c.Foreign, "printed": c.Printed,
	})
	if c.Shared {
		up := 0.0
		if c.Connected {
			up = 1
		}
		send(redisDesc, prometheus.GaugeValue, up)
	}
	send(waitingDesc, prometheus.GaugeValue, float64(c.Waiting))
	send(heldBytesDesc, prometheus.GaugeValue, float64(c.LocalBytes))
	send(heldDesc, prometheus.GaugeValue, float64(c.LocalEntries))
}
