package fedtest

import (
	"slices"
)

// assignOwners cuts the whole graph into pieces.
func (q *partitionedGraph) assignOwners() {
	for _, f := range q.faces {
		for _, s := range f.pool.owners {
			q.ensure(s, f)
		}
		for _, s := range f.pool.objects {
			q.ensure(s, f)
			for range q.rnd.IntN(3) {
				q.extend(s, f)
			}
		}
	}
	for _, e := range q.entities {
		homes := q.homes(e)
		for _, s := range homes {
			q.ensure(s, e)
			for _, k := range e.keys {
				if q.chance(40) {
					q.declareKey(s, e, k, q.chance(90))
				}
			}
		}
		for _, f := range slices.Clone(e.fields) {
			if f.id == notIdentity && !q.ofFace(e, f) {
				q.own(e, f, homes)
			}
		}
	}
	q.roots()
	q.inherit()
	q.narrowArguments()
	q.open()
}

// open lets most entities be entered where fields of theirs are resolved.
func (q *partitionedGraph) open() {
	for _, e := range q.entities {
		for _, p := range e.at {
			if p != nil && !p.entity() && !q.chance(q.bold/3) &&
				slices.ContainsFunc(p.decls, func(d *decl) bool { return !d.external && d.field.id == notIdentity }) {
				p.keys[0].resolvable = true
			}
		}
	}
}

func (q *partitionedGraph) ofFace(e *typ, f *field) bool {
	return e.pool != nil && e.pool.face != nil && slices.Contains(e.pool.face.fields, f)
}

func (q *partitionedGraph) homes(e *typ) []int {
	var can []int
	for s := range q.subgraphs {
		if q.allowed(s, e) {
			can = append(can, s)
		}
	}
	return some(q.rnd, can, 45)
}

// allowed tells whether a type can be in a subgraph: where an interface is an object, its implementations are not.
func (q *partitionedGraph) allowed(s int, t *typ) bool {
	switch {
	case t.kind == unionKind || t.kind == interfaceKind && t.pool == nil:
		return slices.ContainsFunc(t.candidates, func(o *typ) bool { return q.allowed(s, o) })
	case t.pool == nil || t.pool.face == nil:
		return true
	case t == t.pool.face:
		return slices.Contains(t.pool.owners, s) || slices.Contains(t.pool.objects, s)
	}
	return !slices.Contains(t.pool.objects, s)
}

func (q *partitionedGraph) allowedOf(s int, types []*typ) []*typ {
	return slices.DeleteFunc(slices.Clone(types), func(t *typ) bool { return !q.allowed(s, t) })
}

func (q *partitionedGraph) declareKey(s int, e *typ, k set, resolvable bool) {
	p := e.at[s]
	for i := range p.keys {
		if p.keys[i].fields.String() == k.String() {
			p.keys[i].resolvable = p.keys[i].resolvable || resolvable
			return
		}
	}
	p.keys = append(p.keys, keyDecl{k, resolvable})
	q.declareSet(s, e, k)
}

// declareSet declares the fields that a key names.
func (q *partitionedGraph) declareSet(s int, t *typ, k set) {
	q.ensure(s, t)
	for _, it := range k {
		q.declare(s, t, it.field).external = false
		if it.sub != nil {
			q.declareSet(s, it.field.typ.named, it.sub)
		}
	}
}

// declare adds a field to the part of a type, with all types it needs.
func (q *partitionedGraph) declare(s int, t *typ, f *field) *decl {
	if d := t.at[s].decl(f.name); d != nil {
		return d
	}
	d := &decl{field: f, typ: f.typ}
	t.at[s].decls = append(t.at[s].decls, d)
	q.ensure(s, f.typ.named)
	for _, a := range f.args {
		q.ensure(s, a.typ.named)
	}
	return d
}

