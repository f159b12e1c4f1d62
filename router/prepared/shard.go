package prepared

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
)

// shard is a part of the cache with its own lock.
//
// What is new is on probation. When the time to leave comes, entries that were used again move to the main queue, and
// the others are dropped; one that comes back soon after that begins in the main queue. So documents that nobody sends
// twice push out nothing but each other. The main queue drops what was not used since it last came by (S3-FIFO: Yang
// et al., SOSP 2023). Hits only set a flag, so that they share the lock.
type shard[P any] struct {
	mu sync.RWMutex
	// byHash has the entry for each hash, and aliases documents whose entry is that of their form. Two documents with
	// one hash do not both fit; the later one replaces.
	byHash          map[uint64]*Entry[P]
	aliases         map[uint64]*alias[P]
	probation, main queue[P]
	// seen are the hashes of entries that began their probation, seenAlone those of documents that are no aliases.
	seen, seenAlone sights
}

// alias is a document that was seen again, and has an entry of the same form: it need not be scanned.
type alias[P any] struct {
	key
	shard    *shard[P]
	entry    *Entry[P]
	literals operation.Literals
}

// find returns the entry of a key, or the alias.
func (s *shard[P]) find(k key) (*Entry[P], *alias[P]) {
	if e := s.byHash[k.sum]; e != nil && e.key.equal(k) {
		return e, nil
	}
	if a := s.aliases[k.sum]; a != nil && a.key.equal(k) {
		return nil, a
	}
	return nil, nil
}

func (s *shard[P]) add(e *Entry[P]) {
	if old := s.byHash[e.key.sum]; old != nil {
		s.remove(old)
	}
	s.byHash[e.key.sum] = e
	if s.seen.see(e.key.sum) {
		s.main.push(e)
	} else {
		s.probation.push(e)
		e.cache.probation.Add(e.bytes)
	}
	e.cache.bytes.Add(e.bytes)
}

// resize accounts for more bytes of an entry, or fewer. The lock is held.
func (s *shard[P]) resize(e *Entry[P], bytes int64) {
	e.bytes += bytes
	e.queue.bytes += bytes
	if e.queue == &s.probation {
		e.cache.probation.Add(bytes)
	}
	e.cache.bytes.Add(bytes)
}

func (s *shard[P]) remove(e *Entry[P]) {
	if e.queue == &s.probation {
		e.cache.probation.Add(-e.bytes)
	}
	e.queue.remove(e)
	e.gone = true
	e.cache.bytes.Add(-e.bytes)
	delete(s.byHash, e.key.sum)
}

// judge ends the probation of the oldest entry that is on it, but for keep. It tells whether there was one, and
// returns what was dropped.
func (s *shard[P]) judge(keep *Entry[P]) (dropped *Entry[P], judged bool) {
	e := s.probation.oldest
	if e == keep && e != nil {
		e = e.next
	}
	if e == nil {
		return nil, false
	}
	if !e.used.Swap(false) {
		s.remove(e)
		return e, true
	}
	s.probation.remove(e)
	e.cache.probation.Add(-e.bytes)
	s.main.push(e)
	return nil, true
}

// evict drops the oldest entry of the main queue that was not used since it last came by, but not keep.
func (s *shard[P]) evict(keep *Entry[P]) *Entry[P] {
	for range s.main.length {
		e := s.main.oldest
		if e != keep && !e.used.Swap(false) {
			s.remove(e)
			return e
		}
		s.main.remove(e)
		s.main.push(e)
	}
	return nil
}

// recalled is an entry as WarmUp needs it.
type recalled struct {
	source, name string
	formed       bool
	at           uint64
	prepared     *operation.Prepared
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
		r := recalled{
			source: e.source, name: e.name, formed: e.key.formed, at: e.at.Load(), prepared: e.Prepared,
			plans: map[operation.ConditionSet]*plan.Plan{},
		}
		e.mu.Lock()
		for set, p := range e.plans {
			r.plans[set] = p.settled()
		}
		e.mu.Unlock()
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b recalled) int { return cmp.Compare(b.at, a.at) })
	return all[:min(n, len(all))]
}
