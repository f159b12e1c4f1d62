package fedtest

import (
	"fmt"
	"slices"
)

// require adds a field that is computed from fields of other subgraphs.
func (b *builder) require() {
	owner := pick(b.rnd, append(slices.Clone(b.entities), b.faces...))
	var can []int
	for s, p := range owner.at {
		if p != nil && p.entity() && (owner.kind == objectKind || p.interfaceObject) {
			can = append(can, s)
		}
	}
	if len(can) == 0 {
		return
	}
	s := pick(b.rnd, can)
	inputs := b.foreign(owner, s)
	if len(inputs) == 0 {
		return
	}
	inputs = some(b.rnd, inputs, 40)
	inputs = inputs[:min(len(inputs), 3)]
	var requires set
	for _, f := range inputs {
		it := item{field: f, args: b.literals(f)}
		if f.typ.named.composite() {
			if it.sub = b.below(s, f.typ.named, 2); it.sub == nil {
				continue
			}
		}
		requires = append(requires, it)
	}
	if len(requires) == 0 {
		return
	}
	b.counter++
	f := b.randomField(slices.DeleteFunc(slices.Concat(b.values, b.plainEntities()), func(t *typ) bool { return t.at[s] == nil }), 20)
	for _, it := range requires {
		if owner.at[s].decl(it.field.name) == nil {
			b.declare(s, owner, it.field).external = true
		}
	}
	f.name = fmt.Sprintf("computed%d", b.counter)
	f.requires = requires
	owner.fields = append(owner.fields, f)
	if owner.kind == interfaceKind {
		for _, t := range owner.candidates {
			t.fields = append(t.fields, f)
		}
	}
	b.declare(s, owner, f).requires = requires
}

// foreign are the fields of an entity that a subgraph does not resolve.
func (b *builder) foreign(owner *typ, s int) []*field {
	var out []*field
	for _, f := range owner.fields {
		if d := owner.at[s].decl(f.name); d != nil && !d.external || f.id != notIdentity {
			continue
		}
		if f.typ.named.composite() && (f.typ.named.at[s] == nil || owner.kind == interfaceKind) {
			continue
		}
		if owner.pool.face != nil && owner.kind == objectKind && slices.Contains(owner.pool.face.fields, f) {
			continue // of an interface object: no implementation declares it
		}
		if slices.ContainsFunc(f.args, func(a *argument) bool { return a.typ.named == b.inputs[0] }) && b.inputs[0].at[s] == nil {
			continue
		}
		resolved := false
		for t, p := range owner.at {
			resolved = resolved || t != s && p != nil && p.decl(f.name) != nil && !p.decl(f.name).external
		}
		if resolved {
			out = append(out, f)
		}
	}
	return out
}

// literals are arguments of a field in a field set.
func (b *builder) literals(f *field) string {
	text := ""
	for _, a := range f.args {
		if !a.typ.nonNull[0] && b.chance(40) {
			continue
		}
		value, ok := map[string]string{"n": "7", "text": "'it'", "by": "{ numbers: [1, 2], kind: V1 }", "kind": "V1", "ids": "['a', 'b']", "blob": "{ a: [1] }"}[a.name]
		if !ok {
			panic("no literal for " + a.name)
		}
		text += ", " + a.name + ": " + value
	}
	if text == "" {
		return ""
	}
	return "(" + quotes(text[2:]) + ")"
}

func quotes(s string) string {
	out := []byte(s)
	for i := range out {
		if out[i] == '\'' {
			out[i] = '"'
		}
	}
	return string(out)
}

// below is a random field set on a type, of fields the subgraph declares itself.
func (b *builder) below(s int, t *typ, depth int) set {
	p := t.at[s]
	if p == nil || p.interfaceObject {
		return nil
	}
	var out set
	if t.abstract() {
		for _, o := range some(b.rnd, b.possibleAt(s, t), 60) {
			if sub := b.below(s, o, depth); sub != nil {
				out = append(out, item{on: o, sub: sub})
			}
		}
		if t.kind == interfaceKind && (len(out) == 0 || b.chance(40)) {
			for _, d := range p.decls {
				if !d.field.typ.named.composite() && b.chance(50) {
					out = append(set{{field: d.field}}, out...)
				}
			}
		}
		return out
	}
	for _, d := range some(b.rnd, p.decls, 40) {
		if d.external || d.dead || len(d.requires) > 0 || slices.ContainsFunc(d.field.args, func(a *argument) bool { return a.typ.nonNull[0] }) {
			continue
		}
		it := item{field: d.field}
		if d.field.typ.named.composite() {
			if depth == 0 {
				continue
			}
			if it.sub = b.below(s, d.field.typ.named, depth-1); it.sub == nil {
				continue
			}
		}
		out = append(out, it)
	}
	return out
}

