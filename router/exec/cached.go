package exec

import "slices"

// cacheRun is the cache's part of one run of a request.
type cacheRun struct {
	fetch CacheFetch
	// first is the index in fetch.Entities of each call's first entity.
	first []int
	// values is where the entities' Values are cut from, and keys where the fields of their keys are.
	values, keys [][]byte
	// subtrees is where the entities' Subtrees are cut from.
	subtrees []CacheSubtree
	// body has the values of hits, one behind the other.
	body []byte
	// picked are the entities of each call that are sent.
	picked [][]uint32
	// states tells of each entity what has been done about it.
	states []entityState
	// pathless tells that the last answer had an error that points at no entity.
	pathless bool
	// rescues tells that stale values may be used where the subgraph fails, rescued that some are.
	rescues, rescued bool
	late             []byte
	// lacks is what lacking returns.
	lacks []byte
	// outcome is here so that it need not be allocated, like headers, which read those of the two answers.
	outcome CacheOutcome
	headers [2]func(name string) []byte
}

// newCacheRun makes the cache's part of a fetch of so many calls.
func (f *fetch) newCacheRun(calls int) *cacheRun {
	return &cacheRun{picked: make([][]uint32, calls), headers: [2]func(string) []byte{f.response.Header, f.late.Header}}
}

func (c *cacheRun) reset() {
	clear(c.fetch.Entities)
	c.fetch = CacheFetch{Entities: keep(c.fetch.Entities, maxKeptObjects)}
	clear(c.values)
	c.values = keep(c.values, maxKeptObjects)
	clear(c.keys)
	c.keys = keep(c.keys, maxKeptObjects)
	clear(c.subtrees)
	c.subtrees = keep(c.subtrees, maxKeptObjects)
	c.first, c.states = c.first[:0], c.states[:0]
	c.body = keep(c.body, maxKeptBytes)
	c.late = keep(c.late, maxKeptBytes)
	c.pathless, c.rescues, c.rescued = false, false, false
	c.outcome = CacheOutcome{}
}

// entityState is what has been done about an entity.
type entityState uint8

const (
	// entityOpen entities are still to be had.
	entityOpen entityState = iota
	// entityTaken came from the cache.
	entityTaken
	// entitySent were asked for, with success; entityLost without.
	entitySent
	entityLost
)

// allCalls stands for every call of a request.
const allCalls = -1

// cacheTaint notes that an error points into an entity of a call, or that no entity of the request can be trusted if
// it is allCalls.
func (f *fetch) cacheTaint(call, entity int) {
	switch {
	case f.cache == nil || len(f.cache.first) == 0:
	case call == allCalls:
		f.cache.pathless = true
	default:
		if at := f.cache.first[call] + entity; at < len(f.cache.fetch.Entities) {
			f.cache.fetch.Entities[at].Failed = true
		}
	}
}

// fetchCached runs a request with the entity cache in front of the subgraph.
func (x *execution) fetchCached(request int, r *request, f *fetch) {
	if f.cache == nil {
		f.cache = f.newCacheRun(len(r.calls))
	}
	c := f.cache
	o := &c.outcome
	x.describe(r, f)
	if !r.query {
		c.pick()
		*o = x.sendPicked(request, fetchedAnswer, r, f)
		r.cache.Mutated(x.ctx, &c.fetch, o)
		x.lose(request, r, f, o)
		return
	}
	c.rescues = true
	r.cache.Lookup(x.ctx, &c.fetch)
	x.takeHits(request, r, f)
	*o = CacheOutcome{Nothing: true}
	f.canHalve = r.halves > 0
	if c.pick() {
		*o = x.sendPicked(request, fetchedAnswer, r, f)
	}
	x.finish(request, fetchedAnswer, r, f, o)
	if !c.waits() {
		return
	}
	r.cache.Wait(x.ctx, &c.fetch)
	x.takeHits(request, r, f)
	f.canHalve = r.halves > 0
	if c.pick() {
		*o = x.sendPicked(request, lateAnswer, r, f)
		x.finish(request, lateAnswer, r, f, o)
	}
}

