// Package prepared remembers what was prepared for a document: one lookup by (document, operation name) yields the
// prepared operation, its plans, and whatever the executor compiled from them.
//
// The cache is bounded by bytes. Documents are told apart by equality, found by a keyed hash. Concurrent requests for
// the same document, or the same plan, do the work once. Refused documents are remembered, too, so that sending them
// again costs nothing.
package prepared

import (
	"context"
	"fmt"
	"hash/maphash"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// Options configure a Cache. P is what Compile makes of a plan.
type Options[P any] struct {
	Supergraph *supergraph.Supergraph
	Planner    *plan.Planner
	Limits     operation.Limits
	// Compile is called once for each plan; its result is kept beside the plan. It may be nil.
	Compile func(p *operation.Prepared, pl *plan.Plan) (P, error)
	// Bytes bounds the estimated memory of all entries; zero means DefaultBytes.
	Bytes int64
}

// DefaultBytes is the bound of a cache for which none is given.
const DefaultBytes = 64 << 20

const shards = 16

// Cache is safe for concurrent use.
type Cache[P any] struct {
	opts   Options[P]
	seed   maphash.Seed
	shards [shards]shard[P]
	stats  counters
	clock  atomic.Uint64
}

type counters struct {
	hits, misses, planHits, planMisses, evictions atomic.Uint64
}

// Stats are the counters of a cache since it was made.
type Stats struct {
	// Hits and Misses count lookups of documents, PlanHits and PlanMisses those of plans.
	Hits, Misses, PlanHits, PlanMisses uint64
	// Evictions counts entries dropped to stay within the bound.
	Evictions uint64
	// Entries and Bytes are what is held now; Bytes is an estimate.
	Entries int
	Bytes   int64
}

// New makes an empty cache.
func New[P any](opts Options[P]) *Cache[P] {
	if opts.Bytes <= 0 {
		opts.Bytes = DefaultBytes
	}
	c := &Cache[P]{opts: opts, seed: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i].byHash = map[uint64]*Entry[P]{}
		c.shards[i].limit = opts.Bytes / shards
	}
	return c
}

// Get returns the entry of a document and operation name (empty for a document with one operation). The bytes are not
// retained. A hit does not allocate.
func (c *Cache[P]) Get(query, operationName []byte) (*Entry[P], gqlerror.List) {
	var h maphash.Hash
	h.SetSeed(c.seed)
	h.Write(query)
	h.WriteByte(0)
	h.Write(operationName)
	sum := h.Sum64()
	s := &c.shards[sum%shards]

	s.mu.RLock()
	e := s.find(sum, query, operationName)
	s.mu.RUnlock()
	if e == nil {
		var created bool
		if e, created = c.insert(s, sum, query, operationName); created {
			c.prepare(e)
			return e, e.errs
		}
	}
	e.used.Store(true)
	e.at.Store(c.clock.Add(1))
	<-e.ready
	c.stats.hits.Add(1)
	return e, e.errs
}

// insert adds an entry that is still to be prepared, unless another request did.
func (c *Cache[P]) insert(s *shard[P], sum uint64, query, operationName []byte) (e *Entry[P], created bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.find(sum, query, operationName); e != nil {
		return e, false
	}
	e = &Entry[P]{cache: c, shard: s, sum: sum, query: string(query), name: string(operationName), ready: make(chan struct{})}
	e.at.Store(c.clock.Add(1))
	e.bytes = entryBytes + int64(len(query))
	s.add(e)
	c.stats.misses.Add(1)
	return e, true
}

// prepare fills an entry. Whoever waits for it is released whatever happens.
func (c *Cache[P]) prepare(e *Entry[P]) {
	defer close(e.ready)
	defer func() {
		if r := recover(); r != nil {
			e.Prepared, e.errs = nil, gqlerror.List{gqlerror.Errorf("The operation could not be prepared: internal error (%v).", r)}
		}
	}()
	e.Prepared, e.errs = operation.Prepare(c.opts.Supergraph, e.query, e.name, c.opts.Limits)
	if e.Prepared != nil {
		// The syntax tree, with everything validation hangs into it, is some thirty times the text.
		e.grow(int64(len(e.query)) * 30)
	}
}

// Stats returns the counters.
func (c *Cache[P]) Stats() Stats {
	out := Stats{
		Hits: c.stats.hits.Load(), Misses: c.stats.misses.Load(), Evictions: c.stats.evictions.Load(),
		PlanHits: c.stats.planHits.Load(), PlanMisses: c.stats.planMisses.Load(),
	}
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.RLock()
		out.Entries += len(s.byHash)
		out.Bytes += s.bytes
		s.mu.RUnlock()
	}
	return out
}

// WarmUp prepares and plans what was used most recently in another cache, at most n documents, the latest first: called
// on the cache of a new supergraph before it takes over. Operations that the new supergraph refuses are left out. It
// returns how many were planned.
func (c *Cache[P]) WarmUp(ctx context.Context, from *Cache[P], n int) (planned int) {
	for _, old := range from.recent(n) {
		if ctx.Err() != nil {
			return planned
		}
		e, errs := c.Get([]byte(old.query), []byte(old.name))
		if len(errs) > 0 {
			continue
		}
		ok := true
		for _, set := range old.sets {
			if _, err := e.Plan(translate(old.conditions, e.Prepared.Conditions(), set)); err != nil {
				ok = false
			}
		}
		if ok {
			planned++
		}
	}
	return planned
}

// translate rewrites a condition set for another supergraph, in which other override labels can matter.
func translate(from, to []operation.Condition, set operation.ConditionSet) (out operation.ConditionSet) {
	for i, c := range to {
		for j, o := range from {
			if o.Variable == c.Variable && o.Label == c.Label && set.Has(j) {
				out = out.With(i)
			}
		}
	}
	return out
}

func internalError(what string, r any) error {
	return fmt.Errorf("%s: internal error (%v)", what, r)
}
