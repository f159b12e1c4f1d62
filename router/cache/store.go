package cache

import (
	"context"
	"slices"
	"time"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/cache/policy"
	"github.com/weft-graphql/weft/router/cache/storage"
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/plan"
)

// tombstone is how long an entity's hash remembers that it was invalidated when nothing is stored in it; values
// fetched longer ago than half of it are not written any more. Fetches and the write queue are much faster.
const tombstone = time.Minute

// Finish implements exec.RequestCache.
func (r *requestCache) Finish(ctx context.Context, f *exec.CacheFetch, o *exec.CacheOutcome) {
	v := visitOf(f)
	if v == nil {
		return
	}
	c := r.cache
	now := millis(c.cfg.Now())
	var t tally
	a := answered{r: r, v: v, now: now}
	if o.Err == nil && !o.Nothing {
		a.read(o)
	}
	var fs *fetchState
	job := storeJob{r: r, now: now}
	position := 0
	for i := range f.Entities {
		e := &f.Entities[i]
		st, _ := e.State.(*entityState)
		if st != nil {
			fs = st.fetch
		}
		// Without an answer nothing was fetched, whatever was asked for.
		if !e.Fetched || o.Err != nil {
			if o.Err != nil && st != nil {
				job.flights = append(job.flights, st.refresh...)
				st.refresh = nil
			}
			continue
		}
		position++
		a.policy(e, st, &t)
		if st == nil {
			continue
		}
		job.flights = append(job.flights, st.refresh...)
		st.refresh = nil
		if a.usable && !e.Failed && !v.noStore {
			job.add(&a, e, st, position-1)
		}
	}
	if o.Err != nil || o.PathlessErrors || a.anything {
		t.uncacheable = true
	}
	v.contribute(r, &t)
	if fs != nil {
		job.flights = append(job.flights, fs.leads...)
		fs.leads = nil
	}
	c.writer.submit(job)
	if a.invalidation != nil {
		c.invalidateExtension(ctx, r.subgraph, a.invalidation)
	}
}

// answered is a subgraph's answer as the cache sees it.
type answered struct {
	r       *requestCache
	v       *Visit
	now     int64
	control policy.Control
	// answers tells that it is an answer: with another status, or errors that have no place, it is none.
	answers bool
	// usable tells that values of the answer may be stored at all: what depends on something that keys do not have is
	// for whoever keeps what headers say apart.
	usable bool
	// varied tells that values may only be stored for the caller, because of what the answer varies by.
	varied bool
	// anything tells that the answer depends on what has no name.
	anything bool
	// rootTags and entityTags are the tags of extensions.apolloCacheTags and apolloEntityCacheTags.
	rootTags     []string
	entityTags   [][]string
	invalidation []byte
}

func (a *answered) read(o *exec.CacheOutcome) {
	header := o.Header
	if header == nil {
		header = func(string) []byte { return nil }
	}
	a.control = a.r.control(header, a.r.cache.cfg.Now())
	_, a.control.Credentials = a.r.caller(a.v)
	// A cookie is for one caller, and so may be what comes with it.
	a.control.Personal = len(header("Set-Cookie")) > 0
	a.answers = !o.PathlessErrors && (o.Status == 0 || o.Status/100 == 2)
	a.usable = a.answers
	if vary := header("Vary"); len(vary) > 0 {
		a.vary(string(vary))
	}
	if len(o.Extensions) == 0 {
		return
	}
	for name, value := range jsontext.Members(o.Extensions) {
		switch string(name) {
		case "apolloCacheTags":
			a.rootTags = stringList(value)
		case "apolloEntityCacheTags":
			for list := range jsontext.Elements(value) {
				a.entityTags = append(a.entityTags, stringList(list))
			}
		case "invalidation":
			a.invalidation = slices.Clone(value)
		}
	}
}

// vary judges what the answer varies by.
func (a *answered) vary(lines string) {
	names, anything := policy.VariesBy(lines)
	how, depends := a.r.varies(names)
	a.v.depend(depends)
	a.anything = anything
	a.varied = how == varyingByCaller
	a.usable = a.usable && !anything && how != varyingByOther
}

// maxTags bounds the tags of one value.
const maxTags = 64

func stringList(list []byte) []string {
	var out []string
	for v := range jsontext.Elements(list) {
		if len(out) == maxTags {
			break
		}
		if s, ok := unquote(v); ok {
			out = append(out, s)
		}
	}
	return out
}

// policy counts what a fetched entity allows the client's answer to be cached.
func (a *answered) policy(e *exec.CacheEntity, st *entityState, t *tally) {
	if e.Failed || !a.answers || a.control.NoStore || a.control.NoCache {
		t.uncacheable = true
		return
	}
	p := &a.r.policy
	cp := a.r.calls[e.Call]
	switch {
	case st != nil:
		p = &st.tp.policy
	case cp.root:
		p = &cp.types[0].policy
	}
	for i, w := range e.Wanted {
		fp := &cp.fields[w]
		if fp.typename || e.Known != nil && e.Known[i] {
			continue
		}
		// What the subgraph allows the client does not depend on whether we store it.
		open := *p
		open.Disabled = false
		l := open.Lifetime(&a.control, fp.hint)
		if l.TTL <= 0 {
			t.uncacheable = true
			return
		}
		t.add(l.TTL.Milliseconds(), l.Age.Milliseconds(), l.Private)
		t.anonymous = t.anonymous || !l.Open && !l.Private
	}
	if e.Known != nil {
		st.eachKnown(e.Known, func(w *want) { t.addValue(w.found, a.now) })
	}
}

