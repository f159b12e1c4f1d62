package cache

import (
	"context"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// Mutated implements exec.RequestCache: what a mutation answered with has changed. Every entity in the answer is
// invalidated in all subgraphs before anything else happens; the planner asks for the keys that tell which these are
// (plan.Planner.Identifying).
func (r *requestCache) Mutated(ctx context.Context, f *exec.CacheFetch, o *exec.CacheOutcome) {
	c := r.cache
	if v := visitOf(f); v != nil {
		v.contribute(r, &tally{uncacheable: true})
	}
	var t targets
	w := walker{graph: r.graph.supergraph, subgraph: r.req.Subgraph, served: true}
	w.visit = func(typ *supergraph.Type, object []byte, set *plan.SelectionSet) {
		r.changed(&t, typ, selectedFields(typ, set, object))
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
	c.invalidate(ctx, &t, "")
	if ext := jsontext.Member(o.Extensions, "invalidation"); ext != nil {
		c.invalidateExtension(ctx, r.subgraph, ext)
	}
}

// changed adds an entity of a mutation's answer, in every subgraph.
func (r *requestCache) changed(t *targets, typ *supergraph.Type, field fieldLookup) {
	for _, sub := range r.graph.supergraph.Subgraphs {
		t.named(r.cache, r.graph, sub, typ.Name, field)
	}
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
