// Package prepared remembers what was prepared for a document: one lookup by (document, operation name) yields the
// prepared operation, its plans, and whatever the executor compiled from them.
//
// The cache is bounded by bytes. Documents are told apart by equality, found by a keyed hash; those with the same form
// (operation.Form) share an entry. Concurrent requests for the same document, or the same plan, do the work once.
// Refused documents are remembered, too, so that sending them again costs nothing. How many documents are prepared at
// the same time is bounded: a flood of new ones takes neither all memory nor all processors.
package prepared

import (
	"context"
	"hash/maphash"
	"sync"
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
	// Examine is called once for each prepared document; its result is kept as Entry.Examined. Errors refuse the
	// document. It may be nil.
	Examine func(p *operation.Prepared) (any, gqlerror.List)
	// Bytes bounds the estimated memory of all entries; zero means DefaultBytes. It also bounds the documents that
	// wait to be prepared.
	Bytes int64
	// Panicked is told of panics while something was prepared or planned. The client only hears that it failed. It may
	// be nil.
	Panicked func(cause any)
}

const shards = 16

// largestPart is the part of the cache that a single entry may fill; larger ones are used and not kept.
const largestPart = 4

// probationPart is the part of the cache that is for documents which were seen once.
const probationPart = 10

// Cache is safe for concurrent use.
type Cache[P any] struct {
	opts   Options[P]
	seed   maphash.Seed
	shards [shards]shard[P]
	stats  counters
	clock  atomic.Uint64
	// bytes are those of all shards, probation those of them that are on probation.
	bytes, probation atomic.Int64
	admission        *admission

	// trimming lets one goroutine at a time evict entries; next is the shard whose turn it is.
	trimming sync.Mutex
	next     int
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
		opts.Bytes = DefaultBytes()
	}
	c := &Cache[P]{opts: opts, seed: maphash.MakeSeed(), admission: newAdmission(opts.Bytes)}
	for i := range c.shards {
		c.shards[i].byHash, c.shards[i].aliases = map[uint64]*Entry[P]{}, map[uint64]*alias[P]{}
	}
	return c
}

// Get returns the entry of a document and operation name (empty for a document with one operation). The bytes are not
// retained. A hit does not allocate. There is no entry when the document was not looked at (ErrBusy), or is too
// large to be (operation.Oversized). Done must be called on an entry that was not refused.
//
// The entry may be that of another document with the same form; then form.Literals are the values of this one. Without
// a form the entry is of this very document.
func (c *Cache[P]) Get(
	ctx context.Context, query, operationName []byte, form *operation.Form,
) (*Entry[P], gqlerror.List, error) {
	return c.get(ctx, query, operationName, form, nil)
}

// get is Get for a document that may have been prepared already, for the same supergraph and limits.
func (c *Cache[P]) get(
	ctx context.Context, query, operationName []byte, form *operation.Form, known *operation.Prepared,
) (*Entry[P], gqlerror.List, error) {
	k := c.key(query, operationName, false)
	if form == nil {
		return c.exact(ctx, k, query, operationName, known)
	}
	s := c.shard(k)
	s.mu.RLock()
	e, a := s.find(k)
	s.mu.RUnlock()
	if a != nil {
		form.Literals.Set(&a.literals)
		c.hit(a.entry)
		return a.entry, nil, nil
	}
	if e == nil {
		if errs := operation.Oversized(query, c.opts.Limits); len(errs) > 0 {
			return nil, errs, nil
		}
		if form.Scan(c.opts.Supergraph, query, operationName) {
			e, errs, err := c.formed(ctx, k, query, operationName, form, known)
			if e != nil || err != nil {
				return e, errs, err
			}
		}
	}
	form.Literals.Set(&operation.Literals{})
	return c.exact(ctx, k, query, operationName, known)
}

