package cache

import (
	"strings"
	"sync"
	"sync/atomic"
)

// The invalidation clock.
//
// Redis keeps one counter of a graph's invalidations, in microseconds of its own time so that it goes on rising when
// it was lost (see clock.go). A reading of the clock in this process is that number shifted left by subBits; the lower
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
//	             unnamedMember): covers entities that are known without that key. With @cacheTag as the key, one with a tag
//	g:<S>:<tag>  what subgraph S said and tagged
//	e:<digest>   one entity in one subgraph (see entityMember)
//
// The first five kinds are as many as the schema has types and keys and are kept for good. Of the last two the latest
// MaxTracked are kept; older ones are replaced by a floor below which nothing that depends on such members counts.

const subBits = 12

// reading turns the number Redis keeps into a clock reading.
func reading(seq uint64) uint64 { return seq << subBits }

// sequence is the inverse of reading, rounded down: what was learned here while Redis was away is forgotten.
func sequence(clock uint64) uint64 { return clock >> subBits }

// scope is what is known about one type in one subgraph. Programs keep a pointer to it, so that checking a value costs
// one atomic load.
type scope struct {
	subgraph, typ string
	// min is the oldest reading that counts.
	min   atomic.Uint64
	stats counters
	// unshared counts the latest answers of which nothing could be stored for everybody, since one of which something was.
	unshared atomic.Int32
}

// maxUnshared is how many answers in a row end the sharing of misses: whoever waits for such an answer waits in vain.
const maxUnshared = 4

// shares tells whether concurrent misses wait for each other.
func (s *scope) shares() bool { return s.unshared.Load() < maxUnshared }

// answered notes an answer, of which something could be stored for everybody or nothing could.
func (s *scope) answered(shared bool) {
	switch {
	case !shared:
		if s.shares() {
			s.unshared.Add(1)
		}
	case s.unshared.Load() != 0:
		s.unshared.Store(0)
	}
}

// versions is this process's copy of what was invalidated when.
type versions struct {
	clock atomic.Uint64
	// changes counts changes of anything a value can depend on besides its scope, and those of values that were renewed.
	// A record or printed form verified at the current count needs no look at its dependencies.
	changes atomic.Uint64

	mu       sync.RWMutex
	floor    uint64
	depFloor uint64
	// wide are the members *, s:, t:, c: and u:.
	wide map[string]uint64
	// narrow are the members g: and e:, queue their order of arrival from index head on.
	narrow map[string]uint64
	queue  []narrowItem
	head   int
	limit  int
	scopes map[string]*scope
}

type narrowItem struct {
	member string
	clock  uint64
}

func newVersions(limit int) *versions {
	return &versions{
		wide: map[string]uint64{}, narrow: map[string]uint64{}, scopes: map[string]*scope{}, limit: limit,
	}
}

// scope returns the one scope of a type in a subgraph.
func (v *versions) scope(subgraph, typ string) *scope {
	name := typeMember(subgraph, typ)
	v.mu.Lock()
	defer v.mu.Unlock()
	s := v.scopes[name]
	if s == nil {
		s = &scope{subgraph: subgraph, typ: typ}
		v.scopes[name] = s
		s.min.Store(v.minimum(s))
	}
	return s
}

// eachScope calls f for every scope there is.
func (v *versions) eachScope(f func(*scope)) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	for _, s := range v.scopes {
		f(s)
	}
}

// minimum is the oldest reading that counts in a scope. v.mu is held.
func (v *versions) minimum(s *scope) uint64 {
	return max(v.floor, v.wide["*"], v.wide[subgraphMember(s.subgraph)], v.wide[typeMember(s.subgraph, s.typ)])
}

// apply records that members were invalidated at a clock reading. Older news than what is known changes nothing.
func (v *versions) apply(clock uint64, members []string) {
	v.mu.Lock()
	wide, narrow := false, false
	for _, m := range members {
		if isNarrow(m) {
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
		v.changes.Add(1)
	}
	v.mu.Unlock()
	v.advance(clock)
}

// applyNarrow records a g: or e: member and reports whether that was news. v.mu is held.
func (v *versions) applyNarrow(clock uint64, m string) bool {
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
func (v *versions) raise(floor, depFloor uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if floor <= v.floor && depFloor <= v.depFloor {
		return
	}
	v.floor, v.depFloor = max(v.floor, floor), max(v.depFloor, depFloor)
	v.refreshScopes()
	v.changes.Add(1)
}

// refreshScopes computes every scope's minimum anew. v.mu is held.
func (v *versions) refreshScopes() {
	for _, s := range v.scopes {
		s.min.Store(v.minimum(s))
	}
}

// advance moves the clock forward to a reading; it never goes back.
func (v *versions) advance(clock uint64) {
	for {
		old := v.clock.Load()
		if old >= clock || v.clock.CompareAndSwap(old, clock) {
			return
		}
	}
}

// tickLocally makes a reading later than all known ones without asking Redis, and records members at it.
func (v *versions) tickLocally(members []string) uint64 {
	for {
		old := v.clock.Load()
		if v.clock.CompareAndSwap(old, old+1) {
			v.apply(old+1, members)
			return old + 1
		}
	}
}

// entityCounts tells whether a value of an entity read at a clock reading still counts as far as invalidations of that
// entity are known here.
func (v *versions) entityCounts(member string, clock uint64) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return clock >= v.narrow[member]
}

// surelyCounts is entityCounts for values that no hash in Redis vouches for (those in process, those not yet written):
// where invalidations have been forgotten, any of them may have been the entity's.
func (v *versions) surelyCounts(member string, clock uint64) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return clock >= max(v.narrow[member], v.depFloor)
}

// depsCount tells whether all dependencies of a value still have the state they had when it was fetched.
func (v *versions) depsCount(deps []string, clock uint64) bool {
	if len(deps) == 0 {
		return true
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	for _, d := range deps {
		if isNarrow(d) {
			if clock < max(v.narrow[d], v.depFloor) {
				return false
			}
		} else if clock < v.wide[d] {
			return false
		}
	}
	return true
}

// recent lists the narrow members invalidated at or after a clock reading, at most limit of them, latest first.
func (v *versions) recent(since uint64, limit int) []string {
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

func isNarrow(member string) bool { return len(member) > 1 && (member[0] == 'e' || member[0] == 'g') }

func subgraphMember(subgraph string) string     { return "s:" + subgraph }
func typeMember(subgraph, typ string) string    { return "t:" + subgraph + ":" + typ }
func changedMember(subgraph, typ string) string { return "c:" + subgraph + ":" + typ }

// unnamedMember is a digest, because every value of an entity that has several keys can depend on it.
func unnamedMember(subgraph, typ, key string) string { return "u:" + short(subgraph+":"+typ+":"+key) }

// tagMember names a tag. Control characters, which tags have no use for, become blanks: members are lines on the wire.
func tagMember(subgraph, tag string) string {
	tag = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, tag)
	return "g:" + subgraph + ":" + tag
}