// finish tells the cache what came of the picked entities, and uses what it has for those that were lost.
func (x *execution) finish(request, which int, r *request, f *fetch, o *CacheOutcome) {
	if o.Err == errWhole {
		x.halveCached(request, which, r, f)
		return
	}
	if o.Err != nil && o.Err != errStale {
		x.rescue(r, f, o.Status)
	}
	r.cache.Finish(x.ctx, &f.cache.fetch, o)
	x.lose(request, r, f, o)
}

// lose takes the stale values that the cache had for what was asked for in vain, and notes the error for the entities
// it has none for.
func (x *execution) lose(request int, r *request, f *fetch, o *CacheOutcome) {
	c := f.cache
	if c.rescued {
		x.takeHits(request, r, f)
	}
	if o.Err == nil {
		return
	}
	lost := func(call, entity int) bool { return c.states[c.first[call]+entity] == entityLost }
	for i := range c.states {
		if c.states[i] == entityLost {
			x.failed(r, f, o.Err, lost)
			return
		}
	}
}

// describe lists the entities of a request for the cache.
func (x *execution) describe(r *request, f *fetch) {
	c := f.cache
	c.fetch.Session, c.fetch.Variables = x.request.CacheSession, x.request.Variables
	objects := x.program.plan.Supergraph.Objects
	for i := range r.calls {
		cl, run := &r.calls[i], &f.calls[i]
		c.first = append(c.first, len(c.fetch.Entities))
		unknown := len(cl.wanted) - 1
		if !cl.plan.Entities {
			e := CacheEntity{Call: i, Type: cl.plan.Selection.Type, Wanted: cl.wanted[unknown]}
			c.fetch.Entities = append(c.fetch.Entities, e)
			continue
		}
		c.keys = slices.Grow(c.keys, len(run.bounds))
		for j := range run.spans {
			s := &run.spans[j]
			e := CacheEntity{
				Call: i, Key: EntityKey{Input: int(s.input), Fields: c.keyFields(cl, run, s)},
				Type: cl.plan.Selection.Type, Wanted: cl.wanted[unknown],
			}
			if s.typ >= 0 {
				e.Type, e.Wanted = objects[s.typ], cl.wanted[s.typ]
			}
			c.fetch.Entities = append(c.fetch.Entities, e)
		}
	}
	total := 0
	for i := range c.fetch.Entities {
		total += len(c.fetch.Entities[i].Wanted)
	}
	if cap(c.values) < total {
		c.values = make([][]byte, total)
	}
	c.values = c.values[:total]
	c.states = append(c.states, make([]entityState, len(c.fetch.Entities))...)
	f.trace.Entities = len(c.fetch.Entities)
	at := 0
	for i := range c.fetch.Entities {
		e := &c.fetch.Entities[i]
		e.Values = c.values[at : at+len(e.Wanted) : at+len(e.Wanted)]
		at += len(e.Wanted)
	}
	if !x.request.Trace {
		// Who wants to see what was looked up must not get what makes looking up unnecessary.
		c.offerSubtrees(r)
	}
}

// keyFields are the values of a representation's fields.
func (c *cacheRun) keyFields(cl *call, run *callRun, s *span) [][]byte {
	start := len(c.keys)
	for _, b := range run.bounds[s.bounds:][:len(cl.plan.Input[s.input].Fields)] {
		if b.end == 0 {
			c.keys = append(c.keys, nil)
			continue
		}
		c.keys = append(c.keys, run.text[b.start:b.end:b.end])
	}
	return c.keys[start:len(c.keys):len(c.keys)]
}

