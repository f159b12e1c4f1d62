package fedtest

import (
	"slices"
	"strings"
)

// require adds a field that is computed from fields of other subgraphs.
func (q *partitionedGraph) require() {
	owner := pick(q.rnd, slices.Concat(q.entities, q.faces))
	var can []int
	for s, p := range owner.at {
		if p != nil && p.entity() && (owner.kind == objectKind || p.interfaceObject) {
			can = append(can, s)
		}
	}
	if len(can) == 0 {
		return
	}
	s := pick(q.rnd, can)
	var foreign []*field
	for _, f := range owner.fields {
		if q.foreign(s, owner, f) && !q.ofFace(owner, f) {
			foreign = append(foreign, f)
		}
	}
	if len(foreign) == 0 {
		return
	}
	var requires set
	q.said = map[string]string{}
	for _, f := range some(q.rnd, foreign, 35) {
		if it, ok := q.required(s, owner, f, 3); ok && len(requires) < 3 {
			requires = append(requires, it)
		}
	}
	if len(requires) == 0 {
		return
	}
	f := q.anyField(q.allowedOf(s, q.composites()), 25)
	f.name, f.requires = q.name("computed"), requires
	owner.fields = append(owner.fields, f)
	if owner.kind == interfaceKind {
		for _, t := range owner.candidates {
			t.fields = append(t.fields, f)
		}
	}
	q.declare(s, owner, f).requires = requires
}

// foreign tells whether other subgraphs resolve a field, and this one does not.
func (q *partitionedGraph) foreign(s int, t *typ, f *field) bool {
	if d := t.at[s].decl(f.name); d != nil && !d.external || f.id != notIdentity || !q.allowed(s, f.typ.named) {
		return false
	}
	for o, p := range t.at {
		if o != s && p != nil {
			if d := p.decl(f.name); d != nil && !d.external {
				return true
			}
		}
	}
	return false
}

// required makes the item of a field set for a field, and declares what the subgraph does not resolve as external.
func (q *partitionedGraph) required(s int, t *typ, f *field, depth int) (item, bool) {
	it := item{field: f, args: q.literals(s, f)}
	if f.typ.named == q.query || len(f.requires) > 0 && depth < 3 {
		return it, false
	}
	if t.at[s].decl(f.name) == nil {
		q.declare(s, t, f).external = true
	}
	if f.typ.named.composite() {
		if depth == 0 {
			return it, false
		}
		it.sub = q.below(s, f.typ.named, depth-1)
		return it, len(it.sub) > 0
	}
	return it, true
}

// below is a random field set on a type.
func (q *partitionedGraph) below(s int, t *typ, depth int) set {
	q.ensure(s, t)
	p := t.at[s]
	var out set
	if t.abstract() && !p.interfaceObject {
		for _, d := range p.decls {
			if q.chance(40) {
				if it, ok := q.required(s, t, d.field, depth); ok {
					out = append(out, it)
				}
			}
		}
		for _, o := range q.possibleAt(s, t) {
			if q.chance(50) {
				if sub := q.below(s, o, depth); sub != nil {
					out = append(out, item{on: o, sub: sub})
				}
			}
		}
		return out
	}
	var can []*field
	for _, f := range t.fields {
		if d := p.decl(f.name); d != nil && !d.external && len(d.requires) == 0 || q.foreign(s, t, f) && !q.ofFace(t, f) && q.chance(q.bold) {
			can = append(can, f)
		}
	}
	for _, f := range some(q.rnd, can, 35) {
		if it, ok := q.required(s, t, f, depth); ok {
			out = append(out, it)
		}
	}
	return out
}

// literals are arguments of a field in a field set: the same wherever the field stands in it.
func (q *partitionedGraph) literals(s int, f *field) string {
	if text, ok := q.said[f.name]; ok {
		return text
	}
	var parts []string
	for _, a := range f.args {
		if slices.Contains(a.missing, s) || len(a.missing) > 0 || !a.typ.nonNull[0] && q.chance(40) {
			continue
		}
		parts = append(parts, a.name+": "+q.literal(a.typ, 2))
	}
	q.said[f.name] = ""
	if len(parts) > 0 {
		q.said[f.name] = "(" + strings.Join(parts, ", ") + ")"
	}
	return q.said[f.name]
}

