package operation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/supergraph"
)

const onceSDL = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
scalar link__Import
scalar join__FieldSet
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { A @join__graph(name: "a", url: "http://a") }
scalar Any @join__type(graph: A)
enum Color @join__type(graph: A) { RED @join__enumValue(graph: A) BLUE @join__enumValue(graph: A) }
input One @join__type(graph: A) @oneOf { a: Int b: String }
input In @join__type(graph: A) { id: ID! name: String n: Int = 3 f: Float! = 1.5 ok: Boolean color: Color list: [Int!] nested: [[In!]] one: One any: Any }
type Query @join__type(graph: A) { q(a: In, b: [In!]!, c: Int, d: [[String]], e: Any, f: Color, g: ID): Int }
`

// givenValues makes JSON for variables: mostly what their types ask for.
type givenValues struct {
	rnd   *rand.Rand
	types map[string]*ast.Definition
	// wrong is how often, in a thousand, something is not what it should be.
	wrong int
}

func (g *givenValues) space() string { return [...]string{"", "", "", " ", "\n\t"}[g.rnd.IntN(5)] }

func (g *givenValues) value(t *ast.Type, depth int) string {
	if g.rnd.IntN(1000) < g.wrong {
		return [...]string{`null`, `1.5`, `"x"`, `{}`, `[]`, `tru`, `{"a":1`, `[1,]`, `01`, `"\x"`, `{"id":1,"id":2}`, `"\ud800"`}[g.rnd.IntN(12)]
	}
	if !t.NonNull && g.rnd.IntN(8) == 0 {
		return "null"
	}
	if t.Elem != nil {
		if g.rnd.IntN(8) == 0 {
			return g.value(t.Elem, depth+1)
		}
		var items []string
		for range g.rnd.IntN(3) {
			items = append(items, g.space()+g.value(t.Elem, depth+1)+g.space())
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	def := g.types[t.NamedType]
	if def.Kind == ast.InputObject {
		return g.object(def, depth)
	}
	of := map[string][]string{
		"Int": {"0", "-5", "1e3", "7.0"}, "Float": {"0", "2.5", "-1e-2"}, "String": {`""`, `"é\n"`, `"a b"`}, "Boolean": {"true", "false"},
		"ID": {`"x"`, "12", "1e2"}, "Color": {`"RED"`, `"BLUE"`, `"\u0052ED"`}, "Any": {`{ "b" : [1, {"c":null}] }`, "[ 1 ]", "3", `"s"`},
	}[t.NamedType]
	return of[g.rnd.IntN(len(of))]
}

func (g *givenValues) object(def *ast.Definition, depth int) string {
	var members []string
	for _, i := range g.rnd.Perm(len(def.Fields)) {
		f := def.Fields[i]
		optional := !f.Type.NonNull || f.DefaultValue != nil
		if optional && (depth > 4 || g.rnd.IntN(2) == 0 || def.Name == "One" && len(members) > 0) {
			continue
		}
		members = append(members, fmt.Sprintf("%s%q%s:%s%s%s", g.space(), f.Name, g.space(), g.space(), g.value(f.Type, depth+1), g.space()))
	}
	if g.rnd.IntN(1000) < g.wrong {
		members = append(members, [...]string{`"other":1`, `"id":1`, `"name":"again"`, `name:1`}[g.rnd.IntN(4)])
	}
	return "{" + strings.Join(members, ",") + "}"
}

// TestVariablesReadOnceAreThoseReadTwice has random variables coerced while they are read, and in the order of their
// declarations after they were looked at.
func TestVariablesReadOnceAreThoseReadTwice(t *testing.T) {
	sg, err := supergraph.Load(onceSDL)
	if err != nil {
		t.Fatal(err)
	}
	p, errs := Prepare(sg, `query($a: In, $b: [In!]!, $c: Int = 4, $d: [[String]], $e: Any, $f: Color, $g: ID) {
		q(a: $a, b: $b, c: $c, d: $d, e: $e, f: $f, g: $g) }`, "", Limits{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	once, refused := 0, 0
	for seed := range uint64(6_000) {
		g := &givenValues{rnd: rand.New(rand.NewPCG(seed, 1)), types: sg.API.Types, wrong: int(seed % 3 * 20)}
		var members []string
		for _, i := range g.rnd.Perm(len(p.Variables)) {
			v := p.Variables[i]
			if !v.Type.NonNull && g.rnd.IntN(3) == 0 {
				continue
			}
			members = append(members, fmt.Sprintf("%q:%s", v.Name, g.value(v.Type, 0)))
		}
		if g.rnd.IntN(20) == 0 {
			members = append(members, `"unknown": [{}]`)
		}
		raw := []byte("{" + strings.Join(members, " , ") + "}" + g.space())
		at := make([]span, len(p.Variables))
		c := coercer{types: p.Supergraph.API.Types}
		quick := p.coerceOnce(&c, bytes.Clone(raw), at)
		told, errs := p.coerceTelling(bytes.Clone(raw), make([]span, len(p.Variables)), nil)
		switch {
		case !quick && len(errs) > 0:
			refused++
		case !quick && json.Valid(raw) && !bytes.Contains(raw, []byte("again")) && bytes.Count(raw, []byte(`"id"`)) < 2:
			t.Errorf("seed %d: refused for no reason: %s", seed, raw)
		case quick && len(errs) > 0:
			t.Errorf("seed %d: %s is taken, though %v", seed, raw, errs)
		case quick:
			once++
			v := Variables{buf: c.out, at: at}
			for i := range p.Variables {
				if a, b := v.Raw(i), told.Raw(i); !bytes.Equal(a, b) || v.Present(i) != told.Present(i) {
					t.Errorf("seed %d: $%s of %s is\n%s, and read twice\n%s", seed, p.Variables[i].Name, raw, a, b)
				}
			}
		}
		if t.Failed() {
			return
		}
	}
	if once < 1500 || refused < 1500 {
		t.Errorf("%d were taken and %d refused", once, refused)
	}
}

// TestDeepVariablesEnd nests input objects and lists deeper than JSON is read.
func TestDeepVariablesEnd(t *testing.T) {
	sg, err := supergraph.Load(onceSDL)
	if err != nil {
		t.Fatal(err)
	}
	p, errs := Prepare(sg, `query($a: In) { q(a: $a, b: []) }`, "", Limits{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	const depth = 100_000
	raw := `{"a":` + strings.Repeat(`{"id":1,"nested":[[`, depth) + strings.Repeat("]]}", depth) + "}"
	if _, errs := p.CoerceVariables([]byte(raw)); len(errs) == 0 {
		t.Error("values of any depth are taken")
	}
}

func BenchmarkCoerce(b *testing.B) {
	sg, err := supergraph.Load(onceSDL)
	if err != nil {
		b.Fatal(err)
	}
	p, errs := Prepare(sg, `query($b: [In!]!) { q(b: $b) }`, "", Limits{})
	if len(errs) > 0 {
		b.Fatal(errs)
	}
	one := `{"name":"a name of some length","id":"123","n":5,"color":"RED","list":[1,2,3],"nested":[[{"id":"x","ok":true}]]}`
	for _, n := range []int{1, 100} {
		raw := []byte(`{"b":[` + strings.TrimSuffix(strings.Repeat(one+",", n), ",") + `]}`)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, errs := p.CoerceVariables(raw); len(errs) > 0 {
					b.Fatal(errs)
				}
			}
		})
	}
}
