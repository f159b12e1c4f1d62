package cache

import (
	"hash/maphash"
	"math"
	"slices"
	"sync/atomic"

	"github.com/maypok86/otter/v2"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/cache/storage"
	"github.com/weft-graphql/weft/router/exec"
)

// Printed forms. A composite value of an entity, with all that later calls add below it, is often printed for many
// clients in the same way: reviews with their authors and products, for an operation that thousands send. The executor
// prints it once more for the cache (exec.Subtree), which hands out the text from then on, for any answer that has the
// entity in this place. A form counts as long as each of the values it is made of counts: it carries what is needed to
// tell.

// printed is the printed form of a subtree of a stored value.
type printed struct {
	// text is nil where there is nothing worth keeping.
	text []byte
	// of is the value, variables the values of the subtree's variables.
	of        *storage.Value
	variables []byte
	// parts are the entities below the value.
	parts []printedEntity
	// until is when one of them must be read anew. expires is when the first value ends, born when the oldest was made.
	until, expires, born int64
	// anonymous tells that a part of it is only for requests without credentials.
	anonymous bool
	// hits are how many entities of each type the form stands for.
	hits []hitCount
	// verified is the count of clock.Versions.Changes at which all parts were found unchanged.
	verified atomic.Uint64
}

// printedEntity is an entity that is printedEntity of a printed form: what must not have been invalidated since
// clock, or renewed.
type printedEntity struct {
	scope   *scope
	self    string
	clock   uint64
	deps    []string
	renewed *atomic.Bool
}

type hitCount struct {
	scope *scope
	count uint64
}

// maxParts bounds how many entities a printed form can stand for.
const maxParts = 1000

// refusedFor is how long, in milliseconds, no form is asked for where none was worth keeping.
const refusedFor = 10_000

// printedKey names a form. Values are never changed, so that a pointer is enough to tell what was printed. variables is
// the hash of the variables' values.
type printedKey struct {
	of                 *storage.Value
	subtree, variables uint64
}

// printedForms are the forms held in process, bounded by bytes.
type printedForms struct {
	forms *otter.Cache[printedKey, *printed]
	// seen remembers what was asked for of late: a form is kept when it is asked for again.
	seen [1 << 12]atomic.Uint64
}

func newPrintedForms(maxBytes uint64) *printedForms {
	return &printedForms{forms: otter.Must(&otter.Options[printedKey, *printed]{
		MaximumWeight: maxBytes,
		Weigher:       func(_ printedKey, p *printed) uint32 { return uint32(min(p.size(), math.MaxUint32)) },
	})}
}

// size is about how much memory the form takes, with the value it keeps alive.
func (p *printed) size() int {
	n := 300 + len(p.text) + len(p.variables) + p.of.Size()
	for i := range p.parts {
		n += 64 + 16*len(p.parts[i].deps)
	}
	return n
}

// again tells whether a form was asked for before.
func (f *printedForms) again(key printedKey) bool {
	hash := maphash.Comparable(storage.NameSeed, key) | 1
	return f.seen[hash>>1%uint64(len(f.seen))].Swap(hash) == hash
}

// Shareable implements exec.SubtreeCache.
func (r *requestCache) Shareable() bool { return !r.policy.Private && len(r.policy.Vary) == 0 }

// form answers a composite value by its printed form if there is one that counts. If there is none, and one would be
// of use, it asks for it.
func (l *lookup) form(e *exec.CacheEntity, value int, f *storage.Value, t *tally) {
	if len(e.Subtrees) == 0 || isNull(f.JSON) || isEmptyList(f.JSON) {
		return
	}
	for i := range e.Subtrees {
		s := &e.Subtrees[i]
		if s.Value != value {
			continue
		}
		forms := l.r.cache.forms
		key := printedKey{of: f, subtree: s.Subtree.ID}
		variables := l.s.name[:0]
		if len(s.Subtree.Variables) > 0 {
			variables = appendVariables(variables, s.Subtree, l.f.Variables)
			l.s.name, key.variables = variables, maphash.Bytes(storage.NameSeed, variables)
		}
		p, ok := forms.forms.GetIfPresent(key)
		switch {
		case !ok:
			if forms.again(key) {
				s.Handle = f
			}
			return
		case l.now >= p.until || !p.counts(l.r.cache.versions):
			forms.forms.Invalidate(key)
			return
		case p.text == nil || string(variables) != string(p.variables) || p.anonymous && l.v.credentials:
			return
		}
		s.Printed, s.Handle = true, p
		e.Values[value] = p.text
		t.add(max(p.expires-l.now, 0), max(l.now-p.born, 0), false)
		t.anonymous = t.anonymous || p.anonymous
		return
	}
}

// withoutForms takes back what form has done, because the entity cannot be answered after all.
func withoutForms(e *exec.CacheEntity) {
	for i := range e.Subtrees {
		e.Subtrees[i].Printed, e.Subtrees[i].Handle = false, nil
	}
}

