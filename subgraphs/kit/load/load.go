// Package load answers nested lists without a query per parent.
//
// Objects that one query returned together are siblings. When somebody asks for a related list of one of them (the
// reviews of a product, say), the same list will be asked for of the others too, since a GraphQL selection is the
// same for all entries of a list. So the first to ask loads it for all siblings with one query, and the others find
// it done. Unlike a loader that waits for more keys to come in, this adds no waiting time, and the number of queries
// follows from the shape of the operation alone: one for each level of nesting, however long the lists are.
package load

import (
	"context"
	"errors"
	"sync"
)

// Siblings are the keys of objects that one query returned together. It lives as long as the request. It is safe for
// use by many goroutines.
type Siblings[K comparable] struct {
	keys []K

	mu    sync.Mutex
	edges map[any]*edge[K]
}

// errPanicked is what siblings hear of a fetch that panicked for another one.
var errPanicked = errors.New("loading for siblings panicked")

// edge is one related list (or object) of all siblings, loaded once.
type edge[K comparable] struct {
	once   sync.Once
	values map[K]any
	err    error
}

// Of makes siblings of the keys. Repeated keys count once.
func Of[K comparable](keys []K) *Siblings[K] {
	distinct := make([]K, 0, len(keys))
	seen := make(map[K]struct{}, len(keys))
	for _, key := range keys {
		if _, ok := seen[key]; ok {
			continue
		}
		seen[key] = struct{}{}
		distinct = append(distinct, key)
	}
	return &Siblings[K]{keys: distinct, edges: map[any]*edge[K]{}}
}

// Keys are the distinct keys.
func (s *Siblings[K]) Keys() []K { return s.keys }

// Onward returns what fetch finds for key along the edge called name: a comparable value that says what is loaded
// and with which arguments. The first call with a name fetches it for all siblings; a key that fetch leaves out has
// the zero value. Objects without siblings (nil) are fetched alone.
func Onward[K comparable, V any](
	ctx context.Context, s *Siblings[K], name any, key K, fetch func(context.Context, []K) (map[K]V, error),
) (V, error) {
	if s == nil {
		found, err := fetch(ctx, []K{key})
		return found[key], err
	}
	e := s.edge(name)
	e.once.Do(func() {
		e.err = errPanicked // stays when fetch panics, so that the others do not take it for an empty answer
		found, err := fetch(ctx, s.keys)
		if err != nil {
			e.err = err
			return
		}
		e.err = nil
		e.values = make(map[K]any, len(found))
		for k, v := range found {
			e.values[k] = v
		}
	})
	value, _ := e.values[key].(V)
	return value, e.err
}

func (s *Siblings[K]) edge(name any) *edge[K] {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.edges[name]
	if !ok {
		e = &edge[K]{}
		s.edges[name] = e
	}
	return e
}
