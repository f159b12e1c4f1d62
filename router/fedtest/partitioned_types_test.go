package fedtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// partitionedGraph makes random graphs in another way than builder: first a whole graph, without a thought of
// subgraphs, then a way to cut it into pieces. Interfaces have composite fields with arguments and are implemented
// covariantly, keys are lists, objects or scalars of any kind, value types are known in part, subgraphs write in
// dialects.
type partitionedGraph struct {
	*graph
	rnd *rand.Rand
	// bold is how often, in percent, the generator does what can make the graph one that cannot be composed.
	bold int
	// uniform graphs have the same nullability everywhere, in interfaces and their implementations, too.
	uniform                                     bool
	scalars                                     map[string]*typ
	color, mood, where, box                     *typ
	values, entities, interfaces, unions, faces []*typ
	count                                       int
	// said are the arguments of the fields in the field set at hand.
	said map[string]string
}

func (q *partitionedGraph) chance(percent int) bool { return q.rnd.IntN(100) < percent }

// name makes a name that nothing else has.
func (q *partitionedGraph) name(prefix string) string {
	q.count++
	return fmt.Sprintf("%s%d", prefix, q.count)
}

func (q *partitionedGraph) add(name string, k kind) *typ {
	t := &typ{name: name, kind: k, at: make([]*part, len(q.subgraphs))}
	q.types = append(q.types, t)
	return t
}

// generatePartitioned makes the graph of a seed. Each try for one seed is another graph, and more likely one that can
// be composed.
func generatePartitioned(seed uint64, try int, with traits) *graph {
	q := &partitionedGraph{graph: &graph{seed: seed, marked: with.marked}, rnd: rand.New(rand.NewPCG(seed, 1000+uint64(try))), bold: max(0, 50-10*try), uniform: with.uniform}
	for i := range 2 + q.rnd.IntN(4) {
		q.subgraphs = append(q.subgraphs, string(rune('a'+i)))
	}
	q.dialects = make([]dialect, len(q.subgraphs))
	q.undivided()
	q.assignOwners()
	if !with.stored {
		for range q.rnd.IntN(5) {
			q.require()
		}
	}
	for range q.rnd.IntN(4) {
		q.provide()
	}
	q.inherit()
	q.removeUnused()
	q.override()
	q.share()
	as := &builder{graph: q.graph, rnd: q.rnd}
	as.loosen(with.uniform)
	as.calm()
	if with.uniform {
		q.plainBelow()
	}
	q.hide()
	q.chooseSpelling()
	return q.graph
}

// undivided makes the whole graph but for its root fields.
func (q *partitionedGraph) undivided() {
	q.leaves()
	q.query = q.add("Query", objectKind)
	for i := range 1 + q.rnd.IntN(3) {
		q.values = append(q.values, q.add(fmt.Sprintf("Val%d", i), objectKind))
	}
	for i := range 2 + q.rnd.IntN(4) {
		e := q.add(fmt.Sprintf("Ent%d", i), objectKind)
		e.pool = &pool{name: e.name, types: []*typ{e}}
		q.entities = append(q.entities, e)
		q.keys(e, i)
	}
	for i := range []int{0, 1, 1, 2}[q.rnd.IntN(4)] {
		q.face(i)
	}
	q.abstractTypes()
	for i, v := range q.values {
		v.fields = append(v.fields, &field{name: "text", typ: q.nullable("String")})
		for range 1 + q.rnd.IntN(3) {
			q.field(v, slices.Concat(q.values[i:], q.entities), 35)
		}
	}
	for _, e := range q.entities {
		for range 2 + q.rnd.IntN(4) {
			q.field(e, q.composites(), 45)
		}
	}
	for _, i := range q.interfaces {
		q.implementAbstract(i)
	}
	for _, f := range q.faces {
		q.implementAbstract(f)
	}
}

func (q *partitionedGraph) composites() []*typ {
	return slices.Concat(q.values, q.entities, q.interfaces, q.unions, q.faces)
}

func (q *partitionedGraph) nullable(name string) ref { return ref{q.scalars[name], []bool{false}} }

func (q *partitionedGraph) leaves() {
	q.scalars = map[string]*typ{}
	for _, name := range []string{"String", "Int", "Float", "Boolean", "ID"} {
		q.scalars[name] = &typ{name: name, at: make([]*part, len(q.subgraphs))}
	}
	q.scalars["Blob"] = q.add("Blob", scalarKind)
	q.color, q.mood = q.add("Color", enumKind), q.add("Mood", enumKind)
	q.color.values = []string{"RED", "GREEN", "BLUE", "true_", "Null", "X"}
	q.mood.values = []string{"GOOD", "BAD", "UGLY"}
	q.where, q.box = q.add("Where", inputKind), q.add("Box", inputKind)
	q.box.fields = []*field{
		{name: "w", typ: ref{q.scalars["Float"], []bool{true}}},
		{name: "h", typ: q.nullable("Float"), def: "1.5"},
		{name: "ids", typ: ref{q.scalars["ID"], []bool{false, false}}, def: `["a","b"]`},
	}
	q.where.fields = []*field{
		{name: "numbers", typ: ref{q.scalars["Int"], []bool{false, true}}},
		{name: "color", typ: ref{q.color, []bool{false}}},
		{name: "limit", typ: q.nullable("Int"), def: "5"},
		{name: "and", typ: ref{q.where, []bool{false, true}}},
		{name: "box", typ: ref{q.box, []bool{false}}},
		{name: "text", typ: q.nullable("String")},
	}
}