// eachKnown calls f for the wanted fields that were known before.
func (st *entityState) eachKnown(known []bool, f func(w *want)) {
	for i := range st.items {
		for j := range st.items[i].wants {
			if w := &st.items[i].wants[j]; known[w.slot] {
				f(w)
			}
		}
	}
}

// storeJob is what one Finish hands to the background: copies of fetched values, and flights to end.
type storeJob struct {
	r        *requestCache
	now      int64
	entities []storeEntity
	flights  []*flight
	size     int64
	// scopes are those of what the answer brought.
	scopes []answeredScope
}

// answeredScope tells whether something of a scope could be stored at all, and for everybody.
type answeredScope struct {
	*scope
	stored, shared bool
}

// note notes whether an entity of a scope could be stored at all, and for everybody.
func (j *storeJob) note(s *scope, stored, shared bool) {
	for i := range j.scopes {
		if at := &j.scopes[i]; at.scope == s {
			at.stored, at.shared = at.stored || stored, at.shared || shared
			return
		}
	}
	j.scopes = append(j.scopes, answeredScope{s, stored, shared})
}

// tellScopes tells each scope once how its part of the answer was.
func (j *storeJob) tellScopes() {
	for _, s := range j.scopes {
		s.answered(s.stored, s.shared)
	}
}

type storeEntity struct {
	st *entityState
	// null tells that there is no such entity; values are parallel to Wanted otherwise.
	null     bool
	values   [][]byte
	wanted   []int
	control  policy.Control
	tags     []string
	audience string
	// key is what the entity was asked for by, when the type has more than one key.
	key exec.EntityKey
	// inherited are the members of the tags of the value that the entity was found in, optional tells that it was found
	// in one.
	inherited []string
	optional  bool
	// known are the wanted fields that were not fetched because they were known; nil if there are none.
	known []bool
}

// add copies an entity into the job.
func (j *storeJob) add(a *answered, e *exec.CacheEntity, st *entityState, position int) {
	s := storeEntity{
		st: st, null: e.Null, wanted: e.Wanted, control: a.control, audience: st.fetch.audience, known: e.Known,
	}
	s.control.Personal = s.control.Personal || a.varied
	if !e.Null && !s.anyStorable() {
		st.tp.scope.stats.unstorable.Add(1)
		j.note(st.tp.scope, false, false)
		return
	}
	if st.cp.root {
		s.tags = a.rootTags
	} else if position < len(a.entityTags) {
		s.tags = a.entityTags[position]
	}
	if len(st.tp.keys) > 1 {
		s.key = cloneKey(&e.Key)
	}
	if !e.Null {
		total := 0
		for i, v := range e.Values {
			if !s.isKnown(i) {
				total += len(v)
			}
		}
		slab := make([]byte, 0, total)
		s.values = make([][]byte, len(e.Values))
		for i, v := range e.Values {
			if v == nil || s.isKnown(i) {
				continue
			}
			start := len(slab)
			slab = append(slab, v...)
			s.values[i] = slab[start:len(slab):len(slab)]
		}
		j.size += int64(total)
	}
	j.size += 200
	j.entities = append(j.entities, s)
}

// isKnown tells whether a wanted field was not fetched because it was known.
func (s *storeEntity) isKnown(slot int) bool { return s.known != nil && s.known[slot] }

// anyStorable tells whether a value of the entity may be stored.
func (s *storeEntity) anyStorable() bool {
	for _, w := range s.wanted {
		fp := &s.st.cp.fields[w]
		if !fp.typename && !fp.never && s.storable(s.st.tp.policy.Lifetime(&s.control, fp.hint)) {
			return true
		}
	}
	return s.contains()
}

// contains tells whether entities in the values can be stored.
func (s *storeEntity) contains() bool {
	return !s.null && !s.control.NoStore && !s.control.NoCache &&
		slices.ContainsFunc(s.wanted, func(w int) bool { return s.st.cp.fields[w].entities })
}

// audiences are the values of one item, for everybody (or everybody with the same vary headers) and for the caller.
type audiences struct {
	shared, private []storage.Value
}

