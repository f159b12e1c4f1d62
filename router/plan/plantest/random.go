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
	// Abstract adds an interface and a union over the entities.
	Abstract bool
}

// RandomGraph makes the SDLs of subgraphs and a world. The graph need not compose: what one subgraph leaves open others
// do not always close.
func RandomGraph(rnd *rand.Rand, shape Shape) (sdls map[string]string, world string) {
	g := &graphGenerator{rnd: rnd, shape: shape, parts: make([]map[string][]string, shape.Subgraphs), keys: make([]map[string][]string, shape.Subgraphs)}
	for i := range g.parts {
		g.parts[i], g.keys[i] = map[string][]string{}, map[string][]string{}
	}
	for v := range shape.Values {
		g.value(fmt.Sprintf("V%d", v))
	}
	for e := range shape.Entities {
		g.entity(e)
	}
	g.query()
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
	if g.fields == nil {
		g.fields, g.in = map[string][]generated{}, map[string][]int{}
	}
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
	g.fields2()
	g.in[name] = where
	keys := []string{"id", "code"}
	have := map[string][]int{}
	for n, i := range where {
		own := []string{"id"}
		if g.chance(25) {
			own = []string{"code"}
		}
		if g.chance(25) {
			own = keys
		}
		if n == 0 {
			own = keys
		}
		for _, k := range own {
			have[k] = append(have[k], i)
			g.keys[i][name] = append(g.keys[i][name], fmt.Sprintf("@key(fields:%q)", k))
		}
		if len(own) == 1 && g.chance(10) {
			g.keys[i][name][len(g.keys[i][name])-1] = strings.Replace(g.keys[i][name][len(g.keys[i][name])-1], ")", ",resolvable:true)", 1)
		}
	}
	for _, k := range keys {
		if at := have[k]; len(at) > 0 {
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
		g.define(name, at, generated{name: field, named: "String"}, field+args+":String")
	}
	if g.shape.Values > 0 && g.chance(60) {
		g.define(name, g.some(where, 60), generated{name: "v", named: "V0"}, "v:V0")
	}
	for r := range 1 + g.rnd.IntN(2) {
		to := g.rnd.IntN(g.shape.Entities)
		g.reference(name, fmt.Sprintf("r%d", r), fmt.Sprintf("E%d", to), where)
	}
	g.computed(name, where, scalars, owner)
}

func (g *graphGenerator) fields2() {
	if g.fields == nil {
		g.fields, g.in = map[string][]generated{}, map[string][]int{}
	}
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
	n := 0
	for _, i := range where {
		if !g.chance(40) {
			continue
		}
		var foreign []string
		for _, s := range scalars {
			if !slices.Contains(owner[s], i) {
				foreign = append(foreign, s)
			}
		}
		if len(foreign) == 0 {
			continue
		}
		g.rnd.Shuffle(len(foreign), func(a, b int) { foreign[a], foreign[b] = foreign[b], foreign[a] })
		foreign = foreign[:1+g.rnd.IntN(min(2, len(foreign)))]
		for _, s := range foreign {
			g.parts[i][name] = append(g.parts[i][name], s+":String@external")
		}
		field := fmt.Sprintf("c%d", n)
		n++
		g.define(name, []int{i}, generated{name: field, named: "String"}, fmt.Sprintf("%s:String@requires(fields:%q)", field, strings.Join(foreign, " ")))
	}
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
		if len(fields) == 0 || name[0] == 'V' && !g.mentions(i, name) {
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
	list = append(list, object("Query", "Query", 0))
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
