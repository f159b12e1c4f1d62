package prepared

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
)

// entryBytes is what an entry costs besides its document and plans, and errorBytes each error of a refused document
// besides its message.
const (
	entryBytes = 1024
	errorBytes = 768
)

// maxSets bounds the condition sets an entry keeps plans for: n conditions have 2^n of them.
const maxSets = 64

// Entry is what is known of one document and operation name, or of all with the same form.
type Entry[P any] struct {
	// Prepared is nil when the document was refused.
	Prepared *operation.Prepared
	// Examined is what Options.Examine made of it.
	Examined any

	cache *Cache[P]
	shard *shard[P]
	key   key
	// source is the document that was prepared, name the operation that was asked for.
	source, name string
	errs         gqlerror.List
	// ready is closed when Prepared and errs are set; givenUp tells that they never will be.
	ready   chan struct{}
	givenUp bool
	// place is kept for the first plan.
	place atomic.Pointer[permit]

	// used is set by every hit and taken back when the entry comes by in its queue; at is when the last hit was.
	used       atomic.Bool
	at         atomic.Uint64
	queue      *queue[P]
	prev, next *Entry[P]
	bytes      int64
	gone       bool
	// aliases are the documents that are known to have the entry's form; retired tells that there will be no more.
	// aliasing guards them; no other entry's lock is taken under it.
	aliasing sync.Mutex
	aliases  []*alias[P]
	retired  bool

	// last is the plan that was asked for last; almost always the only one.
	last  atomic.Pointer[Planned[P]]
	mu    sync.Mutex
	plans map[operation.ConditionSet]*Planned[P]
}

// Planned is the plan of an operation for one set of conditions.
type Planned[P any] struct {
	Conditions operation.ConditionSet
	Plan       *plan.Plan
	// Compiled is what Options.Compile made of the plan.
	Compiled P

	err error
	// ready is closed when all of this is set; givenUp tells that it never will be.
	ready   chan struct{}
	givenUp bool
	bytes   int64
}

// Plan returns the plan for a set of conditions, making it when it is asked for the first time. A hit does not
// allocate. The error can be ErrBusy.
func (e *Entry[P]) Plan(ctx context.Context, set operation.ConditionSet) (*Planned[P], error) {
	return e.planFor(ctx, set, nil)
}

// planFor is Plan for a set of conditions whose plan may be known already.
func (e *Entry[P]) planFor(ctx context.Context, set operation.ConditionSet, known *plan.Plan) (*Planned[P], error) {
	if p := e.last.Load(); p != nil && p.Conditions == set {
		e.cache.stats.planHits.Add(1)
		return p, p.err
	}
	for {
		p, created := e.planned(set)
		switch {
		case created:
			e.cache.stats.planMisses.Add(1)
			if !e.plan(ctx, p, known) {
				return nil, ErrBusy
			}
		case !await(ctx, p.ready):
			return nil, ErrBusy
		case p.givenUp:
			continue
		default:
			e.cache.stats.planHits.Add(1)
		}
		e.last.Store(p)
		return p, p.err
	}
}

// Done tells that a request needs no plan any more.
func (e *Entry[P]) Done() {
	if e.place.Load() != nil {
		if place := e.place.Swap(nil); place != nil {
			place.leave()
		}
	}
}

// planned returns what is or will be the plan for a set of conditions; created tells that the caller has to make it.
func (e *Entry[P]) planned(set operation.ConditionSet) (p *Planned[P], created bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.plans[set]; p != nil {
		return p, false
	}
	if e.plans == nil {
		e.plans = map[operation.ConditionSet]*Planned[P]{}
	}
	if len(e.plans) >= maxSets {
		for _, other := range e.plans {
			e.forget(other)
			break
		}
	}
	p = &Planned[P]{Conditions: set, ready: make(chan struct{})}
	e.plans[set] = p
	return p, true
}

// settled is the plan if it has been made.
func (p *Planned[P]) settled() *plan.Plan {
	select {
	case <-p.ready:
		if p.err == nil && !p.givenUp {
			return p.Plan
		}
	default:
	}
	return nil
}

// forget drops a plan. The lock is held.
func (e *Entry[P]) forget(p *Planned[P]) {
	if e.plans[p.Conditions] == p {
		delete(e.plans, p.Conditions)
		e.grow(-p.bytes)
		p.bytes = 0
	}
}

// plan makes a plan; false means that there was no place for it in time.
func (e *Entry[P]) plan(ctx context.Context, p *Planned[P], known *plan.Plan) bool {
	defer close(p.ready)
	place := e.place.Swap(nil)
	if place == nil {
		place = e.cache.admission.enter(ctx, len(e.source))
	}
	if place == nil {
		p.givenUp = true
		e.mu.Lock()
		e.forget(p)
		e.mu.Unlock()
		return false
	}
	defer func() {
		if r := recover(); r != nil {
			e.cache.panicked(r)
			p.err = errInternal
		}
		place.leave()
	}()
	if p.Plan = known; known == nil {
		p.Plan, p.err = e.cache.opts.Planner.Plan(e.Prepared.Operation(p.Conditions))
	}
	if p.err == nil && e.cache.opts.Compile != nil {
		p.Compiled, p.err = e.cache.opts.Compile(e.Prepared, p.Plan)
	}
	if p.Plan != nil {
		e.keep(p, planBytes(p.Plan.Operation, p.Plan))
	}
	return true
}

var errInternal = errors.New("internal error")

// keep accounts for a plan that was made, unless it was dropped meanwhile.
func (e *Entry[P]) keep(p *Planned[P], bytes int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.plans[p.Conditions] == p {
		p.bytes = bytes
		e.grow(bytes)
	}
}

// planBytes estimates the memory of an operation, its plan, and a program compiled from them.
func planBytes(op *operation.Operation, p *plan.Plan) int64 {
	n := int64(len(op.Fields))*400 + int64(p.Fields)*800 + 1024
	for _, r := range p.Requests {
		n += 2*int64(len(r.Document)) + 1536
	}
	return n
}

// grow accounts for more memory of the entry, or less, and evicts others when the bound is exceeded. An entry that has
// become too large is not kept itself.
func (e *Entry[P]) grow(bytes int64) {
	s := e.shard
	tooLarge := false
	s.mu.Lock()
	if !e.gone {
		s.resize(e, bytes)
		if tooLarge = e.bytes > e.cache.opts.Bytes/largestPart; tooLarge {
			s.remove(e)
			e.cache.stats.evictions.Add(1)
		}
	}
	s.mu.Unlock()
	if tooLarge {
		e.retire()
	}
	e.cache.trim(e)
}

// drop takes the entry out of the cache.
func (e *Entry[P]) drop() {
	e.shard.mu.Lock()
	defer e.shard.mu.Unlock()
	if !e.gone {
		e.shard.remove(e)
	}
}

// Source is the document that was prepared. Others with the entry's form have their tokens in other places.
func (e *Entry[P]) Source() string { return e.source }

// Formed tells that the entry may be that of another document with the same form.
func (e *Entry[P]) Formed() bool { return e.key.formed }

// Plans is the number of plans the entry holds.
func (e *Entry[P]) Plans() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.plans)
}
