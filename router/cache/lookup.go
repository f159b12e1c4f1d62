package cache

import (
	"context"
	"hash/maphash"
	"sync"
	"time"
	"unsafe"

	"github.com/weft-graphql/weft/router/cache/storage"
	"github.com/weft-graphql/weft/router/exec"
)

// millis is t in Unix milliseconds.
func millis(t time.Time) int64 { return t.UnixMilli() }

// negativeName is the hash field that remembers that an entity does not exist.
const negativeName = "!null"

var negativeHash = storage.NameHash(negativeName)

// scratch are the buffers of one Lookup.
type scratch struct {
	// keys are the local keys of the entities of rest, one behind the other.
	keys              []byte
	key, name, inputs []byte
	renderings        []*rendering
	rest              []unanswered
}

// unanswered is an entity that was not answered in process.
type unanswered struct {
	entity int
	tp     *typeProgram
	// key is nil for a root call. start and end are where the local key stands in scratch.keys.
	key        *keyProgram
	start, end int
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// visitOf returns the session of a fetch; nil when the request does not use the cache.
func visitOf(f *exec.CacheFetch) *Visit {
	v, _ := f.Session.(*Visit)
	return v
}

// Lookup implements exec.RequestCache.
func (r *requestCache) Lookup(ctx context.Context, f *exec.CacheFetch) {
	v := visitOf(f)
	if v == nil {
		return
	}
	c := r.cache
	l := lookup{
		r: r, f: f, v: v, s: scratches.Get().(*scratch), clock: c.versions.Clock.Load(), now: millis(c.cfg.Now()),
		varied: v.varied(r.policy.Vary),
	}
	l.audience, l.credentials = r.caller(v)
	v.depend(r.policy.Vary)
	l.run(ctx)
	v.contribute(r, &l.tally)
	scratches.Put(l.s)
}

// caller returns the audience of private values, empty when there are none for the caller, and whether requests carry
// credentials that matter.
func (r *requestCache) caller(v *Visit) (audience string, credentials bool) {
	carried := v.carries(r.req.Subgraph.ID)
	if r.policy.Private {
		audience = carried.audience
	}
	return audience, carried.credentials && !r.policy.Public
}

// lookup is one Lookup under way.
type lookup struct {
	r *requestCache
	f *exec.CacheFetch
	v *Visit
	s *scratch
	// clock is the reading before anything is fetched.
	clock uint64
	now   int64
	// varied and audience are the digests of vary headers and caller; empty when they do not matter.
	varied, audience string
	// credentials tells that a request to the subgraph carries some.
	credentials bool
	tally       tally
	// asked is the type that was asked last whether to look, and looks what it said.
	asked *scope
	looks bool
	// found are the values of one entity, and fields the names of root fields, for people who debug.
	found  []*storage.Value
	fields []string
}

func (l *lookup) run(ctx context.Context) {
	l.s.renderings = append(l.s.renderings[:0], make([]*rendering, len(l.r.calls))...)
	l.s.rest, l.s.keys = l.s.rest[:0], l.s.keys[:0]
	for i := range l.f.Entities {
		e := &l.f.Entities[i]
		e.Status, e.State = exec.CacheMiss, nil
		cp := l.r.calls[e.Call]
		u := unanswered{entity: i, start: len(l.s.keys)}
		if cp.root {
			u.tp = cp.types[0]
			if !l.shouldLook(u.tp.scope) || !l.admitted(e, cp, u.tp) {
				u.tp.scope.stats.misses.Add(1)
				continue
			}
		} else if !l.name(e, cp, &u) {
			continue
		}
		if l.v.noRead || l.r.cache.l1 == nil || !l.local(e, cp, &u, l.rendering(e.Call)) {
			l.s.keys = l.s.keys[:u.end]
			l.s.rest = append(l.s.rest, u)
			continue
		}
		l.s.keys = l.s.keys[:u.start]
	}
	if len(l.s.rest) > 0 {
		l.remote(ctx, l.s.rest)
	}
}

// shouldLook asks a type once for all its entities in a row. People who debug always see what is there.
func (l *lookup) shouldLook(s *scope) bool {
	if l.v.debug {
		return true
	}
	if s != l.asked {
		l.asked, l.looks = s, s.looks()
	}
	return l.looks
}

// name makes the local key of an entity: subgraph, type and canonical key. It is made once; false means that the entity
// has none, or is not worth a lookup.
func (l *lookup) name(e *exec.CacheEntity, cp *callProgram, u *unanswered) bool {
	if u.key = cp.keyOf(e); u.key == nil {
		return false
	}
	u.tp = u.key.tp
	if !l.shouldLook(u.tp.scope) {
		u.tp.scope.stats.misses.Add(1)
		return false
	}
	var ok bool
	l.s.keys, ok = u.key.appendCanonical(append(l.s.keys, u.tp.local...), &e.Key)
	if !ok {
		l.s.keys = l.s.keys[:u.start]
		u.tp.scope.stats.misses.Add(1)
		return false
	}
	u.end = len(l.s.keys)
	return true
}

// rendering returns the names of a call's fields.
func (l *lookup) rendering(call int) *rendering {
	rd := l.s.renderings[call]
	if rd == nil {
		rd, l.s.inputs = l.r.rendering(l.r.calls[call], l.f.Variables, l.s.inputs)
		l.s.renderings[call] = rd
	}
	return rd
}

// admitted tells whether all fields of a root call take part in caching. What does not costs no more than this.
func (l *lookup) admitted(e *exec.CacheEntity, cp *callProgram, tp *typeProgram) bool {
	for _, w := range e.Wanted {
		if a := cp.fields[w].admission; a != nil && a.cold() {
			l.s.key = append(append(l.s.key[:0], tp.local...), cp.fields[w].field.Def.Name...)
			l.s.key = l.r.appendValues(l.s.key, cp, l.f.Variables)
			if !a.admits(l.s.key, l.now) {
				return false
			}
		}
	}
	return true
}

// recordAdmission counts a lookup of a root call.
func recordAdmission(e *exec.CacheEntity, cp *callProgram, hit bool) {
	for _, w := range e.Wanted {
		if a := cp.fields[w].admission; a != nil {
			a.record(hit)
		}
	}
}

// local answers an entity from the cache in process, if everything wanted is there and fresh.
func (l *lookup) local(e *exec.CacheEntity, cp *callProgram, u *unanswered, rd *rendering) bool {
	tp := u.tp
	if tp.policy.Disabled {
		return false
	}
	l.found, l.fields = l.found[:0], l.fields[:0]
	if cp.root {
		return l.localRoot(e, cp, tp, rd)
	}
	s := l.s
	s.key = append(s.key[:0], s.keys[u.start:u.end]...)
	shared, private := l.records(s)
	if shared == nil && private == nil {
		return false
	}
	t := tally{}
	for i, w := range e.Wanted {
		fp := &cp.fields[w]
		if fp.typename {
			e.Values[i] = tp.quoted
			continue
		}
		name, hash := rd.fields[w].name, rd.fields[w].nameHash
		variant, variantHash := rd.fields[w].variant, rd.fields[w].variantHash
		if fp.requires != nil {
			s.inputs = appendInputs(s.inputs[:0], fp.requires, u.key.requires[w], &e.Key)
			s.name = append(append(s.name[:0], name...), s.inputs...)
			cut := len(s.name)
			s.name = append(append(s.name, variant...), s.inputs...)
			name, variant = unsafeString(s.name[:cut]), unsafeString(s.name[cut:])
			hash, variantHash = maphash.String(storage.NameSeed, name), maphash.String(storage.NameSeed, variant)
		}
		f := l.usable(private, tp, fp, &rd.fields[w], name, variant, hash, variantHash)
		if f == nil {
			f = l.usable(shared, tp, fp, &rd.fields[w], name, variant, hash, variantHash)
		}
		if f == nil {
			clear(e.Values)
			withoutForms(e)
			return l.localNull(e, tp, shared, private)
		}
		e.Values[i] = f.JSON
		t.addValue(f, l.now)
		l.see(f)
		if fp.composite {
			l.form(e, i, f, &t)
		}
	}
	if private == nil {
		e.State = shared
	}
	l.hit(e, tp, exec.CacheHit, &t)
	return true
}

// localNull answers an entity that is known not to exist. Records that have fields of it say otherwise.
func (l *lookup) localNull(e *exec.CacheEntity, tp *typeProgram, shared, private *storage.Record) bool {
	for _, r := range [...]*storage.Record{private, shared} {
		if r == nil {
			continue
		}
		n := r.Find(negativeHash, negativeName)
		if n == nil || n.Clock < tp.scope.Min.Load() || n.Freshness(l.now) != storage.Fresh ||
			!l.allowed(n) || contradicted(r, n) {
			continue
		}
		t := tally{}
		t.addValue(n, l.now)
		l.found = l.found[:0]
		l.see(n)
		l.hit(e, tp, exec.CacheNull, &t)
		return true
	}
	return false
}

// contradicted tells whether a record has a field that was stored after it was noted that the entity does not exist.
func contradicted(r *storage.Record, negative *storage.Value) bool {
	for i := range r.Fields {
		if f := &r.Fields[i]; !f.Negative && f.Stored >= negative.Stored {
			return true
		}
	}
	return false
}

// localRoot answers a root call: every field has a record of its own, and all must be there.
func (l *lookup) localRoot(e *exec.CacheEntity, cp *callProgram, tp *typeProgram, rd *rendering) bool {
	t := tally{}
	for i, w := range e.Wanted {
		fp, rf := &cp.fields[w], &rd.fields[w]
		if fp.typename {
			e.Values[i] = tp.quoted
			continue
		}
		l.s.key = append(append(l.s.key[:0], tp.local...), rf.full...)
		shared, private := l.records(l.s)
		f := l.usable(private, tp, fp, rf, rf.name, rf.variant, rf.nameHash, rf.variantHash)
		if f == nil {
			f = l.usable(shared, tp, fp, rf, rf.name, rf.variant, rf.nameHash, rf.variantHash)
		}
		if f == nil {
			clear(e.Values)
			withoutForms(e)
			return false
		}
		e.Values[i] = f.JSON
		t.addValue(f, l.now)
		if l.see(f) {
			l.fields = append(l.fields, rf.full)
		}
		if fp.composite {
			l.form(e, i, f, &t)
		}
	}
	recordAdmission(e, cp, true)
	l.hit(e, tp, exec.CacheHit, &t)
	return true
}

// records returns what is known in process under the local key in s.key, for everybody and for the caller.
func (l *lookup) records(s *scratch) (shared, private *storage.Record) {
	s.key = appendAudience(s.key, l.varied)
	shared = l.r.cache.local(s.key, l.now)
	if l.audience != "" {
		s.key = appendAudience(s.key, l.audience)
		private = l.r.cache.local(s.key, l.now)
	}
	return shared, private
}

func appendAudience(key []byte, audience string) []byte {
	if audience == "" {
		return key
	}
	return append(append(key, 0), audience...)
}

// usable returns the fresh value of a field in a record, or nil.
func (l *lookup) usable(
	rec *storage.Record,
	tp *typeProgram,
	fp *fieldProgram,
	rf *rendered,
	name, variant string,
	hash, variantHash uint64,
) *storage.Value {
	if rec == nil {
		return nil
	}
	f := rec.Find(hash, name)
	if f != nil && l.fits(f, tp, fp, rf) && f.Freshness(l.now) == storage.Fresh {
		return f
	}
	if !fp.composite {
		return nil
	}
	f = rec.Find(variantHash, variant)
	if f != nil && l.fits(f, tp, fp, rf) && f.Freshness(l.now) == storage.Fresh {
		return f
	}
	return nil
}

// fits tells whether a value counts and has what is asked, apart from its age.
func (l *lookup) fits(f *storage.Value, tp *typeProgram, fp *fieldProgram, rf *rendered) bool {
	return f.Schema == fp.schema && f.Clock >= tp.scope.Min.Load() && l.allowed(f) &&
		(!fp.composite || l.r.cache.coverage.covers(f.Covers, rf.covers))
}

// allowed tells whether a value is for the caller: what was fetched without credentials, and may depend on them, is
// only for requests without.
func (l *lookup) allowed(f *storage.Value) bool { return !l.credentials || f.Open || f.Private }

// hit counts an entity that was answered in process.
func (l *lookup) hit(e *exec.CacheEntity, tp *typeProgram, status exec.CacheStatus, t *tally) {
	e.Status = status
	n := &tp.scope.stats
	n.local.Add(1)
	tp.scope.found()
	l.countForms(e)
	name := "hit"
	if status == exec.CacheHit {
		n.hits.Add(1)
	} else {
		n.nulls.Add(1)
		name = "null"
	}
	l.tally.join(t)
	if l.v.debug {
		l.noteLocal(tp, name)
	}
}

// noteLocal notes what was used in process, for people who debug: a line for an entity, or for each root field.
func (l *lookup) noteLocal(tp *typeProgram, status string) {
	info := FetchInfo{Fetch: l.r.req.ID, Subgraph: tp.scope.Subgraph, Type: tp.name, Status: status, Source: "local"}
	if len(l.fields) == 0 {
		info.Key = describeKey(tp, l.s.key)
		l.v.noteValues(info, l.found, l.now)
		return
	}
	for i, name := range l.fields {
		info.Key = name
		l.v.noteValues(info, l.found[i:i+1], l.now)
	}
}

// see notes a value that is used, when somebody debugs.
func (l *lookup) see(f *storage.Value) bool {
	if l.v.debug {
		l.found = append(l.found, f)
	}
	return l.v.debug
}

// appendInputs appends what tells values of a field apart that is computed from inputs in the representation:
// !{"price":3,"weight":2}, or !# and a digest when that is long.
func appendInputs(dst []byte, requires []string, at []fieldsAt, key *exec.EntityKey) []byte {
	start := len(dst)
	dst = append(dst, '!')
	for i, name := range requires {
		sep := byte(',')
		if i == 0 {
			sep = '{'
		}
		dst = append(append(append(append(dst, sep, '"'), name...), '"'), ':')
		if v := at[i].of(key); v != nil {
			dst = appendCanonical(dst, v, 0)
		} else {
			dst = append(dst, "null"...)
		}
	}
	dst = append(dst, '}')
	if len(dst)-start > maxName {
		sum := storage.Digest(dst[start:])
		dst = append(append(dst[:start], '!', '#'), sum...)
	}
	return dst
}

// describeKey is the readable part of a local key.
func describeKey(tp *typeProgram, local []byte) string {
	if len(local) < len(tp.local) {
		return ""
	}
	key := local[len(tp.local):]
	for i, b := range key {
		if b == 0 {
			key = key[:i]
			break
		}
	}
	return string(key)
}

// unsafeString is b as a string without a copy, for calls that do not keep it.
func unsafeString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
