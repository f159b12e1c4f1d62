package prepared

import (
	"sync"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
)

// entryBytes is what an entry costs besides its document and plans.
const entryBytes = 1024

// maxSets bounds the condition sets an entry keeps plans for: n conditions have 2^n of them.
const maxSets = 64

// Entry is what is known of one document and operation name.
type Entry[P any] struct {
	// Prepared is nil when the document was refused.
	Prepared *operation.Prepared

	cache       *Cache[P]
	shard       *shard[P]
	sum         uint64
	query, name string
	errs        gqlerror.List
	// ready is closed when Prepared and errs are set.
	ready chan struct{}

	// used is set by every hit and taken back by the eviction hand; at is when the last hit was.
	used       atomic.Bool
	at         atomic.Uint64
	prev, next *Entry[P]
	bytes      int64
	gone       bool

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

	err   error
	ready chan struct{}
}

// Plan returns the plan for a set of conditions, making it when it is asked for the first time. A hit does not allocate.
func (e *Entry[P]) Plan(set operation.ConditionSet) (*Planned[P], error) {
	if p := e.last.Load(); p != nil && p.Conditions == set {
		e.cache.stats.planHits.Add(1)
		return p, p.err
	}
	e.mu.Lock()
	p := e.plans[set]
	created := p == nil
	if created {
		if e.plans == nil {
			e.plans = map[operation.ConditionSet]*Planned[P]{}
		}
		if len(e.plans) >= maxSets {
			for other := range e.plans {
				delete(e.plans, other)
				break
			}
		}
		p = &Planned[P]{Conditions: set, ready: make(chan struct{})}
		e.plans[set] = p
	}
	e.mu.Unlock()
	if created {
		e.cache.stats.planMisses.Add(1)
		e.plan(p)
	} else {
		e.cache.stats.planHits.Add(1)
		<-p.ready
	}
	e.last.Store(p)
	return p, p.err
}

func (e *Entry[P]) plan(p *Planned[P]) {
	defer close(p.ready)
	defer func() {
		if r := recover(); r != nil {
			p.err = internalError("the operation could not be planned", r)
		}
	}()
	op := e.Prepared.Operation(p.Conditions)
	p.Plan, p.err = e.cache.opts.Planner.Plan(op)
	if p.err == nil && e.cache.opts.Compile != nil {
		p.Compiled, p.err = e.cache.opts.Compile(e.Prepared, p.Plan)
	}
	if p.Plan != nil {
		e.grow(planBytes(op, p.Plan))
	}
}

// planBytes estimates the memory of an operation, its plan, and a program compiled from them.
func planBytes(op *operation.Operation, p *plan.Plan) int64 {
	n := int64(len(op.Fields))*250 + int64(p.Fields)*500 + 512
	for _, r := range p.Requests {
		n += int64(len(r.Document)) + 512
	}
	return n
}

// grow accounts for more memory of the entry and evicts others when the bound is exceeded.
func (e *Entry[P]) grow(bytes int64) {
	e.shard.mu.Lock()
	if !e.gone {
		e.bytes += bytes
		e.shard.bytes += bytes
		e.cache.stats.evictions.Add(e.shard.evict(e))
	}
	e.shard.mu.Unlock()
}

// Plans is the number of plans the entry holds.
func (e *Entry[P]) Plans() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.plans)
}
