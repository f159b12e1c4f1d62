package cache

import (
	"cmp"
	"slices"
	"sync/atomic"
)

// counters count what happened to one type in one subgraph.
type counters struct {
	hits, partial, misses, stale, nulls atomic.Uint64
	local, remote                       atomic.Uint64
	shared                              atomic.Uint64
	stored, unstorable                  atomic.Uint64
}

// TypeStats are the counts of one type in one subgraph since the process started. Every looked up entity (or root
// call) counts as exactly one of Hits, Nulls, Stale, Partial and Misses.
type TypeStats struct {
	Subgraph string `json:"subgraph"`
	Type     string `json:"type"`
	// Hits had every wanted field, Nulls were known not to exist, Stale were served after their end.
	Hits  uint64 `json:"hits"`
	Nulls uint64 `json:"nulls"`
	Stale uint64 `json:"stale"`
	// Partial had some of the wanted fields, Misses none. Both were fetched.
	Partial uint64 `json:"partial"`
	Misses  uint64 `json:"misses"`
	// Local were answered in process, Remote with the help of Redis.
	Local  uint64 `json:"local"`
	Remote uint64 `json:"remote"`
	// Shared waited for another request's fetch of the same entity instead of fetching.
	Shared uint64 `json:"shared"`
	// Stored entities were handed to the writer, Unstorable ones must not be stored (no-store, private, no lifetime).
	Stored     uint64 `json:"stored"`
	Unstorable uint64 `json:"unstorable"`
}

// Stats are the counts of a cache since it was opened.
type Stats struct {
	Types []TypeStats `json:"types"`
	// Shared tells whether there is a Redis to share entities through, Connected whether it is in use at the moment.
	Shared    bool `json:"shared"`
	Connected bool `json:"connected"`
	// RoundTrips are the pipelines sent for lookups, Failures those that failed or took too long.
	RoundTrips uint64 `json:"roundTrips"`
	Failures   uint64 `json:"failures"`
	// Skipped are the fetches that would have asked Redis if it had been there.
	Skipped uint64 `json:"skipped"`
	// Foreign are values found under our keys that are not ours or damaged.
	Foreign uint64 `json:"foreign"`
	// Written are the entities written to Redis, WriteErrors those that Redis refused, WriteDrops those dropped because
	// too much was waiting, Redis was away, or they were too old.
	Written     uint64 `json:"written"`
	WriteErrors uint64 `json:"writeErrors"`
	WriteDrops  uint64 `json:"writeDrops"`
	// Printed are the composite values that were answered by their printed form (see printed.go).
	Printed uint64 `json:"printed"`
	// Waiting is the number of bytes that wait to be written.
	Waiting int64 `json:"waiting"`
	// Invalidations are the members invalidated through this process, Received those learned from others.
	Invalidations uint64 `json:"invalidations"`
	Received      uint64 `json:"received"`
	// LocalBytes and LocalEntries are about what the cache in process holds.
	LocalBytes   uint64 `json:"localBytes"`
	LocalEntries int    `json:"localEntries"`
}

// totals are the counts that belong to no type.
type totals struct {
	roundTrips, failures, skipped, foreign atomic.Uint64
	written, writeErrors, writeDrops       atomic.Uint64
	invalidations                          atomic.Uint64
	printed                                atomic.Uint64
}

// Stats returns the counts since the cache was opened, types sorted by subgraph and name.
func (c *Cache) Stats() Stats {
	t := &c.totals
	s := Stats{
		Shared: c.breaker != nil, Connected: c.breaker != nil && c.breaker.Closed(),
		RoundTrips: t.roundTrips.Load(), Failures: t.failures.Load(), Skipped: t.skipped.Load(), Foreign: t.foreign.Load(),
		Written: t.written.Load(), WriteErrors: t.writeErrors.Load(), WriteDrops: t.writeDrops.Load(),
		Invalidations: t.invalidations.Load(), Received: c.table.Received.Load(), Printed: t.printed.Load(),
	}
	if c.writer != nil {
		s.Waiting = c.writer.waiting.Load()
	}
	if c.l1 != nil {
		s.LocalBytes, s.LocalEntries = c.l1.Size()
		s.LocalBytes += c.forms.forms.WeightedSize()
	}
	c.eachScope(func(sc *scope) {
		n := &sc.stats
		s.Types = append(s.Types, TypeStats{
			Subgraph: sc.Subgraph, Type: sc.Type,
			Hits: n.hits.Load(), Nulls: n.nulls.Load(), Stale: n.stale.Load(),
			Partial: n.partial.Load(), Misses: n.misses.Load(),
			Local: n.local.Load(), Remote: n.remote.Load(), Shared: n.shared.Load(),
			Stored: n.stored.Load(), Unstorable: n.unstorable.Load(),
		})
	})
	slices.SortFunc(s.Types, func(a, b TypeStats) int {
		return cmp.Or(cmp.Compare(a.Subgraph, b.Subgraph), cmp.Compare(a.Type, b.Type))
	})
	return s
}
