package fedtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// builder makes a random graph in steps: the types, where they are, and then what only directives make possible.
type builder struct {
	*graph
	rnd     *rand.Rand
	scalars map[string]*typ
	enums   []*typ
	inputs  []*typ
	// values are value types, entities all objects with keys, faces the entity interfaces.
	values, entities, faces, abstracts []*typ
	counter                            int
}

func (b *builder) chance(percent int) bool { return b.rnd.IntN(100) < percent }

func pick[T any](rnd *rand.Rand, from []T) T { return from[rnd.IntN(len(from))] }

// some returns at least one of a list, each with a chance, in their order.
func some[T any](rnd *rand.Rand, from []T, percent int) []T {
	var out []T
	for _, v := range from {
		if rnd.IntN(100) < percent {
			out = append(out, v)
		}
	}
	if len(out) == 0 && len(from) > 0 {
		out = append(out, pick(rnd, from))
	}
	return out
}

// traits restrict the random graphs.
type traits struct {
	// uniform graphs have the same nullability in all subgraphs: then an error makes the same null everywhere.
	uniform bool
	// stored graphs have no fields that are computed from others.
	stored bool
	// marked graphs have a directive for subgraphs, on which the values of fields depend.
	marked bool
}

// generate makes the graph of a seed.
func generate(seed uint64, with traits) *graph {
	b := &builder{graph: &graph{seed: seed}, rnd: rand.New(rand.NewPCG(seed, 7)), scalars: map[string]*typ{}}
	for i := range 2 + b.rnd.IntN(5) {
		b.subgraphs = append(b.subgraphs, string(rune('a'+i)))
	}
	b.leaves()
	b.query = b.add("Query", objectKind)
	b.objects()
	b.entityInterface()
	b.abstract()
	b.members()
	b.assignOwners()
	b.roots()
	b.finishInterfaces()
	for range b.rnd.IntN(4) {
		if !with.stored {
			b.require()
		}
	}
	for range b.rnd.IntN(4) {
		b.provide()
	}
	b.loosen(with.uniform)
	b.calm()
	return b.graph
}

func (b *builder) add(name string, k kind) *typ {
	t := &typ{name: name, kind: k, at: make([]*part, len(b.subgraphs))}
	b.types = append(b.types, t)
	return t
}

func (b *builder) leaves() {
	for _, name := range []string{"String", "Int", "Float", "Boolean", "ID"} {
		b.scalars[name] = &typ{name: name, at: make([]*part, len(b.subgraphs))}
	}
	b.scalars["Blob"] = b.add("Blob", scalarKind)
	for i := range 2 {
		e := b.add(fmt.Sprintf("Enum%d", i), enumKind)
		for j := range 2 + b.rnd.IntN(3) {
			e.values = append(e.values, fmt.Sprintf("V%d", j))
		}
		b.enums = append(b.enums, e)
	}
	in := b.add("Filter", inputKind)
	str, num := ref{b.scalars["String"], []bool{false}}, ref{b.scalars["Int"], []bool{false, true}}
	in.fields = []*field{{name: "text", typ: str}, {name: "numbers", typ: num}, {name: "kind", typ: ref{b.enums[0], []bool{false}}}, {name: "and", typ: ref{in, []bool{false}}}}
	b.inputs = append(b.inputs, in)
}

// objects makes the value types and the entities with their keys.
func (b *builder) objects() {
	for i := range 1 + b.rnd.IntN(3) {
		b.values = append(b.values, b.add(fmt.Sprintf("Value%d", i), objectKind))
	}
	for i := range 2 + b.rnd.IntN(4) {
		e := b.add(fmt.Sprintf("Entity%d", i), objectKind)
		e.pool = &pool{name: e.name, types: []*typ{e}}
		b.entities = append(b.entities, e)
	}
	for i, e := range b.entities {
		b.keysOf(e, i)
	}
}

