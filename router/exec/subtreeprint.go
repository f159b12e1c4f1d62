package exec

// maxKept bounds how many printed forms one execution gives to the cache, and maxKeptText how long one may be.
const (
	maxKept     = 64
	maxKeptText = 1 << 20
)

// subtreePrinter prints subtrees once more, for the cache. It runs when the client's answer is printed, and only when
// the cache asked for something.
type subtreePrinter struct {
	x *execution
	// entities are the hits of all requests by the object that was made of them.
	entities map[ref]UsedEntity
	// kept are the objects that are part of a printed form.
	kept map[ref]bool
	used []UsedEntity
	// seen are the entities that were noted for the form, visited the objects.
	seen, visited map[ref]bool
	out           []byte
	left          int
	// hopeless tells that trying again soon is in vain: the form is too long, or has something that forms cannot have.
	hopeless bool
}

// printSubtrees gives the cache the printed forms that it wants.
func (x *execution) printSubtrees() {
	wanted := false
	for i := range x.fetches {
		if c := x.fetches[i].cache; c != nil {
			wanted = wanted || c.wantsPrinted()
		}
	}
	if !wanted || x.errors.any() || x.ctx.Err() != nil || x.printer.stopped != notRefused {
		return
	}
	k := subtreePrinter{x: x, entities: map[ref]UsedEntity{}, kept: map[ref]bool{}, left: maxKept}
	for i := range x.fetches {
		k.note(i)
	}
	for i := range x.fetches {
		if x.fetches[i].cache != nil {
			k.keep(i)
		}
	}
}

func (c *cacheRun) wantsPrinted() bool {
	for i := range c.subtrees {
		if c.subtrees[i].Handle != nil && !c.subtrees[i].Printed {
			return true
		}
	}
	return false
}

// note remembers the hits of a request.
func (k *subtreePrinter) note(request int) {
	c := k.x.fetches[request].cache
	if c == nil || len(c.states) == 0 {
		return
	}
	cache, ok := k.x.program.requests[request].cache.(SubtreeCache)
	if !ok {
		return
	}
	for i := range c.states {
		e := &c.fetch.Entities[i]
		if c.states[i] != entityTaken || e.Status != CacheHit {
			continue
		}
		if r := k.x.fetches[request].calls[e.Call].entities[i-c.first[e.Call]]; r != 0 {
			k.entities[r] = UsedEntity{Cache: cache, Entity: e}
		}
	}
}

// keep gives the cache the printed forms of a request. Calls come in the order of the plan, so that what is part of a
// larger form is not kept by itself.
func (k *subtreePrinter) keep(request int) {
	c := k.x.fetches[request].cache
	for i := range c.states {
		e := &c.fetch.Entities[i]
		r := k.x.fetches[request].calls[e.Call].entities[i-c.first[e.Call]]
		from, ok := k.entities[r]
		if !ok || k.kept[r] {
			continue
		}
		for j := range e.Subtrees {
			s := &e.Subtrees[j]
			if s.Handle == nil || s.Printed || k.left == 0 {
				continue
			}
			text := k.print(s.Subtree, r)
			if text == nil && !k.hopeless {
				continue
			}
			k.left--
			from.Cache.Keep(s, k.x.request.Variables, text, k.used)
			if text != nil {
				for used := range k.seen {
					k.kept[used] = true
				}
			}
		}
	}
}

// print returns the printed form of a subtree of an object, and sets used; nil when the form is not to be kept.
func (k *subtreePrinter) print(s *Subtree, r ref) []byte {
	k.hopeless = false
	a := k.x.answers[r.answer()]
	v := a.slot(r.object(), int32(s.slot))
	if v.kind() != kindObject && v.kind() != kindList {
		return nil
	}
	k.used, k.seen, k.visited = k.used[:0], map[ref]bool{}, map[ref]bool{}
	if !k.value(s.set, a, v) {
		return nil
	}
	// What was printed before stands in another buffer: nothing is copied from there.
	p := printer{x: k.x, progress: progress{out: k.out[:0], limit: maxKeptText}, cut: true}
	p.begin()
	fits := p.value(s.output, s.output.typ, &s.output.sources[0], a, v)
	k.out = p.out
	if k.hopeless = p.at() > maxKeptText; k.hopeless || !fits || p.stopped != notRefused || k.x.errors.any() {
		return nil
	}
	return p.out
}

// value notes the entities below a value. It returns false if there is something that the cache did not say. What is
// not printed counts, too: it may be what later calls are asked by.
func (k *subtreePrinter) value(n *selectionSet, a *answer, v value) bool {
	switch v.kind() {
	case kindObject:
		return k.object(n, newRef(a.index, v.at))
	case kindList:
		for _, e := range a.elements(v) {
			if !k.value(n, a, e) {
				return false
			}
		}
	}
	return true
}

func (k *subtreePrinter) object(n *selectionSet, r ref) bool {
	if k.visited[r] {
		return true
	}
	k.visited[r] = true
	typ := k.x.typeOf(n.position.typers, r)
	if typ < 0 && len(n.position.members) > 1 {
		// What is known of the object can change when somebody tells its type.
		k.hopeless = true
		return false
	}
	for i := range n.position.members {
		m := &n.position.members[i]
		if i > 0 && !m.on.Has(int(typ)) {
			continue
		}
		to, ok := k.x.follow(r, m.links)
		if !ok {
			// Why the object is not there, nobody can tell any more.
			k.hopeless = true
			return false
		}
		if i > 0 && !k.use(to) {
			return false
		}
		a := k.x.answers[to.answer()]
		for slot := range m.set.fields {
			if below := m.set.fields[slot].set; below != nil && !k.value(below, a, a.slot(to.object(), int32(slot))) {
				return false
			}
		}
	}
	return true
}

// use notes an entity.
func (k *subtreePrinter) use(r ref) bool {
	if k.seen[r] {
		return true
	}
	from, ok := k.entities[r]
	if ok {
		k.seen[r] = true
		k.used = append(k.used, from)
	}
	return ok
}