// ensure makes a type known to a subgraph.
func (q *partitionedGraph) ensure(s int, t *typ) {
	if t.at[s] != nil || t.kind == scalarKind && t != q.scalars["Blob"] {
		return
	}
	p := &part{}
	t.at[s] = p
	switch t.kind {
	case enumKind:
		p.values = t.values
		if t == q.mood {
			p.values = append([]string{t.values[0]}, some(q.rnd, t.values[1:], 70)...)
		}
	case inputKind:
		for _, f := range t.fields {
			if f.name != "text" || q.chance(80) {
				q.declare(s, t, f)
			}
		}
	case unionKind:
		p.members = some(q.rnd, q.allowedOf(s, t.candidates), 100-q.bold/2)
		for _, m := range p.members {
			q.ensure(s, m)
		}
	case interfaceKind:
		q.ensureInterface(s, t)
	case objectKind:
		q.ensureObject(s, t)
	}
}

func (q *partitionedGraph) ensureObject(s int, t *typ) {
	switch {
	case t == q.query || t == q.mutation:
	case t.pool != nil:
		k := t.keys[0]
		if q.chance(q.bold) {
			k = pick(q.rnd, t.keys)
		}
		q.declareKey(s, t, k, q.chance(100-q.bold/3))
	default:
		percent := 100
		if q.chance(q.bold / 2) {
			percent = 50
		}
		fields := slices.DeleteFunc(slices.Clone(t.fields), func(f *field) bool { return !q.allowed(s, f.typ.named) })
		for _, f := range some(q.rnd, fields, percent) {
			q.declare(s, t, f)
		}
	}
}

func (q *partitionedGraph) ensureInterface(s int, t *typ) {
	p := t.at[s]
	chosen := some(q.rnd, q.allowedOf(s, t.candidates), 100-q.bold/2)
	if t.pool != nil {
		percent := 100
		if slices.Contains(t.pool.objects, s) {
			percent = 40
		}
		for _, k := range some(q.rnd, t.keys, percent) {
			p.keys = append(p.keys, keyDecl{k, q.chance(95)})
			q.declare(s, t, k[0].field)
		}
		if p.interfaceObject = slices.Contains(t.pool.objects, s); p.interfaceObject {
			return
		}
		chosen = t.candidates
	}
	for _, f := range t.fields {
		holds := !slices.ContainsFunc(chosen, func(o *typ) bool { return !q.allowed(s, o.field(f.name).typ.named) })
		if f.id == notIdentity && holds && (f == t.fields[0] || q.chance(70)) {
			q.declare(s, t, f)
		}
	}
	for _, o := range chosen {
		q.implement(s, o, t)
	}
}

// implement makes an object implement an interface in a subgraph.
func (q *partitionedGraph) implement(s int, o, i *typ) {
	q.ensure(s, o)
	p := o.at[s]
	if !slices.Contains(p.implements, i) {
		p.implements = append(p.implements, i)
	}
	for _, k := range i.at[s].keys {
		for _, own := range o.keys {
			if own.String() == k.fields.String() {
				q.declareKey(s, o, own, k.resolvable)
			}
		}
	}
	for _, d := range i.at[s].decls {
		if own := o.field(d.field.name); p.decl(own.name) == nil {
			// Who only mentions a field can still promise that the interface has it.
			external := o.pool != nil && own.id == notIdentity && q.chance(q.bold/3)
			q.declare(s, o, own).external = external
		}
	}
}

// inherit lets interfaces implement interfaces where a subgraph has both.
func (q *partitionedGraph) inherit() {
	for again := true; again; {
		again = false
		for s := range q.subgraphs {
			for _, low := range slices.Concat(q.interfaces, q.faces) {
				for _, up := range low.super {
					if low.at[s] != nil && up.at[s] != nil {
						again = q.inheritAt(s, low, up) || again
					}
				}
			}
		}
	}
}

// inheritAt lets one interface implement another and tells whether anything changed.
func (q *partitionedGraph) inheritAt(s int, low, up *typ) (changed bool) {
	for _, d := range slices.Clone(up.at[s].decls) {
		if low.at[s].decl(d.field.name) == nil {
			if f := low.field(d.field.name); q.allowed(s, f.typ.named) {
				q.declare(s, low, f)
				changed = true
			}
		}
	}
	if !slices.Contains(low.at[s].implements, up) {
		low.at[s].implements = append(low.at[s].implements, up)
		changed = true
	}
	if low.at[s].interfaceObject {
		return changed
	}
	for _, o := range q.possibleAt(s, low) {
		before, had := len(o.at[s].decls), slices.Contains(o.at[s].implements, up)
		q.implement(s, o, up)
		q.implement(s, o, low)
		changed = changed || len(o.at[s].decls) != before || !had
	}
	return changed
}