func (b *builder) keysOf(e *typ, i int) {
	add := func(name string, t *typ, id identity) set {
		f := &field{name: name, typ: ref{t, []bool{true}}, id: id, calm: true}
		e.fields = append(e.fields, f)
		return set{{field: f}}
	}
	if i == 0 || b.chance(75) {
		e.keys = append(e.keys, add("id", b.scalars["ID"], uniqueString))
	}
	if b.chance(30) {
		e.keys = append(e.keys, add("code", b.scalars["Int"], uniqueNumber))
	}
	if b.chance(25) {
		e.keys = append(e.keys, append(add("low", b.scalars["String"], halfLow), add("high", b.scalars["Int"], halfHigh)...))
	}
	if b.chance(20) {
		ref := b.nestedKeyType()
		k := add("ref", ref, nestedValue)
		k[0].sub = set{{field: ref.fields[0]}, {field: ref.fields[1]}}
		e.keys = append(e.keys, k)
	}
	if i > 0 && b.chance(20) {
		to := b.entities[b.rnd.IntN(i)]
		if len(to.keys) > 0 {
			k := add("link"+to.name, to, linkedEntity)
			k[0].sub = pick(b.rnd, to.keys)
			e.keys = append(e.keys, k)
		}
	}
	if len(e.keys) == 0 {
		e.keys = append(e.keys, add("id", b.scalars["ID"], uniqueString))
	}
}

// nestedKeyType is the value type that keys of several entities have in common.
func (b *builder) nestedKeyType() *typ {
	if t := b.typeNamed("Ref"); t != nil {
		return t
	}
	t := b.add("Ref", objectKind)
	t.fields = []*field{
		{name: "part", typ: ref{b.scalars["String"], []bool{true}}, id: halfLow, calm: true},
		{name: "number", typ: ref{b.scalars["Int"], []bool{true}}, id: halfHigh, calm: true},
	}
	return t
}

// entityInterface makes entities that share an interface with a key.
func (b *builder) entityInterface() {
	if len(b.subgraphs) < 2 || b.chance(45) {
		return
	}
	face := b.add("Face", interfaceKind)
	p := &pool{name: "Face", face: face}
	face.pool = p
	for i := range 2 + b.rnd.IntN(2) {
		t := b.add(fmt.Sprintf("Impl%d", i), objectKind)
		t.pool = p
		p.types = append(p.types, t)
		id := &field{name: "id", typ: ref{b.scalars["ID"], []bool{true}}, id: uniqueString, calm: true}
		t.fields = append(t.fields, id)
		t.keys = []set{{{field: id}}}
		b.entities = append(b.entities, t)
	}
	id := &field{name: "id", typ: ref{b.scalars["ID"], []bool{true}}, id: uniqueString, calm: true}
	face.fields = append(face.fields, id)
	face.keys = []set{{{field: id}}}
	face.candidates = p.types
	face.wanted = []string{"id"}
	order := b.rnd.Perm(len(b.subgraphs))
	p.owners = order[:1]
	if n := len(order) - 1; b.chance(75) {
		p.objects = slices.Clone(order[1 : 2+b.rnd.IntN(min(n, 2))])
	}
	b.faces = append(b.faces, face)
}

// abstract makes interfaces and unions over value types and entities of their own.
func (b *builder) abstract() {
	var from []*typ
	for _, t := range append(slices.Clone(b.values), b.entities...) {
		if t.pool == nil || t.pool.face == nil {
			from = append(from, t)
		}
	}
	for i := range b.rnd.IntN(3) {
		t := b.add(fmt.Sprintf("Node%d", i), interfaceKind)
		t.candidates = some(b.rnd, from, 50)
		base := "base" + t.name
		t.wanted = []string{base, "id", "s0", "i0"}
		for _, c := range t.candidates {
			c.fields = append(c.fields, &field{name: base, typ: ref{b.scalars["String"], []bool{false}}})
		}
		b.abstracts = append(b.abstracts, t)
	}
	if len(b.abstracts) == 2 && b.chance(60) {
		// The second implements the first: whatever implements it implements both.
		up, low := b.abstracts[0], b.abstracts[1]
		low.super = []*typ{up}
		low.wanted = append(low.wanted, up.wanted[0])
		for _, c := range low.candidates {
			if !slices.Contains(up.candidates, c) {
				up.candidates = append(up.candidates, c)
				c.fields = append(c.fields, &field{name: up.wanted[0], typ: ref{b.scalars["String"], []bool{false}}})
			}
		}
	}
	for i := range b.rnd.IntN(3) {
		t := b.add(fmt.Sprintf("Any%d", i), unionKind)
		t.candidates = some(b.rnd, from, 50)
		b.abstracts = append(b.abstracts, t)
	}
}

