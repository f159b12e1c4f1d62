package prepared

import (
	"maps"
	"slices"
	"sync"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
)

// shard is a part of the cache with its own lock. Entries form a ring list in the order of insertion; a hand goes from
// the oldest to the newest and drops what was not used since it last came by (the SIEVE algorithm): hits only set a
// flag, so that they share the lock.
type shard[P any] struct {
	mu sync.RWMutex
	// byHash has the entry for each hash. Two documents with one hash do not both fit; the later one replaces.
	byHash       map[uint64]*Entry[P]
	newest, hand *Entry[P]
	oldest       *Entry[P]
	bytes        int64
}

func (s *shard[P]) find(sum uint64, query, name []byte) *Entry[P] {
	if e := s.byHash[sum]; e != nil && e.query == string(query) && e.name == string(name) {
		return e
	}
	return nil
}

func (s *shard[P]) add(e *Entry[P]) {
	if old := s.byHash[e.sum]; old != nil {
		s.remove(old)
	}
	s.byHash[e.sum] = e
	e.prev = s.newest
	if s.newest != nil {
		s.newest.next = e
	} else {
		s.oldest = e
	}
	s.newest = e
	s.resize(e.cache, e.bytes)
}

// resize accounts for more bytes, or fewer. The lock is held.
func (s *shard[P]) resize(c *Cache[P], bytes int64) {
	s.bytes += bytes
	c.bytes.Add(bytes)
}

func (s *shard[P]) remove(e *Entry[P]) {
	if s.hand == e {
		s.hand = e.next
	}
	if e.prev != nil {
		e.prev.next = e.next
	} else {
		s.oldest = e.next
	}
	if e.next != nil {
		e.next.prev = e.prev
	} else {
		s.newest = e.prev
	}
	e.prev, e.next = nil, nil
	e.gone = true
	s.resize(e.cache, -e.bytes)
	delete(s.byHash, e.sum)
}

// evict drops the next entry that was not used since the hand last came by, and tells whether there was one. It goes
// around once, and spares keep.
func (s *shard[P]) evict(keep *Entry[P]) bool {
	for range len(s.byHash) {
		e := s.hand
		if e == nil {
			e = s.oldest
		}
		if e == keep || e.used.Swap(false) {
			s.hand = e.next
			continue
		}
		s.remove(e)
		return true
	}
	return false
}

// recalled is an entry as WarmUp needs it.
type recalled struct {
	query, name string
	at          uint64
	prepared    *operation.Prepared
	// plans has the plan for each set of conditions; nil when it is still being made, or could not be.
	plans map[operation.ConditionSet]*plan.Plan
}

// recent returns the documents that were used last, the latest first.
func (c *Cache[P]) recent(n int) []recalled {
	var entries []*Entry[P]
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.RLock()
		entries = slices.AppendSeq(entries, maps.Values(s.byHash))
		s.mu.RUnlock()
	}
	var all []recalled
	for _, e := range entries {
		select {
		case <-e.ready:
		default:
			continue
		}
		if e.Prepared == nil {
			continue
		}
		r := recalled{query: e.query, name: e.name, at: e.at.Load(), prepared: e.Prepared, plans: map[operation.ConditionSet]*plan.Plan{}}
		e.mu.Lock()
		for set, p := range e.plans {
			r.plans[set] = p.settled()
		}
		e.mu.Unlock()
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b recalled) int {
		switch {
		case a.at > b.at:
			return -1
		case a.at < b.at:
			return 1
		}
		return 0
	})
	return all[:min(n, len(all))]
}
