package cache

import (
	"context"
	"encoding/json"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// Mutated implements exec.RequestCache: what a mutation answered with has changed. Every entity in the answer is
// invalidated in all subgraphs before anything else happens; the planner asks for the keys that tell which these are
// (plan.Planner.Identifying).
func (r *requestCache) Mutated(ctx context.Context, f *exec.CacheFetch, o *exec.CacheOutcome) {
	c := r.cache
	if v := visitOf(f); v != nil {
		v.contribute(&tally{uncacheable: true})
	}
	var t targets
	w := walker{graph: r.graph.supergraph, subgraph: r.req.Subgraph, served: true}
	w.visit = func(typ *supergraph.Type, object []byte, set *plan.SelectionSet) {
		r.changed(&t, typ, func(name string) []byte { return selectedMember(set, object, name) })
	}
	for i := range f.Entities {
		e := &f.Entities[i]
		call := r.req.Calls[e.Call]
		if call.Entities {
			continue
		}
		if o.Err != nil || len(o.Data) == 0 {
			// It may have happened all the same.
			r.selectedTypes(&t, &w, call.Selection)
			continue
		}
		if e.Failed || o.PathlessErrors {
			// What became null by an error may have changed before.
			w.null = func(set *plan.SelectionSet) { r.selectedTypes(&t, &w, set) }
		}
		w.object(call.Selection, o.Data, 0)
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.cfg.Timeout)
	defer cancel()
	c.invalidate(limited, &t)
	if ext := member(o.Extensions, "invalidation"); ext != nil {
		c.invalidateExtension(limited, ext)
	}
}

// changed adds an entity of a mutation's answer. In a subgraph that knows the entity only by keys that are not in the
// answer it cannot be told from others of its type.
func (r *requestCache) changed(t *targets, typ *supergraph.Type, field func(name string) []byte) {
	for _, sub := range r.graph.supergraph.Subgraphs {
		for _, stored := range r.graph.storedAs(typ.Name, sub) {
			shapes, found := r.graph.keysOf(stored, sub.ID), false
			for _, shape := range shapes {
				if key := shape.appendKey(nil, field); key != nil {
					t.entity(r.cache, sub.Name, stored.Name, key)
					found = true
				}
			}
			if len(shapes) > 0 && !found {
				t.allOf(sub.Name, stored.Name)
			}
		}
	}
}

// allOf adds all entities of a type in a subgraph.
func (t *targets) allOf(subgraph, typ string) {
	t.member(typeMember(subgraph, typ))
	t.member(changedMember(subgraph, typ))
}

func (r *requestCache) wholeType(t *targets, typ *supergraph.Type) {
	for _, stored := range r.graph.storedAs(typ.Name, r.req.Subgraph) {
		t.allOf(r.subgraph, stored.Name)
	}
}

// selectedTypes adds every entity type a selection can answer with.
func (r *requestCache) selectedTypes(t *targets, w *walker, set *plan.SelectionSet) {
	if w.isEntity(set.Type) {
		r.wholeType(t, set.Type)
	} else if set.Type.IsAbstract() {
		for i := range set.Type.Possible.All {
			if o := r.graph.supergraph.Objects[i]; w.isEntity(o) {
				r.wholeType(t, o)
			}
		}
	}
	for _, f := range set.Fields {
		if f.Selection != nil && w.follows(f) {
			r.selectedTypes(t, w, f.Selection)
		}
	}
}

// maxExtension bounds the invalidations one answer may bring.
const maxExtension = 1000

// invalidateExtension follows extensions.invalidation of a subgraph's answer: a list in the form of the endpoint.
// What is wrong in it is reported in the log, not to the client.
func (c *Cache) invalidateExtension(ctx context.Context, raw []byte) {
	var list []Invalidation
	if err := json.Unmarshal(raw, &list); err != nil || len(list) > maxExtension {
		c.cfg.Logger.Warn("cache: extensions.invalidation of a subgraph is not a list of at most 1000 invalidations", "error", err)
		return
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.cfg.Timeout)
	defer cancel()
	if _, err := c.Invalidate(limited, list...); err != nil {
		c.cfg.Logger.Warn("cache: extensions.invalidation of a subgraph is wrong", "error", err)
	}
}
