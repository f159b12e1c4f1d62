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
