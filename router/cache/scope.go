package cache

import (
	"sync"
	"sync/atomic"

	"github.com/weft-graphql/weft/router/cache/clock"
)

// scope is what is known about one type in one subgraph. Programs keep a pointer to it.
type scope struct {
	clock.Watched
	stats counters
	// unshared counts the latest answers of which nothing could be stored for everybody, since one of which something was.
	unshared atomic.Int32
	// unstored counts the latest answers of which nothing could be stored at all, since one of which something was, or
	// since a lookup found something.
	unstored atomic.Int32
	// passed counts the fetches that were asked whether they should look, while nothing was ever found.
	passed atomic.Uint32
}

// maxUnshared is how many answers in a row end the sharing of misses: whoever waits for such an answer waits in vain.
const maxUnshared = 4

const (
	// maxUnstored is how many answers in a row of which nothing may be stored end the lookups of a type: there is
	// nothing to be found, and each would be a command for Redis.
	maxUnstored = 512
	// lookAgain is how many fetches are one then that looks and stores all the same, so that what a subgraph, or
	// another replica, begins to let be stored is noticed.
	lookAgain = 64
)

// looks tells whether a fetch should look for what is stored.
func (s *scope) looks() bool {
	return s.unstored.Load() < maxUnstored || s.passed.Add(1)%lookAgain == 0
}

// found notes that a lookup found something.
func (s *scope) found() {
	if s.unstored.Load() != 0 {
		s.unstored.Store(0)
	}
}

// shares tells whether concurrent misses wait for each other.
func (s *scope) shares() bool { return s.unshared.Load() < maxUnshared }

// answered notes an answer: whether something of it could be stored at all, and for everybody.
func (s *scope) answered(stored, shared bool) {
	switch {
	case stored:
		s.found()
	case s.unstored.Load() < maxUnstored:
		s.unstored.Add(1)
	}
	switch {
	case !shared:
		if s.shares() {
			s.unshared.Add(1)
		}
	case s.unshared.Load() != 0:
		s.unshared.Store(0)
	}
}

// typeName is a type in a subgraph.
type typeName struct{ subgraph, typ string }

// scopes has the one scope of each type in a subgraph.
type scopes struct {
	mu sync.Mutex
	by map[typeName]*scope
}

// scope returns the one scope of a type in a subgraph.
func (c *Cache) scope(subgraph, typ string) *scope {
	at := typeName{subgraph, typ}
	c.scopes.mu.Lock()
	defer c.scopes.mu.Unlock()
	s := c.scopes.by[at]
	if s == nil {
		s = newScope(at)
		c.versions.Watch(&s.Watched)
		if c.scopes.by == nil {
			c.scopes.by = map[typeName]*scope{}
		}
		c.scopes.by[at] = s
	}
	return s
}

func newScope(at typeName) *scope {
	s := &scope{}
	s.Subgraph, s.Type = at.subgraph, at.typ
	return s
}

// eachScope calls f for every scope there is.
func (c *Cache) eachScope(f func(*scope)) {
	c.scopes.mu.Lock()
	defer c.scopes.mu.Unlock()
	for _, s := range c.scopes.by {
		f(s)
	}
}
