package fedtest

import (
	"fmt"
	"slices"
	"strings"
)

// assignOwners spreads the types over the subgraphs.
func (b *builder) assignOwners() {
	for _, f := range b.faces {
		for _, s := range f.pool.owners {
			b.ensure(s, f)
		}
		for _, s := range f.pool.objects {
			b.ensure(s, f)
			// Fields that an interface object adds.
			for range 1 + b.rnd.IntN(3) {
				b.extend(s, f)
			}
		}
	}
	for _, e := range b.entities {
		homes := b.homes(e)
		for _, s := range homes {
			b.home(s, e)
		}
		for _, f := range slices.Clone(e.fields) {
			if f.id == notIdentity && (e.pool.face == nil || !slices.Contains(e.pool.face.fields, f)) {
				b.own(e, f, homes)
			}
		}
	}
}

func (b *builder) homes(e *typ) []int {
	var can []int
	for s := range b.subgraphs {
		if b.allowed(s, e) {
			can = append(can, s)
		}
	}
	return some(b.rnd, can, 50)
}

// allowed tells whether a type can be in a subgraph: an interface object excludes the implementations.
func (b *builder) allowed(s int, t *typ) bool {
	if t.pool == nil || t.pool.face == nil {
		return true
	}
	if t == t.pool.face {
		return slices.Contains(t.pool.owners, s) || slices.Contains(t.pool.objects, s)
	}
	return !slices.Contains(t.pool.objects, s)
}

// home makes an entity known to a subgraph with several of its keys.
func (b *builder) home(s int, e *typ) {
	b.ensure(s, e)
	for i, k := range e.keys {
		if i == 0 && b.chance(70) || b.chance(40) {
			b.declareKey(s, e, k, b.chance(92))
		}
	}
}

func (b *builder) declareKey(s int, e *typ, k set, resolvable bool) {
	p := e.at[s]
	for i := range p.keys {
		if p.keys[i].fields.String() == k.String() {
			p.keys[i].resolvable = p.keys[i].resolvable || resolvable
			return
		}
	}
	p.keys = append(p.keys, keyDecl{k, resolvable})
	for _, it := range k {
		if p.decl(it.field.name) == nil {
			b.declare(s, e, it.field).shareable = true
		}
		b.declareNested(s, it)
	}
}

// declareNested declares what a key names below a field.
func (b *builder) declareNested(s int, it item) {
	for _, sub := range it.sub {
		to := it.field.typ.named
		b.ensure(s, to)
		if to.at[s].decl(sub.field.name) == nil {
			b.declare(s, to, sub.field).shareable = true
		}
		b.declareNested(s, sub)
	}
}

// declare adds a field to the part of a type, with all types it needs.
func (b *builder) declare(s int, t *typ, f *field) *decl {
	d := &decl{field: f, typ: f.typ}
	t.at[s].decls = append(t.at[s].decls, d)
	b.ensure(s, f.typ.named)
	for _, a := range f.args {
		b.ensure(s, a.typ.named)
	}
	return d
}

// ensure makes a type known to a subgraph.
func (b *builder) ensure(s int, t *typ) {
	if t.at[s] != nil {
		return
	}
	p := &part{}
	t.at[s] = p
	switch t.kind {
	case scalarKind:
		if t != b.scalars["Blob"] {
			t.at[s] = nil
		}
	case enumKind:
		p.values = t.values
		if t == b.enums[1] {
			// Never an input: each subgraph may have other values.
			p.values = append([]string{t.values[0]}, some(b.rnd, t.values[1:], 70)...)
		}
	case inputKind:
		for _, f := range t.fields {
			b.declare(s, t, f)
		}
	case unionKind:
		p.members = some(b.rnd, t.candidates, 70)
		for _, m := range p.members {
			b.ensure(s, m)
		}
	case interfaceKind:
		b.ensureInterface(s, t)
	case objectKind:
		b.ensureObject(s, t)
	}
}

func (b *builder) ensureObject(s int, t *typ) {
	switch {
	case t == b.query || t == b.mutation:
	case t.pool != nil:
		b.declareKey(s, t, pick(b.rnd, t.keys), b.chance(75))
	default:
		for _, f := range t.fields {
			b.declare(s, t, f).shareable = true
		}
	}
}

func (b *builder) ensureInterface(s int, t *typ) {
	p := t.at[s]
	if t.pool != nil {
		p.keys = []keyDecl{{t.keys[0], true}}
		b.declare(s, t, t.fields[0])
		if p.interfaceObject = slices.Contains(t.pool.objects, s); p.interfaceObject {
			return
		}
	}
	chosen := some(b.rnd, t.candidates, 70)
	if t.pool != nil {
		chosen = t.candidates
	}
	for _, o := range chosen {
		b.implement(s, o, t)
	}
}

// implement makes an object implement an interface in a subgraph.
func (b *builder) implement(s int, o, i *typ) {
	b.ensure(s, o)
	p := o.at[s]
	if slices.Contains(p.implements, i) {
		return
	}
	p.implements = append(p.implements, i)
	if i.pool != nil {
		b.declareKey(s, o, o.keys[0], true)
		for _, name := range i.wanted[1:] {
			if f := o.field(name); f != nil && p.decl(name) == nil && b.chance(50) {
				b.declare(s, o, f).shareable = true
			}
		}
		return
	}
	if base := i.wanted[0]; p.decl(base) == nil {
		b.declare(s, o, o.field(base)).shareable = true
	}
	for _, up := range i.super {
		if up.at[s] != nil {
			b.implement(s, o, up)
		}
	}
}