// keys gives an entity its keys: of all kinds of values, alone and together.
func (q *partitionedGraph) keys(e *typ, i int) {
	get := func(name string, to *typ, id identity, lists ...bool) *field {
		if f := e.field(name); f != nil {
			return f
		}
		f := &field{name: name, typ: ref{to, append([]bool{true}, lists...)}, id: id, calm: true}
		e.fields = append(e.fields, f)
		return f
	}
	one := func(f *field, sub ...item) item { return item{field: f, sub: sub} }
	kinds := []func() set{
		func() set { return set{one(get("id", q.scalars["ID"], uniqueString))} },
		func() set { return set{one(get("id", q.scalars["ID"], uniqueString))} },
		func() set { return set{one(get("number", q.scalars["Int"], uniqueNumber))} },
		func() set {
			return set{one(get("low", q.scalars["String"], halfLow)), one(get("high", q.scalars["Int"], halfHigh))}
		},
		func() set { return set{one(get("tags", q.scalars["String"], scalarList, true))} },
		func() set { return set{one(get("blob", q.scalars["Blob"], uniqueBlob))} },
		func() set { return set{one(get("color", q.color, uniqueColor))} },
		func() set {
			t := q.ref()
			return set{one(get("ref", t, nestedValue), one(t.fields[0]), one(t.fields[1]))}
		},
		func() set {
			t := q.ref()
			return set{one(get("ref", t, nestedValue), one(t.fields[0])), one(get("high", q.scalars["Int"], halfHigh))}
		},
		func() set {
			t := q.ref()
			return set{one(get("refs", t, valueList, true), one(t.fields[1]), one(t.fields[0]))}
		},
		func() set {
			if i == 0 {
				return set{one(get("id", q.scalars["ID"], uniqueString))}
			}
			to := q.entities[q.rnd.IntN(i)]
			return set{one(get("of"+to.name, to, linkedEntity), pick(q.rnd, to.keys)...)}
		},
	}
	for range 1 + q.rnd.IntN(3) {
		k := pick(q.rnd, kinds)()
		if !slices.ContainsFunc(e.keys, func(o set) bool { return o.String() == k.String() }) {
			e.keys = append(e.keys, k)
		}
	}
}

// ref is the value type that nested keys have in common.
func (q *partitionedGraph) ref() *typ {
	if t := q.typeNamed("Ref"); t != nil {
		return t
	}
	t := q.add("Ref", objectKind)
	t.fields = []*field{
		{name: "part", typ: ref{q.scalars["String"], []bool{true}}, id: halfLow, calm: true},
		{name: "number", typ: ref{q.scalars["Int"], []bool{true}}, id: halfHigh, calm: true},
	}
	return t
}

// face makes an interface with keys, of which other subgraphs know nothing but the interface.
func (q *partitionedGraph) face(n int) {
	face := q.add(fmt.Sprintf("Face%d", n), interfaceKind)
	p := &pool{name: face.name, face: face}
	face.pool = p
	keyed := func(t *typ) {
		id := &field{name: "id", typ: ref{q.scalars["ID"], []bool{true}}, id: uniqueString, calm: true}
		number := &field{name: "number", typ: ref{q.scalars["Int"], []bool{true}}, id: uniqueNumber, calm: true}
		t.fields = []*field{id, number}
		t.keys = []set{{{field: id}}, {{field: number}}}
	}
	keyed(face)
	for i := range 1 + q.rnd.IntN(3) {
		t := q.add(fmt.Sprintf("Impl%d%c", n, 'A'+i), objectKind)
		t.pool = p
		p.types = append(p.types, t)
		keyed(t)
		q.entities = append(q.entities, t)
	}
	face.candidates = p.types
	order := q.rnd.Perm(len(q.subgraphs))
	p.owners = order[:1]
	if q.chance(85) {
		p.objects = slices.Clone(order[1 : 2+q.rnd.IntN(min(len(order)-1, 3))])
	}
	if q.chance(50) {
		face.fields = append(face.fields, q.anyField(slices.Concat(q.values, q.entities[:2]), 50))
	}
	q.faces = append(q.faces, face)
}