// offerSubtrees tells the cache which of the wanted fields are subtrees.
func (c *cacheRun) offerSubtrees(r *request) {
	total := 0
	for i := range c.fetch.Entities {
		total += len(r.calls[c.fetch.Entities[i].Call].subtrees)
	}
	if cap(c.subtrees) < total {
		c.subtrees = make([]CacheSubtree, 0, total)
	}
	for i := range c.fetch.Entities {
		e := &c.fetch.Entities[i]
		start := len(c.subtrees)
		for _, s := range r.calls[e.Call].subtrees {
			if value := slices.Index(e.Wanted, s.slot); value >= 0 {
				c.subtrees = append(c.subtrees, CacheSubtree{Subtree: s, Value: value})
			}
		}
		e.Subtrees = c.subtrees[start:len(c.subtrees):len(c.subtrees)]
	}
}

// pick lists the entities that must be asked for, and tells whether there are any.
func (c *cacheRun) pick() bool {
	found := false
	for i := range c.picked {
		c.picked[i] = c.picked[i][:0]
	}
	for i := range c.fetch.Entities {
		e := &c.fetch.Entities[i]
		e.Fetched = false
		if c.states[i] == entityOpen && e.Status == CacheMiss {
			c.picked[e.Call] = append(c.picked[e.Call], uint32(i-c.first[e.Call]))
			e.Fetched, found = true, true
		}
	}
	return found
}

// waits tells whether somebody else is fetching an entity.
func (c *cacheRun) waits() bool {
	for i := range c.states {
		if c.states[i] == entityOpen && c.fetch.Entities[i].Status == CachePending {
			return true
		}
	}
	return false
}

// sendPicked asks the subgraph for the picked entities, and tells the cache what came of it.
func (x *execution) sendPicked(request, which int, r *request, f *fetch) CacheOutcome {
	c := f.cache
	resp, body, header := &f.response, &f.body, c.headers[0]
	if which == lateAnswer {
		resp, body, header = &f.late, &c.late, c.headers[1]
	}
	c.pathless = false
	*body = x.body((*body)[:0], x.narrow(r, f), r, f, c.picked, nil)
	f.parser = parser{a: x.extraAnswer(request, which), ranges: true}
	p := &f.parser
	err := x.ctx.Err()
	if err == nil {
		err = x.send(r, f, *body, resp)
	}
	if err == nil {
		err = x.parse(p, r, f, resp, c.picked)
	}
	for call, picked := range c.picked {
		for _, entity := range picked {
			at := c.first[call] + int(entity)
			switch {
			case c.fetch.Entities[at].Status == CacheHit: // rescued
			case err != nil:
				c.states[at] = entityLost
			default:
				c.states[at] = entitySent
			}
		}
	}
	if err != nil {
		return CacheOutcome{Err: err, Status: resp.Status}
	}
	c.readValues(r, f, p.a)
	x.complete(r, f, p.a)
	return CacheOutcome{
		Status: resp.Status, Header: header, Data: p.data, Extensions: p.extensions, PathlessErrors: c.pathless,
	}
}

// readValues gives the cache the raw values of what was fetched.
func (c *cacheRun) readValues(r *request, f *fetch, a *answer) {
	next := 0
	for call, picked := range c.picked {
		for _, entity := range picked {
			e := &c.fetch.Entities[c.first[call]+int(entity)]
			if e.Status == CacheHit {
				continue
			}
			object := f.calls[call].entities[entity]
			if e.Null = object == 0; e.Null {
				continue
			}
			slots := a.objects[object.object()].slots
			n := r.calls[call].set
			for next < len(a.ranges) && a.ranges[next].slot < slots {
				next++
			}
			end := next
			for end < len(a.ranges) && a.ranges[end].slot < slots+uint32(len(n.fields)) {
				end++
			}
			for j, slot := range e.Wanted {
				if e.Known != nil && e.Known[j] {
					continue
				}
				e.Values[j] = nil
				v := a.values[slots+uint32(slot)]
				switch v.kind() {
				case kindAbsent:
				case kindNull:
					e.Values[j] = null
				case kindObject, kindList:
					for _, over := range a.ranges[next:end] {
						if over.slot == slots+uint32(slot) {
							e.Values[j] = a.body[over.start:over.end:over.end]
						}
					}
				default:
					e.Values[j] = a.raw(v)
				}
			}
		}
	}
}

