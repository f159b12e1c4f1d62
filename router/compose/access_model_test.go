package compose_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/syntax"
)

var accessGraphs = flag.Int("access-graphs", 800, "random graphs whose access requirements are compared with a model")

// requirement is what one application of an access directive asks for, and the elements at which callers must meet it.
type requirement struct {
	directive string
	any       [][]string
	at        []string
	text      string
}

// accessGraph is a random graph of entity interfaces, interface objects and shared fields, with requirements anywhere
// they are allowed.
type accessGraph struct {
	random       *rand.Rand
	names        map[string]string // of the directives, which may be renamed
	head         string
	interfaces   map[string][]string // of T and U
	fields       map[string]bool     // "I.f" of all there are
	pending      []func()
	subgraphs    []compose.Subgraph
	requirements []requirement
}

func newAccessGraph(seed uint64) *accessGraph {
	g := &accessGraph{random: rand.New(rand.NewPCG(seed, 16)), names: map[string]string{}, fields: map[string]bool{}}
	imports := `"@key" "@shareable" "@interfaceObject" "@external" "@requires"`
	for _, name := range []string{"authenticated", "requiresScopes", "policy"} {
		g.names[name] = name
		if g.random.IntN(3) == 0 {
			g.names[name] = "my_" + name
			imports += fmt.Sprintf(` {name: "@%s", as: "@my_%s"}`, name, name)
		} else {
			imports += fmt.Sprintf(` "@%s"`, name)
		}
	}
	as := ""
	if g.random.IntN(3) == 0 {
		as = `, as: "fed"`
	}
	g.head = fmt.Sprintf("extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\"%s, import: [%s])\n", as, imports)
	g.interfaces = map[string][]string{"T": {"I"}, "U": {"I"}}
	if g.random.IntN(2) == 0 {
		g.interfaces["T"] = append(g.interfaces["T"], "J")
	}
	if g.random.IntN(2) == 0 {
		g.interfaces["U"] = []string{"I", "J"}
	}
	return g
}

// alternatives writes a random list of alternatives, which may be empty and have empty ones in it.
func (g *accessGraph) alternatives() (string, [][]string) {
	var out [][]string
	text := "["
	for range g.random.IntN(4) {
		one := []string{}
		for range g.random.IntN(3) {
			one = append(one, fmt.Sprintf("s%d", g.random.IntN(4)))
		}
		out = append(out, one)
		text += "["
		for _, name := range one {
			text += fmt.Sprintf("%q ", name)
		}
		text += "]"
	}
	if len(out) == 0 {
		out = [][]string{{}} // requires nothing
	}
	return text + "]", out
}

// require writes random requirements, met at what `at` tells once the whole graph is known.
func (g *accessGraph) require(where string, at func() []string) string {
	text := ""
	for _, name := range []string{"authenticated", "requiresScopes", "policy"} {
		if g.random.IntN(4) > 0 {
			continue
		}
		r := requirement{directive: name, any: [][]string{{"authenticated"}}}
		application := " @" + g.names[name]
		if name != "authenticated" {
			var list string
			list, r.any = g.alternatives()
			argument := map[string]string{"requiresScopes": "scopes", "policy": "policies"}[name]
			application += fmt.Sprintf("(%s: %s)", argument, list)
		}
		text += application
		r.text = where + application
		g.pending = append(g.pending, func() {
			r.at = at()
			g.requirements = append(g.requirements, r)
		})
	}
	return text
}

// implementers are the types that implement an interface.
func (g *accessGraph) implementers(i string) []string {
	var out []string
	for _, t := range []string{"T", "U"} {
		if slices.Contains(g.interfaces[t], i) {
			out = append(out, t)
		}
	}
	return out
}

// onInterfacesOf adds to T.f the fields f of T's interfaces.
func (g *accessGraph) onInterfacesOf(t, f string) []string {
	out := []string{t + "." + f}
	for _, i := range g.interfaces[t] {
		if g.fields[i+"."+f] {
			out = append(out, i+"."+f)
		}
	}
	return out
}

func (g *accessGraph) add(name, sdl string) {
	g.subgraphs = append(g.subgraphs, compose.Subgraph{Name: name, URL: "http://" + name, SDL: g.head + sdl})
}

// object writes an entity with its key and some shared fields.
func (g *accessGraph) object(subgraph, t, implements string, fields []string) string {
	sdl := "type " + t + implements + " @key(fields: \"id\")" + g.require(subgraph+" "+t, func() []string {
		return append([]string{t}, g.interfaces[t]...)
	}) + " { id: ID!" + g.require(subgraph+" "+t+".id", func() []string { return g.onInterfacesOf(t, "id") })
	for _, f := range fields {
		g.fields[t+"."+f] = true
		sdl += " " + f + ": Int @shareable" + g.require(subgraph+" "+t+"."+f, func() []string { return g.onInterfacesOf(t, f) })
	}
	return sdl + " }\n"
}