// exact is get for the document itself.
func (c *Cache[P]) exact(
	ctx context.Context, k key, query, operationName []byte, known *operation.Prepared,
) (*Entry[P], gqlerror.List, error) {
	for {
		e, created := c.insert(k, query, operationName)
		if created {
			if !c.prepare(ctx, e, nil, known) {
				return nil, nil, ErrBusy
			}
			return e, e.errs, nil
		}
		if !await(ctx, e.ready) {
			return nil, nil, ErrBusy
		}
		if !e.givenUp {
			c.hit(e)
			return e, e.errs, nil
		}
	}
}

// formed is get for the document's form; exact is the key of the document itself. There is no entry when the document
// that came first with the form is refused: what is wrong, and where, is told of each for itself.
func (c *Cache[P]) formed(
	ctx context.Context, exact key, query, operationName []byte, form *operation.Form, known *operation.Prepared,
) (*Entry[P], gqlerror.List, error) {
	k := c.key(form.Text, nil, true)
	for {
		e, created := c.insert(k, query, operationName)
		if created {
			if !c.prepare(ctx, e, form, known) {
				return nil, nil, ErrBusy
			}
			if len(e.errs) > 0 {
				e.drop()
				return c.refused(exact, query, operationName, e.errs), e.errs, nil
			}
			s := c.shard(exact)
			s.mu.Lock()
			s.seenAlone.see(exact.sum)
			s.mu.Unlock()
			return e, nil, nil
		}
		if !await(ctx, e.ready) {
			return nil, nil, ErrBusy
		}
		if e.givenUp {
			continue
		}
		if len(e.errs) > 0 {
			return nil, nil, nil
		}
		c.hit(e)
		c.alias(exact, e, query, operationName, &form.Literals)
		return e, nil, nil
	}
}

// refused remembers what is wrong with a document.
func (c *Cache[P]) refused(k key, query, operationName []byte, errs gqlerror.List) *Entry[P] {
	e, created := c.insert(k, query, operationName)
	if created {
		e.refuse(errs)
		close(e.ready)
	}
	return e
}

func (c *Cache[P]) hit(e *Entry[P]) {
	e.used.Store(true)
	e.at.Store(c.clock.Add(1))
	c.stats.hits.Add(1)
}

// await waits for what another request is doing; false when ctx ended before.
func await(ctx context.Context, ready chan struct{}) bool {
	select {
	case <-ready:
		return true
	default:
	}
	select {
	case <-ready:
		return true
	case <-ctx.Done():
		return false
	}
}

// insert returns the entry of a key, or adds one that is still to be prepared.
func (c *Cache[P]) insert(k key, query, operationName []byte) (e *Entry[P], created bool) {
	s := c.shard(k)
	s.mu.RLock()
	e, _ = s.find(k)
	s.mu.RUnlock()
	if e != nil {
		return e, false
	}
	s.mu.Lock()
	if e, _ := s.find(k); e != nil {
		s.mu.Unlock()
		return e, false
	}
	e = &Entry[P]{cache: c, shard: s, source: string(query), name: string(operationName), ready: make(chan struct{})}
	if e.key = k.keep(); !k.formed {
		e.key.text, e.key.name = e.source, e.name
	}
	e.at.Store(c.clock.Add(1))
	e.bytes = entryBytes + int64(len(query)+len(operationName))
	if k.formed {
		e.bytes += int64(len(e.key.text))
	}
	s.add(e)
	s.mu.Unlock()
	c.trim(e)
	return e, true
}

