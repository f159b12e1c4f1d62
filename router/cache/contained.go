package cache

import (
	"slices"

	"github.com/weft-graphql/weft/router/cache/policy"
	"github.com/weft-graphql/weft/router/cache/storage"
	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// An entity that comes inside the answer of a root field, or of another entity, is stored as if it had been fetched by
// itself, so that fetches of it find what is known: when its key was selected, and as far as its subgraph resolves the
// selected fields whatever the object is part of. What binds the answer and the fields above binds these values, too:
// Cache-Control, Vary, the schema's lifetimes and privacy, and tags.

const (
	// maxContainedStored bounds the entities that are stored of one fetch because they were in other values.
	maxContainedStored = 2000
	// maxInherited bounds the tags that contained entities take over; of an answer with more nothing contained is stored.
	maxInherited = 32
)

// containedType is an entity type that objects of a selection can have, with the fields that are stored of these.
type containedType struct {
	tp     *typeProgram
	fields []containedField
}

type containedField struct {
	fp  fieldProgram
	rf  rendered
	key string
}

// containedIn is a type in a selection, below fields of which the schema says something.
type containedIn struct {
	set   *plan.SelectionSet
	typ   *supergraph.Type
	above policy.Hint
}

// containsEntities tells whether entities can be stored that come below a field.
func (r *requestCache) containsEntities(f *plan.Field) bool {
	if f.Selection == nil {
		return false
	}
	set := f.Selection
	if r.storesContained(set.Type) && selectsKey(r.graph.keysOf(set.Type, r.req.Subgraph.ID), set, set.Type) {
		return true
	}
	if set.Type.IsAbstract() {
		for i := range set.Type.Possible.All {
			o := r.graph.supergraph.Objects[i]
			if r.storesContained(o) && selectsKey(r.graph.keysOf(o, r.req.Subgraph.ID), set, o) {
				return true
			}
		}
	}
	for _, sub := range set.Fields {
		if r.containsEntities(sub) {
			return true
		}
	}
	return false
}

// storesContained tells whether an object of a type can be fetched by itself, under the type's name: it is an entity
// with a key that can be asked by, which other subgraphs know, too, so that they can refer to it; and not one that is
// only known by an interface, whose own type nobody told.
func (r *requestCache) storesContained(t *supergraph.Type) bool {
	id := r.req.Subgraph.ID
	if id >= len(t.In) || t.In[id] == nil || t.IsAbstract() && !t.In[id].InterfaceObject {
		return false
	}
	if !slices.ContainsFunc(r.graph.supergraph.Subgraphs, func(s *supergraph.Subgraph) bool {
		return s.ID != id && s.ID < len(t.In) && t.In[s.ID] != nil
	}) {
		return false
	}
	for _, k := range t.In[id].Keys {
		if k.Resolvable {
			return true
		}
	}
	return false
}

// selectsKey tells whether a selection has all fields of one of some keys.
func selectsKey(keys []keyShape, set *plan.SelectionSet, t *supergraph.Type) bool {
	for _, shape := range keys {
		all := true
		for i := range shape {
			found := false
			for _, f := range set.Fields {
				found = found || f.Def != nil && f.Def.Name == shape[i].name && len(f.Args) == 0 && isSelectedFor(t, set, f)
			}
			all = all && found
		}
		if all {
			return true
		}
	}
	return false
}

// containedType compiles what is stored of objects of a type in a selection, and remembers it with the names that the
// variables of the execution make. Only the goroutine that builds values calls it.
func (r *requestCache) containedType(cp *callProgram, rd *rendering, at containedIn) *containedType {
	if known, ok := rd.contained[at]; ok {
		return known
	}
	set, t := at.set, at.typ
	ct := &containedType{tp: r.containedProgram(t)}
	s := selector{graph: r.graph.supergraph, subgraph: r.req.Subgraph, vars: rd.variables(cp)}
	plain := callProgram{}
	keys := map[string]bool{}
	for _, shape := range ct.tp.keys {
		for i := range shape {
			keys[shape[i].name] = true
		}
	}
	useful := false
	for _, f := range set.Fields {
		if f.Def == nil || f.Directed || !isSelectedFor(t, set, f) {
			continue
		}
		own := *f
		if own.Def = t.Field(f.Def.Name); own.Def == nil {
			continue
		}
		in := fieldIn(own.Def, r.req.Subgraph)
		if in == nil || in.External || in.Requires != nil || len(in.ContextArguments) > 0 {
			// The subgraph knows it here only, or of what it was not sent.
			continue
		}
		c := containedField{fp: r.field(&s, &plain, &own), key: f.Key}
		c.fp.hint = c.fp.hint.Within(at.above)
		c.rf = r.renderField(&s, &c.fp, false)
		ct.fields = append(ct.fields, c)
		useful = useful || !keys[own.Def.Name] || len(f.Args) > 0
	}
	if !useful {
		// Who knows its key knows all of that.
		ct.fields = nil
	}
	if rd.contained == nil {
		rd.contained = map[containedIn]*containedType{}
	}
	rd.contained[at] = ct
	return ct
}

// containedProgram is the program of a type that is stored under its own name.
func (r *requestCache) containedProgram(t *supergraph.Type) *typeProgram {
	if tp, ok := r.containedPrograms[t]; ok {
		return tp
	}
	tp := r.typeProgram(t, t.Name)
	tp.keys = r.graph.keysOf(t, r.req.Subgraph.ID)
	if r.containedPrograms == nil {
		r.containedPrograms = map[*supergraph.Type]*typeProgram{}
	}
	r.containedPrograms[t] = tp
	return tp
}

// aboveOf is what the schema says about a field, for the entities in its value.
func (r *requestCache) aboveOf(f *plan.Field) policy.Hint {
	if h, ok := r.above[f]; ok {
		return h
	}
	if r.above == nil {
		r.above = map[*plan.Field]policy.Hint{}
	}
	h := r.declaredOn(f, r.req.Subgraph.Graph)
	r.above[f] = h
	return h
}

// containedEntity is an entity that was found in a value.
type containedEntity struct {
	storeEntity
	item  item
	known names
}

// container finds the entities in the values of one fetched entity.
type container struct {
	w    *writer
	j    *storeJob
	s    *storeEntity
	walk walker
	// inherited are the members of tags that values take over.
	inherited []string
	found     []*containedEntity
	by        map[string]*containedEntity
}

// contained finds the entities in the values of an item; deps are the item's own dependencies.
func (w *writer) contained(j *storeJob, s *storeEntity, it *item, deps []string) []*containedEntity {
	c := container{
		w: w, j: j, s: s, by: map[string]*containedEntity{},
		walk: walker{graph: j.r.graph.supergraph, subgraph: j.r.req.Subgraph},
	}
	for _, d := range deps {
		if d[0] == 'g' {
			c.inherited = append(c.inherited, d)
		}
	}
	if len(c.inherited) > maxInherited || s.control.NoStore || s.control.NoCache {
		return nil
	}
	for i := range it.wants {
		if fp := it.wants[i].fp; fp.entities && !fp.never {
			c.value(fp.field, s.values[it.wants[i].slot], policy.NoHint, 0)
		}
	}
	return c.found
}

// value looks for entities in the value of a field. above is what the schema says of the fields that it is in.
func (c *container) value(f *plan.Field, raw []byte, above policy.Hint, depth int) {
	if f.Selection == nil || len(raw) == 0 || depth > jsontext.MaxDepth || len(c.found) >= maxContainedStored {
		return
	}
	switch raw[0] {
	case '[':
		for item := range jsontext.Elements(raw) {
			c.value(f, item, above, depth+1)
		}
	case '{':
		c.object(f.Selection, raw, c.j.r.aboveOf(f).And(above), depth+1)
	}
}

func (c *container) object(set *plan.SelectionSet, object []byte, above policy.Hint, depth int) {
	t := c.walk.runtimeType(set, object)
	if t != nil && c.j.r.storesContained(t) {
		c.entity(set, t, object, above)
	}
	for name, value := range jsontext.Members(object) {
		if value[0] != '{' && value[0] != '[' {
			continue
		}
		for _, f := range set.Fields {
			if f.Key == string(name) && f.Selection != nil && (t == nil || t.ObjectIndex < 0 || f.On.Has(t.ObjectIndex)) {
				c.value(f, value, above, depth)
				break
			}
		}
	}
}

// entity notes an object of an entity type, if it shows a key.
func (c *container) entity(set *plan.SelectionSet, t *supergraph.Type, object []byte, above policy.Hint) {
	st := c.s.st
	ct := c.j.r.containedType(st.cp, st.rd, containedIn{set, t, above})
	if len(ct.fields) == 0 {
		return
	}
	known := c.j.r.graph.named(t, c.j.r.req.Subgraph.ID, selectedFields(t, set, object))
	at := firstKnown(known)
	if at < 0 {
		return
	}
	own := &entityState{fetch: st.fetch, cp: &callProgram{}, tp: ct.tp}
	it := own.named(known[at])
	e := c.by[it.local]
	if e == nil {
		e = &containedEntity{
			storeEntity: storeEntity{st: own, control: c.s.control, audience: c.s.audience, inherited: c.inherited},
			item:        *it, known: known,
		}
		c.by[it.local] = e
		c.found = append(c.found, e)
	}
	for i := range ct.fields {
		f := &ct.fields[i]
		raw := jsontext.Member(object, f.key)
		if raw == nil {
			continue
		}
		e.want(c.w.c, f, raw)
	}
}

// firstKnown is the index of the first key that is known; -1 when none is.
func firstKnown(n names) int {
	for i, key := range n {
		if key != nil {
			return i
		}
	}
	return -1
}

// want adds a field that was found, unless there is a value that has all of it. What is stored besides, of another
// selection, has a name of its own.
func (e *containedEntity) want(c *Cache, f *containedField, raw []byte) {
	taken := false
	for i := range e.item.wants {
		w := &e.item.wants[i]
		if w.name != f.rf.name {
			continue
		}
		if !f.fp.composite || c.coverage.covers(w.rf.covers, f.rf.covers) {
			return
		}
		taken = true
	}
	e.item.wants = append(e.item.wants, want{
		slot: len(e.values), fp: &f.fp, rf: &f.rf, name: f.rf.name, variant: f.rf.variant, taken: taken,
	})
	e.values = append(e.values, raw)
}

// storeContained stores the entities that were found in values.
func (w *writer) storeContained(j *storeJob, found []*containedEntity) {
	for _, e := range found {
		e.prefer(w.c, j.now)
		built, _ := e.build(j, &e.item, e.known)
		built.shared = w.news(built.shared, e.item.local, e.st.tp.scope.Min.Load(), j.now)
		if len(built.shared)+len(built.private) == 0 {
			continue
		}
		e.st.tp.scope.stats.stored.Add(1)
		e.st.tp.scope.found()
		e.optional = true
		w.keep(j, &e.storeEntity, &e.item, built)
		for _, key := range e.known.without(e.item.canonical) {
			w.keep(j, &e.storeEntity, e.st.named(key), built.dependingOn(e.item.self))
		}
	}
}

// prefer leaves the common name of a composite value to what this process knows to be there and to have more.
func (e *containedEntity) prefer(c *Cache, now int64) {
	rec := c.local([]byte(e.item.local), now)
	if rec == nil {
		return
	}
	for i := range e.item.wants {
		w := &e.item.wants[i]
		if !w.fp.composite || w.taken {
			continue
		}
		f := rec.Find(storage.NameHash(w.name), w.name)
		w.taken = f != nil && f.Freshness(now) == storage.Fresh && f.Schema == w.fp.schema &&
			f.Clock >= e.st.tp.scope.Min.Load() &&
			!c.coverage.covers(w.rf.covers, f.Covers)
	}
}

// news leaves out the values that are known in process to be the same, and to last about as long. least is the oldest
// clock reading that counts.
func (w *writer) news(values []storage.Value, local string, least uint64, now int64) []storage.Value {
	rec := w.c.local([]byte(local), now)
	if rec == nil {
		return values
	}
	kept := values[:0]
	for i := range values {
		v := &values[i]
		if f := rec.Find(v.Hash, v.Name); f != nil && f.Clock >= least && !v.Improves(f, now) {
			continue
		}
		kept = append(kept, *v)
	}
	return kept
}