// literal writes a value of an input type.
func (q *partitionedGraph) literal(t ref, depth int) string {
	if !t.nonNull[0] && q.chance(10) {
		return "null"
	}
	if len(t.nonNull) > 1 {
		parts := make([]string, q.rnd.IntN(3))
		for i := range parts {
			parts[i] = q.literal(ref{t.named, t.nonNull[1:]}, depth)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	switch t.named.name {
	case "Int":
		return pick(q.rnd, []string{"1", "0", "-7"})
	case "Float":
		return pick(q.rnd, []string{"1.5", "2", "-1e3"})
	case "Boolean":
		return pick(q.rnd, []string{"true", "false"})
	case "Color":
		return pick(q.rnd, q.color.values)
	case "Blob":
		return pick(q.rnd, []string{`{ a: [1, "x"] }`, "7", `"s"`})
	case "Where", "Box":
		var parts []string
		for _, f := range t.named.fields {
			if f.name != "text" && (f.typ.nonNull[0] || depth > 0 && q.chance(30)) {
				parts = append(parts, f.name+": "+q.literal(f.typ, depth-1))
			}
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	}
	return pick(q.rnd, []string{`"x"`, `"a \" } b"`, `""`})
}

// provide lets a field bring along fields that its subgraph does not resolve otherwise.
func (q *partitionedGraph) provide() {
	var can []*decl
	var where []int
	for _, t := range slices.Concat(q.entities, q.values, []*typ{q.query, q.query}) {
		for s, p := range t.at {
			if p == nil {
				continue
			}
			for _, d := range p.decls {
				if d.typ.named.composite() && d.typ.named != q.query && d.field.id == notIdentity && !d.external {
					can, where = append(can, d), append(where, s)
				}
			}
		}
	}
	if len(can) > 0 {
		i := q.rnd.IntN(len(can))
		can[i].provides = append(can[i].provides, q.provided(where[i], can[i].typ.named, 2)...)
	}
}

// provided makes a field set of external fields of a type.
func (q *partitionedGraph) provided(s int, t *typ, depth int) set {
	if p := t.at[s]; p == nil || p.interfaceObject {
		return nil
	}
	var out set
	if t.abstract() {
		for _, o := range q.possibleAt(s, t) {
			if sub := q.provided(s, o, depth); sub != nil && q.chance(70) {
				out = append(out, item{on: o, sub: sub})
			}
		}
		return out
	}
	for _, f := range t.fields {
		if !q.foreign(s, t, f) || q.ofFace(t, f) || len(f.requires) > 0 || len(f.args) > 0 || !q.chance(40) {
			continue
		}
		it := item{field: f}
		if to := f.typ.named; to.composite() {
			if depth == 0 {
				continue
			}
			if it.sub = q.provided(s, to, depth-1); it.sub == nil {
				if it.sub = q.local(s, to); it.sub == nil {
					continue
				}
			}
		}
		q.declare(s, t, f)
		t.at[s].decl(f.name).external = true
		out = append(out, it)
	}
	return out
}

// local is a field set of leaves that a subgraph resolves itself.
func (q *partitionedGraph) local(s int, t *typ) (out set) {
	if t.at[s] == nil || t.kind != objectKind {
		return nil
	}
	for _, d := range t.at[s].decls {
		if !d.external && len(d.requires) == 0 && len(d.field.args) == 0 && !d.typ.named.composite() && q.chance(60) {
			out = append(out, item{field: d.field})
		}
	}
	return out
}

// override moves fields from one subgraph to another: for good, or under a label that is always or never on.
func (q *partitionedGraph) override() {
	for _, t := range q.entities {
		for _, f := range t.fields {
			decls, at := q.resolvers(t, f)
			if len(decls) != 1 || f.id != notIdentity || q.ofFace(t, f) || len(decls[0].requires)+len(decls[0].provides) > 0 || !q.chance(7) {
				continue
			}
			var takers []int
			for s, p := range t.at {
				if p != nil && s != at[0] && p.decl(f.name) == nil && q.allowed(s, f.typ.named) {
					takers = append(takers, s)
				}
			}
			if len(takers) == 0 {
				continue
			}
			d := q.declare(pick(q.rnd, takers), t, f)
			d.override = q.subgraphs[at[0]]
			switch d.label = pick(q.rnd, []string{"", "percent(100)", "percent(0)"}); d.label {
			case "percent(0)":
				d.dead = true
			default:
				decls[0].dead = true
			}
		}
	}
}

// resolvers are the declarations of a field that resolve it.
func (q *partitionedGraph) resolvers(t *typ, f *field) (decls []*decl, at []int) {
	add := func(t *typ, only bool) {
		for s, p := range t.at {
			if p == nil || only && !p.interfaceObject {
				continue
			}
			if d := p.decl(f.name); d != nil && !d.external && !d.dead {
				decls, at = append(decls, d), append(at, s)
			}
		}
	}
	add(t, t.kind == interfaceKind)
	if t.pool != nil && t.pool.face != nil && t != t.pool.face {
		add(t.pool.face, true)
	}
	return decls, at
}

// plainBelow lets no field fail that must not be null when objects are required: the client asks for other fields of
// the same objects, whose errors would make what is required null.
func (q *partitionedGraph) plainBelow() {
	nested := false
	for _, t := range q.types {
		for _, f := range t.fields {
			nested = nested || slices.ContainsFunc(f.requires, func(it item) bool { return it.field.typ.named.composite() })
		}
	}
	for _, t := range q.types {
		for _, f := range t.fields {
			f.calm = f.calm || nested && f.typ.nonNull[0]
		}
	}
}

// share marks what several subgraphs resolve.
func (q *partitionedGraph) share() {
	provided := map[string]bool{}
	for _, t := range q.types {
		for s, p := range t.at {
			if p != nil {
				for _, d := range p.decls {
					q.use(s, d.provides, d.typ.named, provided)
				}
			}
		}
	}
	for _, t := range q.types {
		if t.kind != objectKind && t.pool == nil || t == q.mutation {
			continue
		}
		for _, f := range t.fields {
			decls, at := q.resolvers(t, f)
			for i, d := range decls {
				needed := len(decls) > 1 || provided[t.name+"."+f.name]
				keyed := t.at[at[i]] != nil && t.at[at[i]].inKey(f)
				d.shareable = d.shareable || needed && (!keyed || q.chance(50)) || !needed && d.override == "" && q.chance(10)
			}
		}
	}
	for _, t := range q.values {
		for _, p := range t.at {
			if p != nil && !slices.ContainsFunc(p.decls, func(d *decl) bool { return !d.external }) {
				p.external = q.chance(50)
			}
		}
	}
}

// hide makes some fields @inaccessible: keys, requirements and others.
func (q *partitionedGraph) hide() {
	for range q.rnd.IntN(4) {
		t := pick(q.rnd, slices.Concat(q.values, q.entities))
		visible := q.graph.whole(t)
		if visible == nil || len(visible.decls) < 2 || t.pool != nil && t.pool.face != nil {
			continue
		}
		f := pick(q.rnd, visible.decls).field
		decls, _ := q.resolvers(t, f)
		if q.promised(t, f) || len(decls) == 0 {
			continue
		}
		f.hidden = true
		for i, d := range decls {
			d.hidden = i == 0 || q.chance(50)
		}
	}
}

// promised tells whether an interface says that a type has a field.
func (q *partitionedGraph) promised(t *typ, f *field) bool {
	return slices.ContainsFunc(slices.Concat(q.interfaces, q.faces), func(i *typ) bool {
		return i.field(f.name) != nil && slices.Contains(i.candidates, t)
	})
}

// removeUnused takes away what is external for nothing.
func (q *partitionedGraph) removeUnused() {
	for s := range q.subgraphs {
		used := map[string]bool{}
		for _, t := range q.types {
			if p := t.at[s]; p != nil {
				for _, d := range p.decls {
					// What the subgraph came to resolve itself cannot be required.
					if len(d.requires) > 0 {
						d.requires = slices.DeleteFunc(d.requires, func(it item) bool { return !p.decl(it.field.name).external })
						d.field.requires = d.requires
					}
					q.use(s, d.requires, t, used)
					q.use(s, d.provides, d.typ.named, used)
				}
			}
		}
		for _, t := range q.types {
			p := t.at[s]
			if p == nil || t.kind != objectKind && !p.interfaceObject {
				continue
			}
			for _, i := range p.implements {
				for _, d := range i.at[s].decls {
					used[t.name+"."+d.field.name] = true
				}
			}
			p.decls = slices.DeleteFunc(p.decls, func(d *decl) bool { return d.external && !used[t.name+"."+d.field.name] })
		}
	}
}

// use notes the fields a field set names, as Type.field, those of implementations included.
func (q *partitionedGraph) use(s int, k set, t *typ, used map[string]bool) {
	for _, it := range k {
		if it.on != nil {
			q.use(s, it.sub, it.on, used)
			continue
		}
		for _, o := range append(q.possibleAt(s, t), t) {
			used[o.name+"."+it.field.name] = true
		}
		q.use(s, it.sub, it.field.typ.named, used)
	}
}

// chooseSpelling chooses how the subgraphs are written.
func (q *partitionedGraph) chooseSpelling() {
	for s := range q.subgraphs {
		q.dialects[s].roots = q.chance(15)
		q.dialects[s].spelling = pick(q.rnd, []spelling{imported, imported, imported, renamed, spaced})
		if q.chance(25) && q.plain(s) {
			q.dialects[s].spelling = ancient
		}
	}
}

// plain tells whether a subgraph can be one of Federation 1.
func (q *partitionedGraph) plain(s int) bool {
	for _, t := range q.types {
		p := t.at[s]
		if p == nil {
			continue
		}
		if p.interfaceObject || p.external || t.kind == interfaceKind && len(p.keys) > 0 {
			return false
		}
		if slices.ContainsFunc(p.keys, func(k keyDecl) bool { return !k.resolvable }) ||
			slices.ContainsFunc(p.decls, func(d *decl) bool { return d.override != "" || d.hidden }) {
			return false
		}
	}
	return true
}
