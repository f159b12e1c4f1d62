package plantest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Shape says what random graphs have.
type Shape struct {
	Subgraphs, Entities, Values int
	// Abstract adds an interface and a union over the entities, Nested keys of composite fields, Provides fields with
	// @provides, Objects an interface that some subgraphs define as an object, and Chains fields that require fields that
	// require others, and so on.
	Abstract, Nested, Provides, Objects, Chains bool
}

// RandomGraph makes the SDLs of subgraphs and a world. The graph need not compose: what one subgraph leaves open others
// do not always close.
func RandomGraph(rnd *rand.Rand, shape Shape) (sdls map[string]string, world string) {
	g := &graphGenerator{
		rnd:     rnd,
		shape:   shape,
		parts:   make([]map[string][]string, shape.Subgraphs),
		keys:    make([]map[string][]string, shape.Subgraphs),
		fields:  map[string][]generated{},
		in:      map[string][]int{},
		reached: map[string]bool{},
		plain:   map[string]map[string][]int{},
	}
	for i := range g.parts {
		g.parts[i], g.keys[i] = map[string][]string{}, map[string][]string{}
	}
	for v := range shape.Values {
		g.value(fmt.Sprintf("V%d", v))
	}
	for e := range shape.Entities {
		g.entity(e)
	}
	if g.reached["Ref"] {
		g.define("Ref", nil, generated{name: "k", named: "ID"}, "")
		g.define("Ref", nil, generated{name: "inner", named: "Inner"}, "")
		g.define("Inner", nil, generated{name: "l", named: "ID"}, "")
	}
	g.query()
	if shape.Provides {
		g.provide()
	}
	sdls = map[string]string{}
	for i := range shape.Subgraphs {
		sdls[string(rune('a'+i))] = Link + g.sdl(i)
	}
	return sdls, g.world()
}

// generated is a field of a type as the world sees it.
type generated struct {
	name, named string
	list        bool
}

type graphGenerator struct {
	rnd   *rand.Rand
	shape Shape
	// parts are the field definitions of each type in each subgraph, keys the @key directives.
	parts, keys []map[string][]string
	fields      map[string][]generated
	in          map[string][]int
	// reached tells which of the types that only keys use are needed, plain where fields without arguments are resolved.
	reached map[string]bool
	plain   map[string]map[string][]int
}

func (g *graphGenerator) chance(percent int) bool { return g.rnd.IntN(100) < percent }

