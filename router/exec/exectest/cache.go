package exectest

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
)

// Cache is an entity cache that never forgets: a map from entity and field to the raw value. Every third entity it
// leaves pending first; every fifth hit it wants to be refreshed.
type Cache struct {
	mu     sync.Mutex
	values map[string][]byte
	// Hits and Misses count entities, Partial the misses of which something was known.
	Hits, Misses, Partial, Finished int
	// Forgets, if set, is how many values are stored of which one is not.
	Forgets int
	counter int
	// Outcomes, if set, is called for everything that is finished.
	Outcomes func(f *exec.CacheFetch, o *exec.CacheOutcome)
}

// NewCache makes an empty cache.
func NewCache() *Cache { return &Cache{values: map[string][]byte{}} }

// Prepare implements exec.EntityCache.
func (c *Cache) Prepare(req *plan.Request) exec.RequestCache {
	return &requestCache{cache: c, request: req}
}

type requestCache struct {
	cache   *Cache
	request *plan.Request
}

// key names a field of an entity, with everything its value depends on.
func (r *requestCache) key(f *exec.CacheFetch, e *exec.CacheEntity, slot int) string {
	field := r.request.Calls[e.Call].Selection.Fields[slot]
	return fmt.Sprintf(
		"%s %s %s %s",
		r.request.Subgraph.Name,
		e.Type.Name,
		r.representation(e),
		signature(field, f.Variables),
	)
}

// representation tells what an entity is asked for by, and how it is called in that; "" for a root call.
func (r *requestCache) representation(e *exec.CacheEntity) string {
	call := r.request.Calls[e.Call]
	if !call.Entities {
		return ""
	}
	input := call.Input[e.Key.Input]
	s := input.TypeName
	for i, f := range input.Fields {
		if v := e.Key.Fields[i]; v != nil {
			s += fmt.Sprintf(",%s:%s", f.Name, v)
		}
	}
	return s
}

func signature(f *plan.Field, variables exec.Variables) string {
	if f.IsTypename() {
		return f.Key + ":__typename"
	}
	s := f.Key + ":" + f.Def.Name + argsSignature(f.Args, variables)
	if f.Selection != nil {
		s += "{"
		for _, sub := range f.Selection.Fields {
			s += fmt.Sprint(sub.On) + signature(sub, variables) + " "
		}
		s += "}"
	}
	return s
}

func argsSignature(args []operation.Argument, variables exec.Variables) string {
	s := printArgs(args)
	for _, a := range args {
		if a.Value.Kind == ast.Variable && a.Value.VariableDefinition != nil {
			s += "?"
		}
	}
	if variables != nil {
		for i := range 4 {
			s += string(variables.Raw(i)) + ";"
		}
	}
	return s
}

func (r *requestCache) Lookup(_ context.Context, f *exec.CacheFetch) {
	r.cache.mu.Lock()
	defer r.cache.mu.Unlock()
	for i := range f.Entities {
		e := &f.Entities[i]
		r.cache.counter++
		if r.cache.counter%3 == 0 {
			e.Status = exec.CachePending
			continue
		}
		r.lookup(f, e)
	}
}

func (r *requestCache) lookup(f *exec.CacheFetch, e *exec.CacheEntity) {
	e.Status = exec.CacheHit
	for j, slot := range e.Wanted {
		v, ok := r.cache.values[r.key(f, e, slot)]
		if !ok {
			e.Status = exec.CacheMiss
			r.cache.Misses++
			r.fillKnown(f, e)
			return
		}
		if string(v) == "no such entity" {
			e.Status = exec.CacheNull
			r.cache.Hits++
			return
		}
		e.Values[j] = v
	}
	r.cache.Hits++
	e.Refresh = r.cache.counter%5 == 0
}

// fillKnown fills in the fields of a miss that are known.
func (r *requestCache) fillKnown(f *exec.CacheFetch, e *exec.CacheEntity) {
	for j, slot := range e.Wanted {
		v, ok := r.cache.values[r.key(f, e, slot)]
		if !ok || string(v) == "no such entity" {
			continue
		}
		if e.Known == nil {
			e.Known = make([]bool, len(e.Wanted))
			r.cache.Partial++
		}
		e.Known[j], e.Values[j] = true, v
	}
}

func (r *requestCache) Wait(_ context.Context, f *exec.CacheFetch) {
	r.cache.mu.Lock()
	defer r.cache.mu.Unlock()
	for i := range f.Entities {
		if e := &f.Entities[i]; e.Status == exec.CachePending {
			r.lookup(f, e)
		}
	}
}

// Rescue implements exec.RequestCache: nothing ends here, so that nothing is stale.
func (r *requestCache) Rescue(*exec.CacheFetch, int) {}

func (r *requestCache) Finish(_ context.Context, f *exec.CacheFetch, o *exec.CacheOutcome) {
	r.cache.mu.Lock()
	defer r.cache.mu.Unlock()
	r.cache.Finished++
	if r.cache.Outcomes != nil {
		r.cache.Outcomes(f, o)
	}
	if o.Err != nil || o.Nothing || o.PathlessErrors {
		return
	}
	for i := range f.Entities {
		e := &f.Entities[i]
		if !e.Fetched || e.Failed {
			continue
		}
		for j, slot := range e.Wanted {
			switch {
			case e.Null:
				r.cache.values[r.key(f, e, slot)] = []byte("no such entity")
			case r.cache.Forgets > 0 && (i+j)%r.cache.Forgets == 0:
			case e.Values[j] != nil:
				r.cache.values[r.key(f, e, slot)] = bytes.Clone(e.Values[j])
			}
		}
	}
}

func (r *requestCache) Mutated(_ context.Context, f *exec.CacheFetch, o *exec.CacheOutcome) {
	r.cache.mu.Lock()
	defer r.cache.mu.Unlock()
	if r.cache.Outcomes != nil {
		r.cache.Outcomes(f, o)
	}
}
