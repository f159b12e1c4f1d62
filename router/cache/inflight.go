package cache

import (
	"context"
	"sync"

	"github.com/weft-graphql/weft/router/cache/storage"
	"github.com/weft-graphql/weft/router/exec"
)

// flight is a fetch of one record under way, for which others who miss the same can wait.
type flight struct {
	key   string
	clock uint64
	began int64
	wants []flightWant
	// done is closed when record is set; nil then means that there is nothing to share.
	done   chan struct{}
	record *storage.Record
}

type flightWant struct {
	name, covers string
	schema       uint32
}

// maxFlight is how long, in milliseconds, a flight is waited for at most; one that lasts longer is replaced.
const maxFlight = 30_000

// flights are the fetches under way by local key.
type flights struct {
	mu sync.Mutex
	by map[string]*flight
}

// board makes an entity wait for fetches under way, if these bring everything it lacks; otherwise it begins flights
// for what it will fetch itself. Types whose last answers could not be shared do without: waiting would be in vain.
func (fl *flights) board(l *lookup, e *exec.CacheEntity, st *entityState) bool {
	if !st.tp.scope.shares() {
		return false
	}
	fl.mu.Lock()
	defer fl.mu.Unlock()
	all := true
	for i := range st.items {
		it := &st.items[i]
		if !it.missing(l.now) {
			continue
		}
		if it.join = fl.by[it.local]; it.join == nil || !it.join.brings(l, st, it) {
			it.join, all = nil, false
		}
	}
	if all {
		e.Status = exec.CachePending
		return true
	}
	for i := range st.items {
		st.items[i].join = nil
		if st.items[i].missing(l.now) {
			fl.begin(l, st, &st.items[i])
		}
	}
	return false
}

// brings tells whether a flight's result will have everything an item lacks, and will not be too old for it.
func (f *flight) brings(l *lookup, st *entityState, it *item) bool {
	if l.now-f.began > maxFlight || f.clock < max(it.since, st.tp.scope.Min.Load()) ||
		!l.r.cache.versions.EntityCounts(it.self, f.clock) {
		return false
	}
	for i := range it.wants {
		w := &it.wants[i]
		if w.found != nil && w.found.Freshness(l.now) == storage.Fresh {
			continue
		}
		brought := false
		for _, b := range f.wants {
			brought = brought || b.name == w.name && b.schema == w.fp.schema &&
				(!w.fp.composite || l.r.cache.coverage.covers(b.covers, w.rf.covers))
		}
		if !brought {
			return false
		}
	}
	return true
}

// begin starts a flight for an item, unless there is one. fl.mu is held.
func (fl *flights) begin(l *lookup, st *entityState, it *item) *flight {
	if f := fl.by[it.local]; f != nil && l.now-f.began <= maxFlight {
		return nil
	}
	f := &flight{key: it.local, clock: l.clock, began: l.now, done: make(chan struct{})}
	for i := range it.wants {
		w := &it.wants[i]
		if w.found != nil && w.found.Freshness(l.now) == storage.Fresh {
			continue // it may not be fetched
		}
		f.wants = append(f.wants, flightWant{name: w.name, covers: w.rf.covers, schema: w.fp.schema})
	}
	if fl.by == nil {
		fl.by = map[string]*flight{}
	}
	fl.by[it.local] = f
	st.fetch.leads = append(st.fetch.leads, f)
	return f
}

// refresh begins the flight of a background fetch of an item; false means that somebody does that already.
func (fl *flights) refresh(l *lookup, st *entityState) bool {
	fl.mu.Lock()
	defer fl.mu.Unlock()
	led := len(st.fetch.leads)
	for i := range st.items {
		if st.items[i].missing(l.now) {
			fl.begin(l, st, &st.items[i])
		}
	}
	// They end with the background fetch, not with this one.
	st.refresh = append(st.refresh, st.fetch.leads[led:]...)
	st.fetch.leads = st.fetch.leads[:led]
	return len(st.refresh) > 0
}

// end ends a flight with what it brought for everybody (nil: nothing).
func (fl *flights) end(f *flight, rec *storage.Record) {
	fl.mu.Lock()
	if fl.by[f.key] == f {
		delete(fl.by, f.key)
	}
	fl.mu.Unlock()
	f.record = rec
	close(f.done)
}

// Wait implements exec.RequestCache.
func (r *requestCache) Wait(ctx context.Context, f *exec.CacheFetch) {
	v := visitOf(f)
	if v == nil {
		return
	}
	c := r.cache
	l := lookup{r: r, f: f, v: v, clock: c.versions.Clock.Load()}
	l.audience, l.credentials = r.caller(v)
	for i := range f.Entities {
		e := &f.Entities[i]
		st, ok := e.State.(*entityState)
		if !ok || e.Status != exec.CachePending {
			continue
		}
		e.Status = exec.CacheMiss
		arrived := true
		for j := range st.items {
			// Two fetches that each lead what the other waits for would wait forever: whoever leads does not wait.
			arrived = arrived && len(st.fetch.leads) == 0 && st.items[j].arrives(ctx)
		}
		l.now = millis(c.cfg.Now())
		if arrived {
			l.board(st)
		}
		l.disembark(e, st)
	}
	v.contribute(r, &l.tally)
}

// arrives waits for the flight an item waits for.
func (it *item) arrives(ctx context.Context) bool {
	if it.join == nil {
		return true
	}
	select {
	case <-it.join.done:
		return it.join.record != nil
	case <-ctx.Done():
		return false
	}
}

// board takes what the flights of an entity brought, as far as it counts.
func (l *lookup) board(st *entityState) {
	for i := range st.items {
		it := &st.items[i]
		if it.join == nil {
			continue
		}
		rec := it.join.record
		for j := range rec.Fields {
			f := &rec.Fields[j]
			if !l.r.cache.versions.DepsCount(f.Deps, f.Clock) || !l.r.cache.versions.EntityCounts(it.self, f.Clock) {
				return
			}
		}
		for j := range it.wants {
			l.consider(st, it, &it.wants[j], rec)
		}
		if n := rec.Find(negativeHash, negativeName); n != nil && n.Clock >= st.tp.scope.Min.Load() && l.allowed(n) {
			it.negative = n
		}
	}
}

// disembark sets the status of an entity after its flights have arrived, or have not.
func (l *lookup) disembark(e *exec.CacheEntity, st *entityState) {
	n := &st.tp.scope.stats
	complete := true
	for i := range st.items {
		complete = complete && !st.items[i].missing(l.now)
	}
	switch {
	case complete && len(st.items) > 0 && st.items[0].wants != nil:
		l.fill(e, st)
		n.hits.Add(1)
		n.shared.Add(1)
	case !st.cp.root && st.items[0].negative != nil:
		e.Status = exec.CacheNull
		n.nulls.Add(1)
		n.shared.Add(1)
	default:
		n.misses.Add(1)
	}
}
