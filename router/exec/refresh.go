package exec

import (
	"bytes"
	"context"
	"slices"

	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// refreshes fetches again, in the background, what the cache answered with although it was stale. It is called when
// the client's answer is printed: everything that is needed later is copied.
func (x *execution) refreshes() {
	for i := range x.fetches {
		f := &x.fetches[i]
		if f.cache == nil {
			continue
		}
		entities := f.cache.fetch.Entities
		if slices.ContainsFunc(entities, func(e CacheEntity) bool { return e.Refresh }) {
			x.refresh(i, f)
		}
	}
}

// refresh runs a request again for the stale entities.
func (x *execution) refresh(request int, f *fetch) {
	r := &x.program.requests[request]
	req := &Request{CacheSession: x.request.CacheSession, Epoch: x.request.Epoch}
	if x.request.Variables != nil {
		req.Variables = copyVariables(r, x.request.Variables)
	}
	if x.request.Subgraph != nil {
		var added upstream.Request
		x.request.Subgraph(r.plan.Subgraph, &added)
		req.Subgraph = func(_ *supergraph.Subgraph, to *upstream.Request) {
			to.Header, to.VariesBy = append(to.Header, added.Header...), append(to.VariesBy, added.VariesBy...)
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.ctx), x.program.engine.config.RefreshTimeout)
	again := x.program.acquire(ctx, req)
	to := &again.fetches[request]
	if to.cache == nil {
		to.cache = to.newCacheRun(len(r.calls))
	}
	var states []any
	for i := range r.calls {
		run := &to.calls[i]
		for j, e := range f.cache.fetch.Entities {
			if e.Call != i || !e.Refresh {
				continue
			}
			states = append(states, e.State)
			if r.calls[i].plan.Entities {
				run.copySpan(&f.calls[i], j-f.cache.first[i], len(e.Key.Fields))
			}
			run.entities = append(run.entities, 0)
		}
	}
	go func() {
		defer cancel()
		again.describe(r, to)
		c := to.cache
		for i := range min(len(states), len(c.fetch.Entities)) {
			c.fetch.Entities[i].State = states[i]
		}
		c.pick()
		o := again.sendPicked(request, fetchedAnswer, r, to)
		r.cache.Finish(ctx, &c.fetch, &o)
		again.program.release(again)
	}()
}

// copySpan adds a representation of another run of the call, which has so many fields.
func (run *callRun) copySpan(from *callRun, entity, fields int) {
	s := from.spans[entity]
	start, bounds := len(run.text), len(run.bounds)
	run.text = append(run.text, from.text[s.start:s.end]...)
	for _, b := range from.bounds[s.bounds:][:fields] {
		if b.end > 0 {
			b.start, b.end = b.start-uint32(s.start)+uint32(start), b.end-uint32(s.start)+uint32(start)
		}
		run.bounds = append(run.bounds, b)
	}
	run.spans = append(run.spans, span{
		start: start, end: len(run.text), full: len(run.text), typ: s.typ, input: s.input, bounds: int32(bounds),
	})
}

// rawVariables are variables that stay as they are.
type rawVariables map[int][]byte

func (v rawVariables) Raw(index int) []byte { return v[index] }

func copyVariables(r *request, from Variables) rawVariables {
	copied := rawVariables{}
	for _, v := range r.plan.Variables {
		if raw := from.Raw(v.Index); raw != nil {
			copied[v.Index] = bytes.Clone(raw)
		}
	}
	for _, l := range r.plan.Literals {
		for _, v := range l.Variables {
			if raw := from.Raw(v.Index); raw != nil {
				copied[v.Index] = bytes.Clone(raw)
			}
		}
	}
	return copied
}