// provide lets a field bring along fields of entities that its subgraph does not resolve otherwise.
func (b *builder) provide() {
	owner := pick(b.rnd, append(slices.Clone(b.entities), b.query, b.query))
	var can []*decl
	var where []int
	for s, p := range owner.at {
		if p == nil {
			continue
		}
		for _, d := range p.decls {
			if d.field.typ.named.composite() && d.field.typ.named != b.query && d.field.id == notIdentity && !d.external && !d.dead {
				can, where = append(can, d), append(where, s)
			}
		}
	}
	if len(can) == 0 {
		return
	}
	i := b.rnd.IntN(len(can))
	can[i].provides = append(can[i].provides, b.provided(where[i], can[i].field.typ.named, 1)...)
}

// provided makes a field set of external fields of a type.
func (b *builder) provided(s int, t *typ, depth int) set {
	if p := t.at[s]; p == nil || p.interfaceObject {
		return nil
	}
	var out set
	if t.abstract() {
		for _, o := range b.possibleAt(s, t) {
			if sub := b.provided(s, o, depth); sub != nil && b.chance(70) {
				out = append(out, item{on: o, sub: sub})
			}
		}
		return out
	}
	if t.pool == nil {
		return nil
	}
	for _, f := range b.foreign(t, s) {
		if len(f.requires) > 0 || len(f.args) > 0 || !b.chance(40) {
			continue
		}
		it := item{field: f}
		if to := f.typ.named; to.composite() {
			// A value, or an entity with what is provided of it.
			if depth > 0 {
				it.sub = b.provided(s, to, depth-1)
			}
			if it.sub == nil {
				if it.sub = b.below(s, to, 0); it.sub == nil {
					continue
				}
			}
		}
		if t.at[s].decl(f.name) == nil {
			b.declare(s, t, f).external = true
		}
		for _, p := range t.at {
			if p != nil && p.decl(f.name) != nil && !p.decl(f.name).external && !p.decl(f.name).dead {
				p.decl(f.name).shareable = true
			}
		}
		out = append(out, it)
	}
	return out
}

// loosen lets subgraphs declare shared fields as nullable where others do not, and settles the types of interfaces and
// external fields, which follow from the others.
func (b *builder) loosen(uniform bool) {
	api := map[*field]ref{}
	for _, t := range b.types {
		for _, p := range t.at {
			if p == nil || t.kind == interfaceKind && !p.interfaceObject || t.kind == inputKind {
				continue
			}
			for _, d := range p.decls {
				if d.external {
					continue
				}
				if d.shareable && d.field.id == notIdentity && !d.dead && !uniform && b.chance(15) {
					level := b.rnd.IntN(len(d.typ.nonNull))
					d.typ = ref{d.typ.named, slices.Clone(d.typ.nonNull)}
					d.typ.nonNull[level] = false
				}
				if old, ok := api[d.field]; ok {
					api[d.field] = old.loosest(d.typ)
				} else {
					api[d.field] = d.typ
				}
			}
		}
	}
	for _, t := range b.types {
		for _, p := range t.at {
			if p == nil {
				continue
			}
			for _, d := range p.decls {
				if d.external {
					if r, ok := api[d.field]; ok {
						d.typ = r
					}
				}
			}
		}
	}
	for _, i := range b.types {
		if i.kind == interfaceKind {
			b.loosenInterface(i, api)
		}
	}
}

func (b *builder) loosenInterface(i *typ, api map[*field]ref) {
	for _, f := range i.fields {
		r := f.typ
		for _, o := range i.candidates {
			if own := o.field(f.name); own != nil && own != f {
				if a, ok := api[own]; ok {
					r = r.loosest(a)
				}
			}
		}
		for _, p := range i.at {
			if p != nil {
				for _, d := range p.decls {
					if d.field == f && (!p.interfaceObject || d.external) {
						d.typ = r
					}
				}
			}
		}
	}
}

// calm marks what others are computed from.
func (b *builder) calm() {
	for _, t := range b.types {
		for _, f := range t.fields {
			b.calmSet(f.requires, t)
		}
	}
}

func (b *builder) calmSet(s set, t *typ) {
	for _, it := range s {
		if it.on != nil {
			b.calmSet(it.sub, it.on)
			continue
		}
		it.field.calm = true
		for _, o := range b.objectsOf(t) {
			if f := o.field(it.field.name); f != nil {
				f.calm = true
			}
		}
		b.calmSet(it.sub, it.field.typ.named)
	}
}