// some picks at least one subgraph.
func (g *graphGenerator) some(of []int, percent int) []int {
	out := []int{of[g.rnd.IntN(len(of))]}
	for _, i := range of {
		if i != out[0] && g.chance(percent) {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return out
}

func (g *graphGenerator) everywhere() []int {
	var all []int
	for i := range g.shape.Subgraphs {
		all = append(all, i)
	}
	return all
}

func (g *graphGenerator) define(typ string, where []int, f generated, definition string) {
	g.fields[typ] = append(g.fields[typ], f)
	for _, i := range where {
		text := definition
		if len(where) > 1 && !strings.Contains(text, "@shareable") {
			text += "@shareable"
		}
		g.parts[i][typ] = append(g.parts[i][typ], text)
	}
}

// value makes a type without keys that several subgraphs share.
func (g *graphGenerator) value(name string) {
	where := g.everywhere()
	for f := range 2 + g.rnd.IntN(2) {
		field := fmt.Sprintf("s%d", f)
		at := where
		if g.chance(30) {
			at = g.some(where, 50)
		}
		g.define(name, at, generated{name: field, named: "String"}, field+":String@shareable")
	}
}

func (g *graphGenerator) entity(e int) {
	name := fmt.Sprintf("E%d", e)
	where := g.some(g.everywhere(), 70)
	g.in[name] = where
	keys := []string{"id", "code"}
	if g.shape.Nested && g.chance(50) {
		keys = append(keys, "ref")
	}
	have := map[string][]int{}
	for n, i := range where {
		own := []string{"id"}
		if g.chance(25) {
			own = []string{"code"}
		}
		if len(keys) > 2 && g.chance(40) {
			own = []string{"ref"}
		}
		if n == 0 || g.chance(25) {
			own = keys
		}
		for _, k := range own {
			have[k] = append(have[k], i)
			set := k
			if k == "ref" {
				set = "ref{k inner{l}}"
			}
			g.keys[i][name] = append(g.keys[i][name], fmt.Sprintf("@key(fields:%q)", set))
		}
		if len(own) == 1 && g.chance(10) {
			g.keys[i][name][len(g.keys[i][name])-1] = strings.Replace(
				g.keys[i][name][len(g.keys[i][name])-1],
				")",
				",resolvable:true)",
				1,
			)
		}
	}
	for _, k := range keys {
		if at := have[k]; len(at) > 0 && k == "ref" {
			g.reached["Ref"], g.reached["Inner"] = true, true
			g.define(name, at, generated{name: "ref", named: "Ref"}, "ref:Ref!@shareable")
		} else if len(at) > 0 {
			g.define(name, at, generated{name: k, named: "ID"}, k+":ID!@shareable")
		}
	}
	var scalars []string
	owner := map[string][]int{}
	for f := range 3 + g.rnd.IntN(3) {
		field := fmt.Sprintf("f%d", f)
		at := g.some(where, 35)
		args := ""
		if g.chance(15) {
			args = "(n:Int)"
		} else {
			scalars = append(scalars, field)
			owner[field] = at
		}
		g.define(name, at, generated{name: field, named: "String"}, field+args+":String@shareable")
	}
	g.plain[name] = owner
	if g.shape.Values > 0 && g.chance(60) {
		g.define(name, g.some(where, 60), generated{name: "v", named: "V0"}, "v:V0")
	}
	for r := range 1 + g.rnd.IntN(2) {
		to := g.rnd.IntN(g.shape.Entities)
		g.reference(name, fmt.Sprintf("r%d", r), fmt.Sprintf("E%d", to), where)
	}
	g.computed(name, where, scalars, owner)
}

// reference makes a field that leads to another entity; the subgraphs that have it define the entity at least by a key.
func (g *graphGenerator) reference(typ, field, to string, where []int) {
	at := g.some(where, 25)
	f := generated{name: field, named: to, list: g.chance(40)}
	text := to
	if f.list {
		text = "[" + to + "]"
	}
	g.define(typ, at, f, field+":"+text)
}

// computed adds fields with @requires in subgraphs that do not have what they require.
func (g *graphGenerator) computed(name string, where []int, scalars []string, owner map[string][]int) {
	rounds := 1
	if g.shape.Chains {
		rounds = 2 + g.rnd.IntN(3)
	}
	n := 0
	for range rounds {
		for _, i := range where {
			if !g.chance(40) {
				continue
			}
			field := fmt.Sprintf("c%d", n)
			if !g.compute(name, field, i, scalars, owner) {
				continue
			}
			n++
			if g.shape.Chains {
				scalars = append(scalars, field)
				owner[field] = []int{i}
			}
		}
	}
}

// compute adds a field of that name with @requires to a subgraph, if there is anything that it can require.
func (g *graphGenerator) compute(name, field string, i int, scalars []string, owner map[string][]int) bool {
	var foreign []string
	for _, s := range scalars {
		if !slices.Contains(owner[s], i) {
			foreign = append(foreign, s)
		}
	}
	if len(foreign) == 0 {
		return false
	}
	g.rnd.Shuffle(len(foreign), func(a, b int) { foreign[a], foreign[b] = foreign[b], foreign[a] })
	foreign = foreign[:1+g.rnd.IntN(min(2, len(foreign)))]
	if last := scalars[len(scalars)-1]; last[0] == 'c' && !slices.Contains(owner[last], i) && g.chance(70) {
		foreign[0] = last // longer chains
		foreign = slices.Compact(foreign)
	}
	for _, s := range foreign {
		if mention := s + ":String@external"; !slices.Contains(g.parts[i][name], mention) {
			g.parts[i][name] = append(g.parts[i][name], mention)
		}
	}
	required := fmt.Sprintf("%s:String@requires(fields:%q)", field, strings.Join(foreign, " "))
	g.define(name, []int{i}, generated{name: field, named: "String"}, required)
	return true
}

func (g *graphGenerator) query() {
	for e := range g.shape.Entities {
		name := fmt.Sprintf("E%d", e)
		if e > 0 && g.chance(40) {
			continue
		}
		at := g.some(g.in[name], 25)
		f := generated{name: fmt.Sprintf("q%d", e), named: name, list: g.chance(50)}
		text := name
		if f.list {
			text = "[" + name + "]"
		}
		g.define("Query", at, f, f.name+":"+text)
	}
	if g.shape.Abstract {
		at := g.some(g.everywhere(), 0)[0]
		g.define("Query", []int{at}, generated{name: "any", named: "U", list: true}, "any:[U]")
		g.define("Query", []int{at}, generated{name: "node", named: "N", list: true}, "node:[N]")
	}
}

// provide makes references provide fields that their subgraph only mentions.
func (g *graphGenerator) provide() {
	for i := range g.parts {
		types := make([]string, 0, len(g.parts[i]))
		for typ := range g.parts[i] {
			types = append(types, typ)
		}
		slices.Sort(types)
		for _, typ := range types {
			for n, f := range g.parts[i][typ] {
				name, to, ok := strings.Cut(f, ":")
				to = strings.Trim(strings.TrimSuffix(to, "@shareable"), "[]")
				if !ok || len(to) < 2 || to[0] != 'E' || strings.Contains(name, "(") || strings.Contains(f, "@requires") ||
					!g.chance(50) {
					continue
				}
				if field := g.foreign(i, to); field != "" {
					g.parts[i][typ][n] = f + fmt.Sprintf("@provides(fields:%q)", field)
					if mention := field + ":String@external"; !slices.Contains(g.parts[i][to], mention) {
						g.parts[i][to] = append(g.parts[i][to], mention)
					}
				}
			}
		}
	}
}

// foreign finds a field of an entity that a subgraph with a part of it does not resolve.
func (g *graphGenerator) foreign(i int, typ string) string {
	if len(g.parts[i][typ]) == 0 {
		return ""
	}
	for f := range 6 {
		field := fmt.Sprintf("f%d", f)
		if at := g.plain[typ][field]; len(at) > 0 && !slices.Contains(at, i) {
			return field
		}
	}
	return ""
}

// objects adds an interface with a key that the first subgraph implements and others define as an object.
func (g *graphGenerator) objects(i int) string {
	if i == 0 {
		return `interface M@key(fields:"id"){id:ID! mt:String} type M0 implements M@key(fields:"id"){id:ID! mt:String ma:String} type M1 implements M@key(fields:"id"){id:ID! mt:String mb:String} extend type Query{ms:[M]}
`
	}
	extra := ""
	if i%2 == 1 {
		extra = fmt.Sprintf(` mt:String@external mc%d:String@requires(fields:"mt")`, i)
	}
	return fmt.Sprintf(
		"type M@key(fields:\"id\")@interfaceObject{id:ID! mo%d:String%s} extend type Query{mq%d:[M]}\n",
		i,
		extra,
		i,
	)
}

// objectsWorld adds the objects of that interface to the fields of the query.
func (g *graphGenerator) objectsWorld(query map[string]any) (list []map[string]any) {
	for n, typ := range []string{"M0", "M1", "M0"} {
		o := map[string]any{"@": fmt.Sprintf("m%d", n), "__typename": typ, "id": fmt.Sprintf("m%d", n)}
		for _, f := range []string{"mt", "ma", "mb", "mo1", "mo2", "mo3"} {
			o[f] = fmt.Sprintf("%s.%d", f, n)
		}
		list = append(list, o)
	}
	query["ms"] = []any{"@m0", "@m1"}
	for i := range g.shape.Subgraphs {
		query[fmt.Sprintf("mq%d", i)] = []any{"@m2", nil, "@m1"}
	}
	return list
}

// sdl prints one subgraph. Entities that are referred to but have no part there get a reference by id.
func (g *graphGenerator) sdl(i int) string {
	var b strings.Builder
	abstract := g.shape.Abstract && strings.Contains(strings.Join(g.parts[i]["Query"], " "), "any:[U]")
	names := make([]string, 0, len(g.fields))
	for name := range g.fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fields := g.parts[i][name]
		entity := name[0] == 'E'
		if entity && len(fields) == 0 && (abstract || g.mentions(i, name)) {
			fmt.Fprintf(&b, "type %s%s@key(fields:\"id\",resolvable:false){id:ID!@shareable}\n", name, implementsNode(abstract))
			continue
		}
		if name == "Ref" || name == "Inner" || len(fields) == 0 || name[0] == 'V' && !g.mentions(i, name) {
			continue
		}
		impl := ""
		if entity && abstract {
			impl = implementsNode(true)
			if !strings.Contains(strings.Join(fields, " "), "id:ID!") {
				fields = append(fields, "id:ID!@shareable")
			}
		}
		fmt.Fprintf(&b, "type %s%s%s{%s}\n", name, impl, strings.Join(g.keys[i][name], ""), strings.Join(fields, " "))
	}
	if text := b.String(); strings.Contains(text, ":Ref!") {
		b.WriteString("type Ref@shareable{k:ID! inner:Inner} type Inner@shareable{l:ID!}\n")
	}
	if g.shape.Objects {
		b.WriteString(g.objects(i))
	}
	if abstract {
		var members []string
		for e := range g.shape.Entities {
			members = append(members, fmt.Sprintf("E%d", e))
		}
		fmt.Fprintf(&b, "union U=%s\ninterface N{id:ID!}\n", strings.Join(members, "|"))
	}
	return b.String()
}

func implementsNode(abstract bool) string {
	if abstract {
		return " implements N"
	}
	return ""
}

func (g *graphGenerator) mentions(i int, name string) bool {
	for _, fields := range g.parts[i] {
		for _, f := range fields {
			if strings.Contains(f, ":"+name) || strings.Contains(f, "["+name+"]") {
				return true
			}
		}
	}
	return false
}

// world makes a few objects of each entity.
func (g *graphGenerator) world() string {
	var list []map[string]any
	const each = 2
	object := func(name, typ string, n int) map[string]any {
		o := map[string]any{"__typename": typ}
		if name != "" {
			o["@"] = name
		}
		for _, f := range g.fields[typ] {
			o[f.name] = g.worldValue(typ, f, n, each)
		}
		return o
	}
	for e := range g.shape.Entities {
		for n := range each {
			typ := fmt.Sprintf("E%d", e)
			o := object(fmt.Sprintf("%s_%d", typ, n), typ, n)
			o["id"] = fmt.Sprintf("%s%d", typ, n)
			list = append(list, o)
		}
	}
	query := object("Query", "Query", 0)
	query["@"] = "Query"
	if g.shape.Objects {
		list = append(list, g.objectsWorld(query)...)
	}
	list = append(list, query)
	raw, err := json.Marshal(list)
	if err != nil {
		return "[]"
	}
	return string(raw)
}

func (g *graphGenerator) worldValue(typ string, f generated, n, each int) any {
	one := func() any {
		switch f.named {
		case "String":
			if g.chance(15) {
				return nil
			}
			return fmt.Sprintf("%s.%s.%d", typ, f.name, n)
		case "ID":
			return fmt.Sprintf("%s.%s.%d", typ, f.name, n)
		case "U", "N":
			return fmt.Sprintf("@E%d_%d", g.rnd.IntN(g.shape.Entities), g.rnd.IntN(each))
		}
		if f.named == "Ref" {
			return map[string]any{
				"__typename": "Ref",
				"k":          fmt.Sprintf("%s.%d", typ, n),
				"inner":      map[string]any{"__typename": "Inner", "l": fmt.Sprint(n)},
			}
		}
		if f.named[0] == 'V' {
			v := map[string]any{"__typename": f.named}
			for _, sub := range g.fields[f.named] {
				v[sub.name] = fmt.Sprintf("%s.%s.%d.%s", typ, f.name, n, sub.name)
			}
			return v
		}
		if g.chance(10) {
			return nil
		}
		return fmt.Sprintf("@%s_%d", f.named, g.rnd.IntN(each))
	}
	if !f.list {
		return one()
	}
	var list []any
	for range g.rnd.IntN(3) {
		list = append(list, one())
	}
	if list == nil {
		list = []any{}
	}
	return list
}

// RandomQuery makes an operation that is valid against a schema.
func RandomQuery(rnd *rand.Rand, schema *ast.Schema, depth int) string {
	q := &queryGenerator{rnd: rnd, schema: schema}
	return q.selection(schema.Query, depth)
}

type queryGenerator struct {
	rnd    *rand.Rand
	schema *ast.Schema
	alias  int
}

func (q *queryGenerator) selection(def *ast.Definition, depth int) string {
	var parts []string
	if def.Kind != ast.Object {
		possible := q.schema.GetPossibleTypes(def)
		for _, t := range possible {
			if q.rnd.IntN(3) > 0 {
				parts = append(parts, "...on "+t.Name+q.selection(t, depth))
			}
		}
		if q.rnd.IntN(2) == 0 || len(parts) == 0 {
			parts = append(parts, "__typename")
		}
	}
	for _, f := range def.Fields {
		if strings.HasPrefix(f.Name, "__") || f.Name == "_sdl" {
			continue
		}
		named := q.schema.Types[f.Type.Name()]
		composite := named.IsCompositeType()
		if composite && (depth <= 0 || q.rnd.IntN(100) >= 60) || !composite && q.rnd.IntN(100) >= 45 {
			continue
		}
		parts = append(parts, q.field(f, named, depth))
	}
	if len(parts) == 0 {
		for _, f := range def.Fields {
			if !strings.HasPrefix(f.Name, "__") && (depth > 0 || q.schema.Types[f.Type.Name()].IsLeafType()) {
				parts = append(parts, q.field(f, q.schema.Types[f.Type.Name()], depth))
				break
			}
		}
	}
	if len(parts) == 0 {
		parts = []string{"__typename"}
	}
	q.rnd.Shuffle(len(parts), func(a, b int) { parts[a], parts[b] = parts[b], parts[a] })
	return "{" + strings.Join(parts, " ") + "}"
}

func (q *queryGenerator) field(f *ast.FieldDefinition, named *ast.Definition, depth int) string {
	text := f.Name
	if len(f.Arguments) > 0 {
		if q.rnd.IntN(2) == 0 {
			text += fmt.Sprintf("(n:%d)", q.rnd.IntN(3))
		}
		q.alias++
		text = fmt.Sprintf("x%d:%s", q.alias, text)
	} else if q.rnd.IntN(8) == 0 {
		q.alias++
		text = fmt.Sprintf("x%d:%s", q.alias, text)
	}
	if named.IsCompositeType() {
		text += q.selection(named, depth-1)
	}
	return text
}