// build makes the values of one item of a fetched entity. unstorable tells that something must not be stored.
func (s *storeEntity) build(j *storeJob, it *item, known names) (out audiences, unstorable bool) {
	tp := s.st.tp
	deps := append(s.tagDeps(j, it, known), s.inherited...)
	for _, key := range known.without(it.canonical) {
		deps = append(deps, clock.EntityMember(j.r.subgraph, tp.name, key))
	}
	if s.null {
		// Whom a field is private to may be the reason why there is none.
		h := policy.NoHint
		for i := range it.wants {
			h = h.And(it.wants[i].fp.hint)
		}
		l := tp.policy.Lifetime(&s.control, h)
		if l.TTL > tp.policy.Negative {
			l.TTL, l.By = tp.policy.Negative, policy.ByNegativeTTL
		}
		l.WhileRevalidate, l.IfError = 0, 0
		v := storage.Value{Name: negativeName, Hash: negativeHash, JSON: []byte("null"), Negative: true, Deps: deps}
		if !s.storable(l) {
			return out, true
		}
		out.put(s, v, l, j.now)
		return out, false
	}
	for i := range it.wants {
		w := &it.wants[i]
		if s.isKnown(w.slot) {
			continue
		}
		raw := s.values[w.slot]
		if raw == nil || w.fp.never {
			unstorable = true
			continue
		}
		l := tp.policy.Lifetime(&s.control, w.fp.hint)
		if !s.storable(l) {
			unstorable = true
			continue
		}
		v := storage.Value{Name: w.name, JSON: raw, Schema: w.fp.schema, Deps: deps}
		if w.fp.composite && !isNull(raw) && !isEmptyList(raw) {
			v.Covers = w.rf.covers
			if w.taken {
				v.Name = w.variant
			}
		}
		if w.fp.composite {
			v.Deps = append(slices.Clone(deps), j.r.contained(w.fp, raw)...)
		}
		v.Hash = storage.NameHash(v.Name)
		out.put(s, v, l, j.now)
	}
	return out, unstorable
}

// storable tells whether a value with this lifetime may be stored.
func (s *storeEntity) storable(l policy.Lifetime) bool {
	return l.TTL > 0 && (!l.Private || s.st.tp.policy.Private && s.audience != "")
}

// put adds a value with its lifetime to the lane it belongs to.
func (o *audiences) put(s *storeEntity, v storage.Value, l policy.Lifetime, now int64) {
	v.Clock = s.st.fetch.clock
	v.Stored, v.Born = now, now-l.Age.Milliseconds()
	v.Expires, v.By = now+l.TTL.Milliseconds(), l.By
	v.WhileRevalidate, v.IfError = l.WhileRevalidate.Milliseconds(), l.IfError.Milliseconds()
	if v.Private, v.Open = l.Private, l.Open; l.Private {
		o.private = append(o.private, v)
	} else {
		o.shared = append(o.shared, v)
	}
}

// tagDeps are the dependencies of a fetched item on tags: those the schema declares and those the answer brought, and
// on what is not known of the entity's keys.
func (s *storeEntity) tagDeps(j *storeJob, it *item, known names) []string {
	var tags []string
	add := func(tag string, ok bool) {
		if ok && !slices.Contains(tags, tag) && len(tags) < 2*maxTags {
			tags = append(tags, tag)
		}
	}
	for i := range it.wants {
		for _, f := range it.wants[i].fp.tags {
			add(f.render(it.canonical, it.wants[i].rf.args))
		}
	}
	for _, t := range s.tags {
		add(t, true)
	}
	for i, t := range tags {
		tags[i] = clock.TagMember(j.r.subgraph, t)
	}
	if s.st.cp.root {
		return tags
	}
	return j.r.graph.namesDeps(tags, j.r.req.Subgraph, s.st.tp.typ, known)
}

func isEmptyList(b []byte) bool {
	if b[0] != '[' {
		return false
	}
	i := jsontext.SkipSpace(b, 1)
	return i < len(b) && b[i] == ']'
}

// names are the keys of an entity that its representation or its answer shows. What is stored under one of them depends
// on the invalidation of the entity by any other.
func (s *storeEntity) names(j *storeJob, it *item) names {
	if s.st.cp.root {
		return nil
	}
	if len(s.st.tp.keys) < 2 {
		return names{it.canonical}
	}
	return j.r.graph.named(s.st.tp.typ, j.r.req.Subgraph.ID, func(name string) ([]byte, *plan.SelectionSet) {
		if v := s.keyField(name); v != nil || s.null {
			return v, nil
		}
		for i := range it.wants {
			w := &it.wants[i]
			if f := w.fp.field; f.Def != nil && f.Def.Name == name && len(f.Args) == 0 {
				if s.isKnown(w.slot) {
					return w.found.JSON, f.Selection
				}
				return s.values[w.slot], f.Selection
			}
		}
		return nil, nil
	})
}

// keyField returns a field of the representation; nil when it has none of that name.
func (s *storeEntity) keyField(name string) []byte {
	if s.st.key == nil {
		return nil
	}
	return s.st.key.at[name].of(&s.key)
}

// alternates are the keys that an entity's values are stored under besides its own. That there is none is only known of
// the key it was asked for by.
func (s *storeEntity) alternates(it *item, known names) [][]byte {
	if s.null {
		return nil
	}
	return known.without(it.canonical)
}
