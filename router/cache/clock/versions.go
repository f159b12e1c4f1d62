package clock

import (
	"sync"
	"sync/atomic"
)

// The invalidation clock.
//
// Redis keeps one counter of a graph's invalidations, in microseconds of its own time so that it goes on rising when
// it was lost (see table.go). A reading of the clock in this process is that number shifted left by subBits; the lower
// bits count invalidations made here while Redis could not be reached, so that they too are later than everything
// before them.
//
// What was invalidated is named by a member:
//
//	*            everything
//	s:<S>        everything subgraph S said
//	t:<S>:<T>    everything subgraph S said about entities of type T
//	c:<S>:<T>    some entity of type T changed in subgraph S (covers root lists and "there is none" answers only)
//	u:<digest>   some entity of a type changed in a subgraph that was named by one key and not by all the others (see
//	             UnnamedMember): covers entities that are known without that key. With @cacheTag as the key, one with a
//	             tag
//	g:<S>:<tag>  what subgraph S said and tagged
//	e:<digest>   one entity in one subgraph (see EntityMember)
//
// The first five kinds are as many as the schema has types and keys and are kept for good. Of the last two the latest
// MaxTracked are kept; older ones are replaced by a floor below which nothing that depends on such members counts.

const subBits = 12

// Reading turns the number Redis keeps into a clock reading.
func Reading(seq uint64) uint64 { return seq << subBits }

// Sequence is the inverse of reading, rounded down: what was learned here while Redis was away is forgotten.
func Sequence(clock uint64) uint64 { return clock >> subBits }

// Watched is one type in one subgraph. Whoever has stored values of it keeps a pointer, so that checking one costs one
// atomic load.
type Watched struct {
	Subgraph, Type string
	// Min is the oldest reading that counts.
	Min atomic.Uint64
}

// Versions is this process's copy of what was invalidated when.
type Versions struct {
	Clock atomic.Uint64
	// Changes counts changes of anything a value can depend on besides its scope, and those of values that were renewed.
	// A record or printed form verified at the current count needs no look at its dependencies.
	Changes atomic.Uint64

	mu       sync.RWMutex
	floor    uint64
	depFloor uint64
	// wide are the members *, s:, t:, c: and u:.
	wide map[string]uint64
	// narrow are the members g: and e:, queue their order of arrival from index head on.
	narrow  map[string]uint64
	queue   []narrowItem
	head    int
	limit   int
	watched []*Watched
}

type narrowItem struct {
	member string
	clock  uint64
}

// NewVersions makes a copy that remembers so many invalidations of narrow members.
func NewVersions(limit int) *Versions {
	return &Versions{
		wide: map[string]uint64{}, narrow: map[string]uint64{}, limit: limit,
	}
}

// Watch keeps a scope up to date from now on. There must be one only for each type in a subgraph.
func (v *Versions) Watch(s *Watched) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.watched = append(v.watched, s)
	s.Min.Store(v.minimum(s))
}

// minimum is the oldest reading that counts in a scope. v.mu is held.
func (v *Versions) minimum(s *Watched) uint64 {
	return max(v.floor, v.wide["*"], v.wide[SubgraphMember(s.Subgraph)], v.wide[TypeMember(s.Subgraph, s.Type)])
}

// apply records that members were invalidated at a clock reading. Older news than what is known changes nothing.
func (v *Versions) apply(clock uint64, members []string) {
	v.mu.Lock()
	wide, narrow := false, false
	for _, m := range members {
		if IsNarrow(m) {
			narrow = v.applyNarrow(clock, m) || narrow
		} else if v.wide[m] < clock {
			v.wide[m] = clock
			wide = true
		}
	}
	if wide {
		v.refreshScopes()
	}
	if wide || narrow {
		v.Changes.Add(1)
	}
	v.mu.Unlock()
	v.advance(clock)
}

// applyNarrow records a g: or e: member and reports whether that was news. v.mu is held.
func (v *Versions) applyNarrow(clock uint64, m string) bool {
	if v.narrow[m] >= clock {
		return false
	}
	v.narrow[m] = clock
	v.queue = append(v.queue, narrowItem{m, clock})
	for len(v.narrow) > v.limit || len(v.queue)-v.head > 2*v.limit {
		item := v.queue[v.head]
		v.queue[v.head] = narrowItem{}
		v.head++
		if v.narrow[item.member] == item.clock {
			delete(v.narrow, item.member)
			v.depFloor = max(v.depFloor, item.clock)
		}
	}
	if v.head > len(v.queue)/2 && v.head > 64 {
		v.queue = append(v.queue[:0:0], v.queue[v.head:]...)
		v.head = 0
	}
	return true
}

// raise lifts the floors: floor for everything, depFloor for what depends on g: and e: members.
func (v *Versions) raise(floor, depFloor uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if floor <= v.floor && depFloor <= v.depFloor {
		return
	}
	v.floor, v.depFloor = max(v.floor, floor), max(v.depFloor, depFloor)
	v.refreshScopes()
	v.Changes.Add(1)
}

// refreshScopes computes every scope's minimum anew. v.mu is held.
func (v *Versions) refreshScopes() {
	for _, s := range v.watched {
		s.Min.Store(v.minimum(s))
	}
}

// advance moves the clock forward to a reading; it never goes back.
func (v *Versions) advance(clock uint64) {
	for {
		old := v.Clock.Load()
		if old >= clock || v.Clock.CompareAndSwap(old, clock) {
			return
		}
	}
}

// TickLocally makes a reading later than all known ones without asking Redis, and records members at it.
func (v *Versions) TickLocally(members []string) uint64 {
	for {
		old := v.Clock.Load()
		if v.Clock.CompareAndSwap(old, old+1) {
			v.apply(old+1, members)
			return old + 1
		}
	}
}

// EntityCounts tells whether a value of an entity read at a clock reading still counts as far as invalidations of that
// entity are known here.
func (v *Versions) EntityCounts(member string, clock uint64) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return clock >= v.narrow[member]
}

// SurelyCounts is entityCounts for values that no hash in Redis vouches for (those in process, those not yet written):
// where invalidations have been forgotten, any of them may have been the entity's.
func (v *Versions) SurelyCounts(member string, clock uint64) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return clock >= max(v.narrow[member], v.depFloor)
}

// DepsCount tells whether all dependencies of a value still have the state they had when it was fetched.
func (v *Versions) DepsCount(deps []string, clock uint64) bool {
	if len(deps) == 0 {
		return true
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	for _, d := range deps {
		if IsNarrow(d) {
			if clock < max(v.narrow[d], v.depFloor) {
				return false
			}
		} else if clock < v.wide[d] {
			return false
		}
	}
	return true
}

// Last is the reading of the latest invalidation of a member that is known here; 0 without any.
func (v *Versions) Last(member string) uint64 {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return max(v.narrow[member], v.wide[member])
}

// Floors are the readings below which nothing counts, and nothing that depends on narrow members.
func (v *Versions) Floors() (floor, depFloor uint64) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.floor, v.depFloor
}

// Recent lists the narrow members invalidated at or after a clock reading, at most limit of them, latest first.
func (v *Versions) Recent(since uint64, limit int) []string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	var members []string
	for i := len(v.queue) - 1; i >= v.head && len(members) < limit; i-- {
		item := v.queue[i]
		if item.clock < since {
			break
		}
		if v.narrow[item.member] == item.clock {
			members = append(members, item.member)
		}
	}
	return members
}