// members gives the objects their ordinary fields.
func (b *builder) members() {
	for i, v := range b.values {
		for range 1 + b.rnd.IntN(4) {
			// Later value types only, and seldom itself, so that values end.
			b.addField(v, append(slices.Clone(b.values[i:]), b.plainEntities()...), 25)
		}
	}
	for _, e := range b.entities {
		for range 2 + b.rnd.IntN(5) {
			b.addField(e, slices.Concat(b.values, b.entities, b.abstracts, b.faces), 40)
		}
	}
	for _, f := range b.faces {
		f.wanted = append(f.wanted, "s0", "i0", "s1")
		for _, t := range f.candidates {
			for _, name := range f.wanted[1:] {
				if t.field(name) == nil && b.chance(70) {
					typ := map[byte]string{'s': "String", 'i': "Int"}[name[0]]
					t.fields = append(t.fields, &field{name: name, typ: ref{b.scalars[typ], []bool{b.chance(30)}}})
				}
			}
		}
	}
}

func (b *builder) plainEntities() []*typ {
	return slices.DeleteFunc(slices.Clone(b.entities), func(t *typ) bool { return t.pool.face != nil })
}

// addField adds a field with a random type to an object; percent is the chance that it is composite.
func (b *builder) addField(t *typ, composites []*typ, percent int) *field {
	f := b.randomField(composites, percent)
	if t.field(f.name) != nil {
		return nil
	}
	t.fields = append(t.fields, f)
	return f
}

func (b *builder) randomField(composites []*typ, percent int) *field {
	var f *field
	if len(composites) > 0 && b.chance(percent) {
		to := pick(b.rnd, composites)
		f = &field{typ: b.wrap(to, 45)}
		f.name = "to" + to.name
		if len(f.typ.nonNull) > 1 {
			f.name = fmt.Sprintf("list%d%s", len(f.typ.nonNull)-1, to.name)
		}
	} else {
		names := []string{"s0", "s1", "s2", "i0", "i1", "f0", "b0", "x0", "e0", "e1", "j0"}
		name := pick(b.rnd, names)
		to := map[byte]*typ{'s': b.scalars["String"], 'i': b.scalars["Int"], 'f': b.scalars["Float"], 'b': b.scalars["Boolean"],
			'x': b.scalars["ID"], 'e': b.enums[int(name[1]-'0')%2], 'j': b.scalars["Blob"]}[name[0]]
		f = &field{name: name, typ: b.wrap(to, 15)}
		if name == "s0" || name == "s1" || name == "i0" {
			f.typ = ref{to, []bool{b.chance(30)}}
		}
		if len(f.typ.nonNull) > 1 {
			f.name = fmt.Sprintf("%sList%d", name, len(f.typ.nonNull)-1)
		}
	}
	if f.name != "s0" && f.name != "s1" && f.name != "i0" && b.chance(25) {
		f.args = b.arguments()
	}
	return f
}

func (b *builder) wrap(t *typ, lists int) ref {
	r := ref{t, []bool{b.chance(35)}}
	for b.chance(lists) && len(r.nonNull) < 3 {
		r.nonNull = append(r.nonNull, b.chance(40))
		lists /= 3
	}
	return r
}

func (b *builder) arguments() []*argument {
	all := []*argument{
		{name: "n", typ: ref{b.scalars["Int"], []bool{false}}, def: []string{"", "3"}[b.rnd.IntN(2)]},
		{name: "text", typ: ref{b.scalars["String"], []bool{b.chance(30)}}},
		{name: "by", typ: ref{b.inputs[0], []bool{false}}},
		{name: "kind", typ: ref{b.enums[0], []bool{false}}, def: []string{"", "V0"}[b.rnd.IntN(2)]},
		{name: "ids", typ: ref{b.scalars["ID"], []bool{false, true}}},
		{name: "blob", typ: ref{b.scalars["Blob"], []bool{false}}},
	}
	return some(b.rnd, all, 25)
}