var null = []byte("null")

// takeHits reads the values of hits into slots. What does not read as it should is fetched.
func (x *execution) takeHits(request int, r *request, f *fetch) {
	c := f.cache
	start := len(c.body)
	for i := range c.fetch.Entities {
		e := &c.fetch.Entities[i]
		if c.states[i] != entityOpen && c.states[i] != entityLost || e.Status != CacheHit {
			continue
		}
		for j, v := range e.Values {
			if !e.isPrinted(j) {
				c.body = append(append(c.body, v...), ',')
			}
		}
	}
	a := x.extraAnswer(request, cachedAnswer)
	a.body = c.body
	p := parser{a: a, b: c.body, types: x.program.types}
	for i := range c.fetch.Entities {
		e := &c.fetch.Entities[i]
		if c.states[i] != entityOpen && c.states[i] != entityLost {
			continue
		}
		switch e.Status {
		case CacheNull:
			c.states[i] = entityTaken
		case CacheHit:
			run := &f.calls[e.Call]
			entity := i - c.first[e.Call]
			typ := typeUnknown
			if len(run.spans) > 0 {
				typ = run.spans[entity].typ
			}
			o, ok := p.cached(r.calls[e.Call].set, typ, e, start)
			for j, v := range e.Values {
				if !e.isPrinted(j) {
					start += len(v) + 1
				}
			}
			if !ok {
				e.Status, e.Subtrees = CacheMiss, nil
				continue
			}
			run.entities[entity] = newRef(a.index, o)
			c.states[i] = entityTaken
			f.trace.CacheHits++
		}
	}
	a.addLinks()
}

// isPrinted tells whether a value is a printed form.
func (e *CacheEntity) isPrinted(value int) bool {
	for i := range e.Subtrees {
		if e.Subtrees[i].Printed && e.Subtrees[i].Value == value {
			return true
		}
	}
	return false
}

// cached makes an object of the values of a hit, which stand one behind the other from start on.
func (p *parser) cached(n *selectionSet, typ int32, e *CacheEntity, start int) (uint32, bool) {
	if n.typ >= 0 {
		typ = n.typ
	}
	a := p.a
	marks := make([]int, 0, 16)
	for _, collected := range a.collected {
		marks = append(marks, len(collected))
	}
	o := a.addObject(typ, len(n.fields), int(n.links))
	if n.collector >= 0 {
		a.collected[n.collector] = append(a.collected[n.collector], o)
	}
	slots := a.objects[o].slots
	for j, slot := range e.Wanted {
		f := &n.fields[slot]
		if e.isPrinted(j) {
			a.values[slots+uint32(slot)] = newValue(kindPrinted, len(a.printed), 0)
			a.printed = append(a.printed, e.Values[j])
			continue
		}
		end := start + len(e.Values[j])
		if e.Values[j] == nil {
			start = end + 1
			continue
		}
		v, at := p.value(f, f.lists, start)
		if at != end || p.misfits > 0 {
			// Not what was stored: forget what was read.
			p.problem, p.misfits = "", 0
			a.pending = a.pending[:0]
			for i, mark := range marks {
				a.collected[i] = a.collected[i][:mark]
			}
			return 0, false
		}
		a.values[slots+uint32(slot)] = v
		if f.leaf == leafTypename && v.kind() == kindString {
			if named := p.types.find(p.b[start:end]); named != typeUnknown || typ < 0 {
				typ = named
			}
		}
		start = end + 1
	}
	a.objects[o].typ = typ
	return o, true
}