// countForms counts the printed forms of an entity, and the entities that they stand for as hits.
func (l *lookup) countForms(e *exec.CacheEntity) {
	for i := range e.Subtrees {
		if s := &e.Subtrees[i]; s.Printed {
			l.r.cache.totals.printed.Add(1)
			for _, h := range s.Handle.(*printed).hits {
				h.scope.stats.hits.Add(h.count)
				h.scope.stats.local.Add(h.count)
			}
		}
	}
}

func appendVariables(dst []byte, s *exec.Subtree, vars exec.Variables) []byte {
	for _, v := range s.Variables {
		var raw []byte
		if vars != nil {
			raw = vars.Raw(v)
		}
		if raw == nil {
			dst = append(dst, 1)
		}
		dst = append(append(dst, raw...), 0)
	}
	return dst
}

// counts tells whether nothing the form is made of was invalidated or renewed.
func (p *printed) counts(v *clock.Versions) bool {
	changes := v.Changes.Load()
	if p.verified.Load() == changes {
		return true
	}
	for i := range p.parts {
		part := &p.parts[i]
		if part.renewed.Load() || part.clock < part.scope.Min.Load() || !v.SurelyCounts(part.self, part.clock) ||
			!v.DepsCount(part.deps, part.clock) {
			return false
		}
	}
	p.verified.Store(changes)
	return true
}

// Keep implements exec.SubtreeCache.
func (r *requestCache) Keep(s *exec.CacheSubtree, vars exec.Variables, text []byte, used []exec.UsedEntity) {
	of, ok := s.Handle.(*storage.Value)
	if !ok {
		return
	}
	p := &printed{
		of: of, variables: appendVariables(nil, s.Subtree, vars),
		until: math.MaxInt64, expires: math.MaxInt64, born: math.MaxInt64,
	}
	if text != nil && len(used) <= maxParts {
		for _, u := range used {
			if !p.add(u) {
				return
			}
		}
		p.text = slices.Clone(text)
	}
	if p.text == nil || len(p.parts) > maxParts {
		p.text, p.parts, p.hits = nil, nil, nil
		p.until = millis(r.cache.cfg.Now()) + refusedFor
	}
	key := printedKey{of: of, subtree: s.Subtree.ID}
	if len(p.variables) > 0 {
		key.variables = maphash.Bytes(storage.NameSeed, p.variables)
	}
	if p.counts(r.cache.versions) {
		r.cache.forms.forms.Set(key, p)
	}
}

// add adds an entity that was answered in process; false means that it was not.
func (p *printed) add(u exec.UsedEntity) bool {
	e := u.Entity
	rec, ok := e.State.(*storage.Record)
	if !ok {
		return false
	}
	r := u.Cache.(*requestCache)
	cp := r.calls[e.Call]
	carried, _ := r.graph.carriedTo(r.req.Subgraph.ID)
	matters := carried.personal() && !r.policy.Public
	scope := cp.typeOf(e).scope
	part := printedEntity{scope: scope, self: rec.Self, clock: math.MaxUint64, renewed: rec.Renewed}
	for i, w := range e.Wanted {
		if cp.fields[w].typename {
			continue
		}
		f, form := rec.Holding(e.Values[i]), formOf(e, i)
		if form != nil {
			f = form.of
			p.join(form)
		}
		if f == nil {
			return false
		}
		p.anonymous = p.anonymous || matters && !f.Open
		part.clock = min(part.clock, f.Clock)
		part.deps = append(part.deps, f.Deps...)
		p.last(f.Expires, f.Born)
	}
	if part.clock == math.MaxUint64 {
		return false
	}
	p.until = min(p.until, rec.Until, p.expires)
	p.parts = append(p.parts, part)
	p.hit(scope, 1)
	return true
}

// formOf returns the form that a value of an entity is, or nil.
func formOf(e *exec.CacheEntity, value int) *printed {
	for i := range e.Subtrees {
		if s := &e.Subtrees[i]; s.Printed && s.Value == value {
			return s.Handle.(*printed)
		}
	}
	return nil
}

// join adds a form that is part of this one.
func (p *printed) join(form *printed) {
	p.parts = append(p.parts, form.parts...)
	p.anonymous = p.anonymous || form.anonymous
	p.last(form.expires, form.born)
	p.until = min(p.until, form.until)
	for _, h := range form.hits {
		p.hit(h.scope, h.count)
	}
}

func (p *printed) last(expires, born int64) {
	p.expires, p.born = min(p.expires, expires), min(p.born, born)
}

func (p *printed) hit(s *scope, count uint64) {
	for i := range p.hits {
		if p.hits[i].scope == s {
			p.hits[i].count += count
			return
		}
	}
	p.hits = append(p.hits, hitCount{s, count})
}