// own decides which subgraphs resolve a field of an entity.
func (b *builder) own(e *typ, f *field, homes []int) {
	var can []int
	for _, s := range homes {
		if b.allowed(s, f.typ.named) {
			can = append(can, s)
		}
	}
	if len(can) == 0 {
		if decls, _ := b.declsOf(f); len(decls) > 0 {
			return
		}
		// Nobody can: the field becomes a plain one.
		b.counter++
		f.name = fmt.Sprintf("plain%d", b.counter)
		f.typ = ref{b.scalars["String"], []bool{false}}
		can = slices.Clone(homes)
	}
	owners := []int{pick(b.rnd, can)}
	if b.chance(25) {
		owners = some(b.rnd, can, 60)
	}
	for _, s := range owners {
		d := e.at[s].decl(f.name)
		if d == nil {
			d = b.declare(s, e, f)
		}
		d.shareable = true
	}
	owner := owners[0]
	if len(owners) > 1 || strings.HasPrefix(f.name, "base") || !b.single(e, f) {
		return
	}
	d := e.at[owner].decl(f.name)
	d.shareable = b.chance(30)
	if rest := slices.DeleteFunc(can, func(s int) bool { return s == owner }); len(rest) > 0 && b.chance(10) {
		taker := pick(b.rnd, rest)
		b.declare(taker, e, f).override = b.subgraphs[owner]
		d.dead, d.shareable = true, false
	}
}

// single tells whether only one subgraph declares a field.
func (b *builder) single(e *typ, f *field) bool {
	n := 0
	for _, p := range e.at {
		if p != nil && p.decl(f.name) != nil {
			n++
		}
	}
	return n == 1
}

// extend adds a field to an interface object.
func (b *builder) extend(s int, face *typ) {
	composites := slices.DeleteFunc(slices.Concat(b.values, b.plainEntities(), b.abstracts, b.faces), func(t *typ) bool { return !b.allowed(s, t) })
	f := b.randomField(composites, 30)
	b.counter++
	f.name = fmt.Sprintf("more%d", b.counter)
	face.fields = append(face.fields, f)
	for _, t := range face.candidates {
		t.fields = append(t.fields, f)
	}
	b.declare(s, face, f)
}

// roots gives the subgraphs their root fields.
func (b *builder) roots() {
	if b.chance(50) {
		b.mutation = b.add("Mutation", objectKind)
	}
	for s := range b.subgraphs {
		for range b.rnd.IntN(4) {
			b.root(s, b.query, true)
		}
		if b.mutation != nil {
			for range b.rnd.IntN(3) {
				b.root(s, b.mutation, false)
			}
		}
	}
	if len(b.query.fields) == 0 {
		b.root(0, b.query, false)
	}
	// Every entity can be found.
	for _, e := range b.entities {
		if b.chance(60) {
			for s := range b.subgraphs {
				if p := e.at[s]; p != nil && len(p.keys) > 0 {
					b.rootOf(s, b.query, &field{name: "all" + e.name, typ: ref{e, []bool{b.chance(50), b.chance(50)}}}, false)
					break
				}
			}
		}
	}
	if b.mutation != nil && len(b.mutation.fields) == 0 {
		b.root(0, b.mutation, false)
	}
}

func (b *builder) root(s int, root *typ, share bool) {
	composites := slices.DeleteFunc(slices.Concat(b.values, b.entities, b.entities, b.abstracts, b.faces), func(t *typ) bool { return !b.allowed(s, t) })
	f := b.randomField(composites, 85)
	if root == b.query && b.chance(5) {
		f = &field{name: "self", typ: ref{b.query, []bool{true}}}
	}
	b.counter++
	f.name = fmt.Sprintf("%s%d", f.name, b.counter)
	b.rootOf(s, root, f, share)
}

func (b *builder) rootOf(s int, root *typ, f *field, share bool) {
	b.ensure(s, root)
	root.fields = append(root.fields, f)
	d := b.declare(s, root, f)
	if !share || !b.chance(25) {
		return
	}
	d.shareable = true
	for o := range b.subgraphs {
		if o != s && b.allowed(o, f.typ.named) && b.chance(50) {
			b.ensure(o, root)
			b.declare(o, root, f).shareable = true
		}
	}
}

// finishInterfaces gives interfaces the fields that all their implementations have in a subgraph.
func (b *builder) finishInterfaces() {
	for s := range b.subgraphs {
		// First the lower ones, whose implementations are those of the upper ones too.
		for _, i := range slices.Backward(b.types) {
			if i.kind == interfaceKind && i.at[s] != nil && !i.at[s].interfaceObject {
				for _, o := range b.possibleAt(s, i) {
					for _, up := range i.super {
						if up.at[s] != nil {
							b.implement(s, o, up)
						}
					}
				}
			}
		}
	}
	for s := range b.subgraphs {
		for _, i := range b.types {
			if i.kind == interfaceKind && i.at[s] != nil && !i.at[s].interfaceObject {
				b.finishInterface(s, i)
			}
		}
	}
}

func (b *builder) finishInterface(s int, i *typ) {
	p := i.at[s]
	for _, up := range i.super {
		if up.at[s] != nil {
			p.implements = append(p.implements, up)
		}
	}
	for _, name := range i.wanted {
		if p.decl(name) != nil {
			continue
		}
		var common *field
		for n, o := range b.possibleAt(s, i) {
			d := o.at[s].decl(name)
			if d == nil || n > 0 && common == nil {
				common = nil
				break
			}
			if n == 0 {
				common = &field{name: name, typ: d.field.typ, id: d.field.id}
			} else {
				common.typ = common.typ.loosest(d.field.typ)
			}
		}
		if common == nil {
			continue
		}
		if old := i.field(name); old != nil {
			old.typ = old.typ.loosest(common.typ)
			common = old
		} else {
			i.fields = append(i.fields, common)
		}
		p.decls = append(p.decls, &decl{field: common})
	}
}