// own decides which subgraphs resolve a field of an entity.
func (q *partitionedGraph) own(e *typ, f *field, homes []int) {
	var can []int
	for _, s := range homes {
		if q.allowed(s, f.typ.named) {
			can = append(can, s)
		}
	}
	if len(can) == 0 {
		for s := range q.subgraphs {
			if q.allowed(s, e) && q.allowed(s, f.typ.named) {
				q.ensure(s, e)
				can = append(can, s)
			}
		}
	}
	if len(can) == 0 {
		return
	}
	owners := []int{pick(q.rnd, can)}
	if q.chance(30) || f.typ.named.kind == objectKind && f.typ.named.pool == nil && q.chance(50) {
		owners = some(q.rnd, can, 60)
	}
	for _, s := range owners {
		q.declare(s, e, f).external = false
	}
}

// extend adds a field to an interface object, or lets it resolve one that the implementations resolve, too.
func (q *partitionedGraph) extend(s int, face *typ) {
	if q.chance(25) {
		for _, f := range face.fields {
			if f.id == notIdentity && !f.typ.named.composite() && f.typ.named != q.mood && face.candidates[0].field(f.name) != f {
				q.declare(s, face, f)
				return
			}
		}
	}
	f := q.anyField(q.allowedOf(s, q.composites()), 50)
	face.fields = append(face.fields, f)
	for _, t := range face.candidates {
		t.fields = append(t.fields, f)
	}
	q.declare(s, face, f)
	for _, o := range face.pool.objects {
		if o != s && q.allowed(o, f.typ.named) && q.chance(20) {
			q.ensure(o, face)
			q.declare(o, face, f)
		}
	}
}

// roots gives the subgraphs their root fields.
func (q *partitionedGraph) roots() {
	if q.chance(40) {
		q.mutation = q.add("Mutation", objectKind)
	}
	for s := range q.subgraphs {
		for range 1 + q.rnd.IntN(3) {
			q.root(s, q.query)
		}
		for range q.rnd.IntN(3) {
			if q.mutation != nil {
				q.root(s, q.mutation)
			}
		}
	}
	if q.mutation != nil && len(q.mutation.fields) == 0 {
		q.root(0, q.mutation)
	}
}

func (q *partitionedGraph) root(s int, root *typ) {
	composites := slices.Concat(q.composites(), q.interfaces, q.entities)
	if q.chance(8) {
		composites = []*typ{q.query}
	}
	f := q.anyField(q.allowedOf(s, composites), 90)
	if f.typ.named == q.query {
		f.typ.nonNull = []bool{q.chance(50)}
	}
	root.fields = append(root.fields, f)
	q.ensure(s, root)
	q.declare(s, root, f)
	for o := range q.subgraphs {
		shared := 12
		if f.typ.named.kind == objectKind && f.typ.named.pool == nil {
			shared = 60
		}
		if o != s && root == q.query && q.allowed(o, f.typ.named) && q.chance(shared) {
			q.ensure(o, root)
			q.declare(o, root, f)
		}
	}
}

// narrowArguments leaves out arguments in some of the subgraphs that have a field.
func (q *partitionedGraph) narrowArguments() {
	done := map[*argument]bool{}
	for _, t := range q.types {
		for _, f := range t.fields {
			_, at := q.resolvers(t, f)
			if t.abstract() || q.promised(t, f) {
				continue
			}
			for _, a := range f.args {
				if done[a] || len(at) < 2 || a.typ.nonNull[0] || !q.chance(8) {
					continue
				}
				done[a] = true
				a.missing = []int{pick(q.rnd, at)}
			}
		}
	}
}
