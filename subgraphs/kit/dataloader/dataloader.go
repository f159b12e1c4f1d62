// Package dataloader answers fields of many objects with one query.
//
// The fields of an operation ask for what they need one by one: 50 aliases of a root field, or a hundred entries of a
// list that each want their category. Within one request a loader gathers the keys that are asked for at about the same
// time, fetches them together, and remembers what it found, so that the number of queries follows from the shape of the
// operation.
package dataloader

import (
	"context"
	"sync"
	"time"

	"github.com/vikstrous/dataloadgen"
)

// DefaultWait is how long a loader waits for further keys: fields that run at the same time ask within microseconds.
const DefaultWait = time.Millisecond

// maxBatch bounds the keys of one query.
const maxBatch = 1000

// Fetch reads the values of the keys. A key that it leaves out has the zero value.
type Fetch[K comparable, V any] func(ctx context.Context, keys []K) (map[K]V, error)

// loaders are those of one request, by name.
type loaders struct {
	wait time.Duration

	mu     sync.Mutex
	byName map[any]any
}

type loadersKey struct{}

// Begin returns a context with loaders that remember nothing yet: at the beginning of a request, and of each field of a
// mutation, which may change what was read before it. They wait for further keys as long as wait says.
func Begin(ctx context.Context, wait time.Duration) context.Context {
	return context.WithValue(ctx, loadersKey{}, &loaders{wait: wait, byName: map[any]any{}})
}

// Load returns the value of key. Name is comparable and says what is loaded and with which arguments, apart from the
// key; loads of the same name are fetched together. In a context without loaders the key is fetched alone.
func Load[K comparable, V any](ctx context.Context, name any, key K, fetch Fetch[K, V]) (V, error) {
	loader := named(ctx, name, fetch)
	if loader == nil {
		found, err := fetch(ctx, []K{key})
		return found[key], err
	}
	return loader.Load(ctx, key)
}

// Prime remembers the value of a key that was read in another way, for loads of that name.
func Prime[K comparable, V any](ctx context.Context, name any, key K, value V, fetch Fetch[K, V]) {
	if loader := named(ctx, name, fetch); loader != nil {
		loader.Prime(key, value)
	}
}

// named returns the request's loader of that name, or nil when the context has no loaders.
func named[K comparable, V any](ctx context.Context, name any, fetch Fetch[K, V]) *dataloadgen.Loader[K, V] {
	all, ok := ctx.Value(loadersKey{}).(*loaders)
	if !ok {
		return nil
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	if known, ok := all.byName[name]; ok {
		return known.(*dataloadgen.Loader[K, V])
	}
	loader := dataloadgen.NewLoader(
		inOrder(fetch),
		dataloadgen.WithWait(all.wait),
		dataloadgen.WithBatchCapacity(maxBatch),
	)
	all.byName[name] = loader
	return loader
}

// inOrder makes of fetch what dataloadgen expects: a value for every key, or one error for all of them.
func inOrder[K comparable, V any](fetch Fetch[K, V]) func(context.Context, []K) ([]V, []error) {
	return func(ctx context.Context, keys []K) ([]V, []error) {
		found, err := fetch(ctx, keys)
		if err != nil {
			return nil, []error{err}
		}
		return InOrder(keys, found), nil
	}
}