// abstractTypes makes interfaces and unions over all kinds of objects.
func (q *partitionedGraph) abstractTypes() {
	objects := slices.Concat(q.values, q.entities)
	for i := range q.rnd.IntN(4) {
		t := q.add(fmt.Sprintf("Node%d", i), interfaceKind)
		t.candidates = some(q.rnd, objects, 45)
		t.fields = append(t.fields, &field{name: pick(q.rnd, []string{"label", "title"}), typ: q.nullable("String")})
		if i > 0 && q.chance(50) {
			up := pick(q.rnd, q.interfaces)
			t.super = append([]*typ{up}, up.super...)
		}
		q.interfaces = append(q.interfaces, t)
	}
	for i := range q.rnd.IntN(3) {
		t := q.add(fmt.Sprintf("Either%d", i), unionKind)
		t.candidates = some(q.rnd, objects, 45)
		q.unions = append(q.unions, t)
	}
	for _, t := range q.interfaces {
		for range q.rnd.IntN(3) {
			t.fields = append(t.fields, q.anyField(q.composites(), 60))
		}
		for _, up := range t.super {
			for _, o := range t.candidates {
				if !slices.Contains(up.candidates, o) {
					up.candidates = append(up.candidates, o)
				}
			}
		}
	}
	for _, f := range q.faces {
		if len(q.interfaces) > 0 && q.chance(35) {
			up := pick(q.rnd, q.interfaces)
			f.super = append([]*typ{up}, up.super...)
			for _, up := range f.super {
				for _, o := range f.candidates {
					if !slices.Contains(up.candidates, o) {
						up.candidates = append(up.candidates, o)
					}
				}
			}
		}
	}
}

// implementAbstract gives the implementations of an interface its fields: covariantly.
func (q *partitionedGraph) implementAbstract(i *typ) {
	for _, up := range i.super {
		for _, f := range up.fields {
			if i.field(f.name) == nil {
				i.fields = append(i.fields, &field{name: f.name, typ: f.typ, args: f.args})
			}
		}
	}
	for _, f := range i.fields {
		for _, o := range i.candidates {
			if o.field(f.name) == nil {
				o.fields = append(o.fields, &field{name: f.name, typ: q.narrower(f.typ), args: f.args})
			}
		}
	}
}

// narrower is a type that can stand where another is promised.
func (q *partitionedGraph) narrower(r ref) ref {
	out := ref{r.named, slices.Clone(r.nonNull)}
	for i := range out.nonNull {
		out.nonNull[i] = out.nonNull[i] || !q.uniform && q.chance(20)
	}
	if r.named.abstract() && len(r.named.candidates) > 0 && q.chance(25) {
		out.named = pick(q.rnd, r.named.candidates)
	}
	return out
}

// field adds a field of any type to an object.
func (q *partitionedGraph) field(t *typ, composites []*typ, percent int) {
	f := q.anyField(composites, percent)
	if q.chance(30) {
		// A name that other types have for the same kind of field, too.
		f = &field{name: pick(q.rnd, []string{"name", "size", "title", "label"}), typ: q.nullable("String")}
		if f.name == "size" {
			f.typ = q.nullable("Int")
		}
	}
	if t.field(f.name) == nil {
		t.fields = append(t.fields, f)
	}
}

// anyField makes a field with a new name.
func (q *partitionedGraph) anyField(composites []*typ, percent int) *field {
	f := &field{}
	if len(composites) > 0 && q.chance(percent) {
		to := pick(q.rnd, composites)
		f.name, f.typ = q.name("to"+to.name), q.wrap(to, 45)
	} else {
		leaf := pick(q.rnd, []*typ{q.scalars["String"], q.scalars["Int"], q.scalars["Float"], q.scalars["Boolean"], q.scalars["ID"], q.scalars["Blob"], q.color, q.mood})
		f.name, f.typ = q.name("a"+leaf.name), q.wrap(leaf, 20)
	}
	if q.chance(30) {
		f.args = q.arguments()
	}
	return f
}

func (q *partitionedGraph) wrap(t *typ, lists int) ref {
	r := ref{t, []bool{q.chance(30)}}
	for q.chance(lists) && len(r.nonNull) < 4 {
		r.nonNull = append(r.nonNull, q.chance(40))
		lists /= 2
	}
	return r
}

func (q *partitionedGraph) arguments() []*argument {
	def := func(values ...string) string { return pick(q.rnd, append(values, "", "")) }
	return some(q.rnd, []*argument{
		{name: "first", typ: q.nullable("Int"), def: def("2", "-1")},
		{name: "id", typ: ref{q.scalars["ID"], []bool{q.chance(40)}}},
		{name: "where", typ: ref{q.where, []bool{q.chance(20)}}, def: def("{ numbers: [1, 2], color: RED }", "{}")},
		{name: "colors", typ: ref{q.color, []bool{false, false}}, def: def("[RED, null]", "BLUE")},
		{name: "at", typ: q.nullable("Float"), def: def("1", "0.5")},
		{name: "grid", typ: ref{q.scalars["Int"], []bool{false, false, true}}},
		{name: "flag", typ: ref{q.scalars["Boolean"], []bool{false}}, def: def("true")},
		{name: "text", typ: q.nullable("String"), def: def(`"a \" b"`)},
		{name: "blob", typ: q.nullable("Blob")},
		{name: "boxes", typ: ref{q.box, []bool{true, q.chance(20)}}},
	}, 20)
}