// interfaceObject writes one for interface i.
func (g *accessGraph) interfaceObject(subgraph, i string, fields []string) string {
	everywhere := func(f string) []string {
		var out []string
		for _, t := range g.implementers(i) {
			out = append(out, g.onInterfacesOf(t, f)...)
		}
		return append(out, i+"."+f)
	}
	sdl := "type " + i + " @interfaceObject @key(fields: \"id\") { id: ID!" + g.require(subgraph+" "+i+".id", func() []string { return everywhere("id") })
	for _, f := range fields {
		g.fields[i+"."+f] = true
		sdl += " " + f + ": Int @shareable" + g.require(subgraph+" "+i+"."+f, func() []string { return everywhere(f) })
	}
	return sdl + " }\n"
}

func (g *accessGraph) some(fields ...string) []string {
	return slices.DeleteFunc(fields, func(string) bool { return g.random.IntN(2) == 0 })
}

func (g *accessGraph) build() {
	inInterface := g.some("a", "b")
	base := "type Query { i: I j: J t: T u: U }\n"
	for _, i := range []string{"I", "J"} {
		g.fields[i+".id"] = true
		base += "interface " + i + " @key(fields: \"id\") { id: ID!"
		if i == "I" {
			for _, f := range inInterface {
				g.fields["I."+f] = true
				base += " " + f + ": Int"
			}
		}
		base += " }\n"
	}
	for _, t := range []string{"T", "U"} {
		base += g.object("base", t, " implements "+strings.Join(g.interfaces[t], " & "), inInterface)
	}
	g.add("base", base)
	if g.random.IntN(3) > 0 {
		g.add("more", g.object("more", "T", "", g.some("a", "b", "c")))
	}
	for n, i := range []string{"I", "J", "I"} {
		if g.random.IntN(3) > 0 {
			g.add(fmt.Sprintf("object%d", n), g.interfaceObject(fmt.Sprintf("object%d", n), i, g.some("a", "b", "c", "d")))
		}
	}
	for _, settle := range g.pending {
		settle()
	}
}

// applications reads the access directives of a supergraph, by element.
func (g *accessGraph) applications(t *testing.T, sdl string) map[string]map[string][][]string {
	doc, err := syntax.ParseTypeSystem(&ast.Source{Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string][][]string{}
	read := func(element string, directives ast.DirectiveList) {
		out[element] = map[string][][]string{}
		for _, name := range []string{"authenticated", "requiresScopes", "policy"} {
			all := directives.ForNames(g.names[name])
			if len(all) > 1 {
				t.Fatalf("%s has @%s %d times:\n%s", element, g.names[name], len(all), sdl)
			}
			for _, d := range all {
				out[element][name] = [][]string{{"authenticated"}}
				for _, a := range d.Arguments {
					var any [][]string
					for _, one := range a.Value.Children {
						alternative := []string{}
						for _, name := range one.Value.Children {
							alternative = append(alternative, name.Value.Raw)
						}
						any = append(any, alternative)
					}
					out[element][name] = any
				}
			}
		}
	}
	for _, d := range doc.Definitions {
		read(d.Name, d.Directives)
		for _, f := range d.Fields {
			read(d.Name+"."+f.Name, f.Directives)
		}
	}
	return out
}

// allows tells whether a caller who has what is granted meets a list of alternatives. An empty list requires nothing.
func allows(any [][]string, granted func(string) bool) bool {
	return len(any) == 0 || slices.ContainsFunc(any, func(all []string) bool {
		return !slices.ContainsFunc(all, func(name string) bool { return !granted(name) })
	})
}

// TestAccessIsNeverWeakened composes random graphs and lets callers with every set of scopes at every element: who may
// pass in the supergraph may pass in each subgraph, and nobody is kept out whom all subgraphs would let in.
func TestAccessIsNeverWeakened(t *testing.T) {
	composed := 0
	for seed := range uint64(*accessGraphs) {
		g := newAccessGraph(seed)
		g.build()
		result, errs := compose.Compose(g.subgraphs, compose.Options{})
		if len(errs) > 0 {
			t.Fatalf("seed %d: %v\n%s", seed, errs[0], g.text())
		}
		composed++
		merged := g.applications(t, result.SupergraphSDL)
		for callers := range 1 << 5 {
			granted := func(name string) bool {
				return callers&(1<<slices.Index([]string{"s0", "s1", "s2", "s3", "authenticated"}, name)) != 0
			}
			for element, directives := range merged {
				for _, name := range []string{"authenticated", "requiresScopes", "policy"} {
					any, guarded := directives[name]
					passes := !guarded || allows(any, granted)
					expected := true
					var refused string
					for _, r := range g.requirements {
						if r.directive == name && slices.Contains(r.at, element) && !allows(r.any, granted) {
							expected, refused = false, r.text
						}
					}
					if passes != expected {
						t.Fatalf("seed %d: caller %05b at %s: @%s lets pass: %v, but should: %v (%s)\n%s\n%s", seed, callers, element, name,
							passes, expected, refused, g.text(), result.SupergraphSDL)
					}
				}
			}
		}
	}
	t.Logf("%d graphs", composed)
}

func (g *accessGraph) text() string {
	out := ""
	for _, s := range g.subgraphs {
		out += "-- " + s.Name + "\n" + s.SDL
	}
	return out
}