// prepare fills an entry; false means that there was no place for it in time, and the entry is gone. Whoever waits for
// it is released whatever happens. form, when not nil, is what the entry is for; known what the document was prepared
// to already.
func (c *Cache[P]) prepare(ctx context.Context, e *Entry[P], form *operation.Form, known *operation.Prepared) bool {
	c.stats.misses.Add(1)
	defer close(e.ready)
	place := c.admission.enter(ctx, len(e.source))
	if place == nil {
		e.givenUp = true
		e.drop()
		return false
	}
	defer func() {
		if r := recover(); r != nil {
			c.panicked(r)
			e.Prepared, e.errs = nil, gqlerror.List{gqlerror.Errorf("The operation could not be prepared: internal error.")}
		}
		if e.Prepared == nil {
			place.leave()
			return
		}
		// The plan comes next. If it had to wait for a place, what is prepared already would pile up.
		e.place.Store(place)
	}()
	prepared, errs := known, gqlerror.List(nil)
	if known == nil {
		prepared, errs = operation.PrepareForm(c.opts.Supergraph, e.source, e.name, c.opts.Limits, form)
	}
	if len(errs) == 0 && c.opts.Examine != nil {
		e.Examined, errs = c.opts.Examine(prepared)
	}
	if len(errs) == 0 {
		e.Prepared = prepared
		// The syntax tree, with everything validation hangs into it, is some forty times the text.
		e.grow(int64(len(e.source)) * 40)
	}
	e.refuse(errs)
	return true
}

// refuse notes what is wrong with the document.
func (e *Entry[P]) refuse(errs gqlerror.List) {
	e.errs = errs
	for _, err := range errs {
		e.grow(errorBytes + int64(len(err.Message)))
	}
}

func (c *Cache[P]) panicked(cause any) {
	if c.opts.Panicked != nil {
		c.opts.Panicked(cause)
	}
}

// trim evicts entries, but not keep, until the cache is within its bounds: one of each shard in turn.
func (c *Cache[P]) trim(keep *Entry[P]) {
	if !c.full() && !c.crowded() {
		return
	}
	c.trimming.Lock()
	defer c.trimming.Unlock()
	// The first round may find that everything was used since the last one, and only takes that back.
	for idle := 0; idle < 2*shards && (c.full() || c.crowded()); {
		s := &c.shards[c.next%shards]
		c.next++
		s.mu.Lock()
		var evicted *Entry[P]
		judged := false
		if c.crowded() || s.main.length == 0 {
			evicted, judged = s.judge(keep)
		} else {
			evicted = s.evict(keep)
		}
		s.mu.Unlock()
		if evicted != nil {
			evicted.retire()
			c.stats.evictions.Add(1)
		}
		if evicted != nil || judged {
			idle = 0
		} else {
			idle++
		}
	}
}

// full tells that there is more in the cache than may be, crowded that there is more of what was seen once.
func (c *Cache[P]) full() bool    { return c.bytes.Load() > c.opts.Bytes }
func (c *Cache[P]) crowded() bool { return c.probation.Load() > c.opts.Bytes/probationPart }

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
		out.Bytes += s.probation.bytes + s.main.bytes
		s.mu.RUnlock()
	}
	return out
}

// WarmUp prepares and plans what was used most recently in another cache, at most n documents, the latest first:
// called on the cache of a new supergraph, or of new settings, before it takes over. What was prepared for the same
// supergraph and limits is taken over as it is, and so are plans if the planner is the same. Operations that the new
// supergraph refuses are left out. It returns how many were planned.
func (c *Cache[P]) WarmUp(ctx context.Context, from *Cache[P], n int) (planned int) {
	samePrepared := c.opts.Supergraph == from.opts.Supergraph && c.opts.Limits == from.opts.Limits
	samePlans := samePrepared && c.opts.Planner == from.opts.Planner
	var scratch operation.Form
	for _, old := range from.recent(n) {
		if ctx.Err() != nil {
			return planned
		}
		known := old.prepared
		if !samePrepared {
			known = nil
		}
		form := &scratch
		if !old.formed {
			form = nil
		}
		e, errs, err := c.get(ctx, []byte(old.source), []byte(old.name), form, known)
		if err != nil || len(errs) > 0 {
			continue
		}
		ok := true
		for set, made := range old.plans {
			if !samePlans {
				made = nil
			}
			if _, err := e.planFor(ctx, translate(old.prepared.Conditions(), e.Prepared.Conditions(), set), made); err != nil {
				ok = false
			}
		}
		e.Done()
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
