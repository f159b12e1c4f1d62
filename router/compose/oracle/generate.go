package oracle

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generated returns the groups that are enumerated rather than written out: every combination of a few ingredients
// around one rule, and small random graphs for satisfiability, drawn from fixed seeds.
func generated() []*Case {
	var all []*Case
	all = append(all, typePairs()...)
	all = append(all, enumUses()...)
	all = append(all, shareCombinations()...)
	all = append(all, hiddenElements()...)
	all = append(all, keyGraphs()...)
	all = append(all, valueGraphs()...)
	all = append(all, requireGraphs()...)
	all = append(all, abstractGraphs()...)
	all = append(all, mutationGraphs(80)...)
	return all
}

const v2 = "v2.7"

func header() string {
	h, err := Header(v2)
	if err != nil {
		panic(err) // v2 is a constant of ours
	}
	return h
}

// typePairs crosses the types of one field, argument and input field in two subgraphs.
func typePairs() []*Case {
	types := []string{"Int", "Int!", "[Int]", "[Int!]!", "I", "I!", "A", "A!", "U", "[U]", "[I]!", "[A!]"}
	const world = "interface I { v: Int }\ntype A implements I @shareable { v: Int }\n" +
		"type B implements I @shareable { v: Int }\nunion U = A | B\n"
	var all []*Case
	for i, one := range types {
		for j, two := range types {
			if j <= i {
				continue
			}
			all = append(all, &Case{
				Group: "generated-types", Name: fmt.Sprintf("field-%d-%d", i, j),
				Note: "a shared field is " + one + " and " + two,
				Subgraphs: []Subgraph{
					{"a", header() + "type Query { f: " + one + " @shareable }\n" + world},
					{"b", header() + "type Query { f: " + two + " @shareable }\n" + world},
				},
			})
		}
	}
	inputs := []string{"Int", "Int!", "[Int]", "[Int!]!", "Int = 1", "Int! = 1", "Int = 2", "String"}
	for i, one := range inputs {
		for j, two := range append(inputs[i+1:len(inputs):len(inputs)], "") {
			argument := "(x: " + two + ", z: Int)"
			field := "x: " + two
			if two == "" {
				argument, field = "(z: Int)", ""
			}
			all = append(all, &Case{
				Group: "generated-inputs", Name: fmt.Sprintf("argument-%d-%d", i, i+1+j),
				Note: "a shared argument is " + one + " and " + two,
				Subgraphs: []Subgraph{
					{"a", header() + "type Query { f(x: " + one + ", z: Int): Int @shareable }\n"},
					{"b", header() + "type Query { f" + argument + ": Int @shareable }\n"},
				},
			}, &Case{
				Group: "generated-inputs", Name: fmt.Sprintf("input-%d-%d", i, i+1+j),
				Note: "a shared input field is " + one + " and " + two,
				Subgraphs: []Subgraph{
					{"a", header() + "type Query { f(i: In): Int @shareable }\ninput In { z: Int x: " + one + " }\n"},
					{"b", header() + "type Query { f(i: In): Int @shareable }\ninput In { z: Int " + field + " }\n"},
				},
			})
		}
	}
	return all
}

// enumUses crosses how an enum is used with how its values differ.
func enumUses() []*Case {
	uses := []string{"f: Int", "f: E", "f(e: E): Int", "f(e: E): E", "f(e: E = A): Int"}
	values := []string{"A B", "B A", "A", "A C", "C", "A B @inaccessible"}
	var all []*Case
	for u, use := range uses {
		for v, value := range values {
			all = append(all, &Case{
				Group: "generated-enums", Name: fmt.Sprintf("use-%d-values-%d", u, v),
				Note: "an enum used as " + use + " has A B and " + value,
				Subgraphs: []Subgraph{
					{"a", header() + "type Query { " + use + " @shareable g: Int }\nenum E { A B }\n"},
					{"b", header() + "type Query { " + use + " @shareable }\nenum E { " + value + " }\n"},
				},
			})
		}
	}
	return all
}

// shareCombinations crosses what two subgraphs say about one entity field.
func shareCombinations() []*Case {
	ways := []string{"", "f: Int", "f: Int @shareable", "f: Int @external", "f: Int @inaccessible",
		"f: Int @override(from: \"b\")", "f: Int @override(from: \"b\", label: \"l\")",
		"f: Int @requires(fields: \"w\") w: Int @external", "f: Int @tag(name: \"t\") @deprecated"}
	var all []*Case
	for i, one := range ways {
		for j, two := range ways {
			two = strings.ReplaceAll(two, `"b"`, `"a"`)
			all = append(all, &Case{
				Group: "generated-sharing", Name: fmt.Sprintf("ways-%d-%d", i, j),
				Note: "an entity field is `" + one + "` in one subgraph and `" + two + "` in the other",
				Subgraphs: []Subgraph{
					{"a", header() + "type Query { t: T }\ntype T @key(fields: \"id\") { id: ID! " + one + " }\n"},
					{"b", header() + "type T @key(fields: \"id\") { id: ID! " + two + " }\n"},
					{"c", header() + "type T @key(fields: \"id\") { id: ID! w: Int @shareable }\n"},
				},
			})
		}
	}
	return all
}

// hiddenElements hides every pair of elements of one small schema.
func hiddenElements() []*Case {
	const schema = "type Query { t: T %0 i: I %1 f(in: In %2, e: E = A %3): S %4 plain: Int }\n" +
		"interface I %5 { x(n: Int %6): Int %7 y: Int }\n" +
		"type T implements I %8 { x(n: Int %9): Int %10 y: Int u: U %11 }\n" +
		"type O { o: Int %12 }\nunion U %13 = T | O\ninput In %14 { a: Int = 1 %15 b: E! = B %16 }\n" +
		"enum E %17 { A %18 B %19 }\nscalar S %20\n"
	const places = 21
	var all []*Case
	for i := range places {
		for j := i; j < places; j++ {
			if (i*7+j*3)%4 != 0 && i != j {
				continue
			}
			text := schema
			for k := places - 1; k >= 0; k-- {
				mark := ""
				if k == i || k == j {
					mark = "@inaccessible"
				}
				text = strings.ReplaceAll(text, fmt.Sprintf("%%%d", k), mark)
			}
			all = append(all, &Case{
				Group: "generated-inaccessible", Name: fmt.Sprintf("hide-%d-%d", i, j),
				Subgraphs: []Subgraph{{"a", header() + text}},
			})
		}
	}
	return all
}

// keyGraphs draws entities whose subgraphs know random keys of a pool, some unresolvable.
func keyGraphs() []*Case {
	var all []*Case
	for seed := range uint64(90) {
		r := rand.New(rand.NewPCG(seed, 1))
		pool := []string{"k1", "k2", "k3"}
		c := &Case{Group: "generated-keys", Name: fmt.Sprintf("graph-%02d", seed)}
		subgraphs := 3 + r.IntN(3)
		for s := range subgraphs {
			name := string(rune('a' + s))
			fields, keys := map[string]bool{}, ""
			for range 1 + r.IntN(2) {
				key := pool[r.IntN(len(pool))]
				if r.IntN(4) == 0 {
					if other := pool[r.IntN(len(pool))]; other != key {
						fields[other] = true
						key += " " + other
					}
				}
				fields[strings.Fields(key)[0]] = true
				keys += " @key(fields: \"" + key + "\""
				if r.IntN(6) == 0 {
					keys += ", resolvable: false"
				}
				keys += ")"
			}
			if r.IntN(3) == 0 {
				fields[pool[r.IntN(len(pool))]] = true
			}
			body := ""
			for _, k := range pool {
				if fields[k] {
					body += " " + k + ": ID! @shareable"
				}
			}
			text := header() + "type T" + keys + " {" + body + " f" + name + ": Int }\n"
			if s == 0 || r.IntN(4) == 0 {
				text += "type Query { t" + name + ": T }\n"
			}
			c.Subgraphs = append(c.Subgraphs, Subgraph{name, text})
		}
		all = append(all, c)
	}
	return all
}

// valueGraphs draws value types of which each subgraph knows a part, entered from several sides.
func valueGraphs() []*Case {
	var all []*Case
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 2))
		c := &Case{Group: "generated-values", Name: fmt.Sprintf("graph-%02d", seed)}
		for s := range 2 + r.IntN(2) {
			name := string(rune('a' + s))
			text := header() + "type Query @shareable {"
			for _, entry := range []string{"t: T", "u: U", "v: V"} {
				if s == 0 && entry == "t: T" || r.IntN(2) == 0 {
					text += " " + entry
				}
			}
			text += " own" + name + ": Int }\n"
			for _, t := range []struct{ name, link, inner string }{{"T", "u", "U"}, {"U", "v", "V"}, {"V", "", ""}} {
				key := ""
				if r.IntN(3) == 0 {
					key = " @key(fields: \"id\")"
				}
				text += "type " + t.name + key + " @shareable { id: ID!"
				if t.link != "" && (s == 0 || r.IntN(2) == 0) {
					text += " " + t.link + ": " + t.inner
				}
				for _, f := range []string{"p", "q"} {
					if r.IntN(3) != 0 {
						text += " " + f + ": Int"
					}
				}
				text += " }\n"
			}
			c.Subgraphs = append(c.Subgraphs, Subgraph{name, text})
		}
		all = append(all, c)
	}
	return all
}

// requireGraphs draws entities whose fields require each other across subgraphs without cycles, with some provided.
func requireGraphs() []*Case {
	var all []*Case
	for seed := range uint64(90) {
		r := rand.New(rand.NewPCG(seed, 3))
		c := &Case{Group: "generated-requires", Name: fmt.Sprintf("graph-%02d", seed)}
		subgraphs := 3 + r.IntN(2)
		owner := make([]int, 5)
		for f := range owner {
			owner[f] = r.IntN(subgraphs)
		}
		for s := range subgraphs {
			name := string(rune('a' + s))
			key := "id"
			if r.IntN(4) == 0 {
				key = "k"
			}
			body, external := "", map[int]bool{}
			for f := range owner {
				if owner[f] != s {
					continue
				}
				body += fmt.Sprintf(" f%d: Int @shareable", f)
				if needed := r.IntN(f + 1); needed < f && owner[needed] != s {
					body += fmt.Sprintf(" @requires(fields: \"f%d\")", needed)
					external[needed] = true
				}
			}
			query := ""
			if s == 0 || r.IntN(4) == 0 {
				query = "type Query { t" + name + ": T"
				if given := r.IntN(len(owner)); owner[given] != s && r.IntN(2) == 0 {
					query += fmt.Sprintf(" @provides(fields: \"f%d\")", given)
					external[given] = true
				}
				query += " }\n"
			}
			for f := range owner {
				if external[f] {
					body += fmt.Sprintf(" f%d: Int @external", f)
				}
			}
			keys := "@key(fields: \"" + key + "\")"
			body = " " + key + ": ID! @shareable" + body
			if key == "k" && r.IntN(2) == 0 {
				keys += " @key(fields: \"id\")"
				body += " id: ID! @shareable"
			}
			c.Subgraphs = append(c.Subgraphs, Subgraph{name, header() + query + "type T " + keys + " {" + body + " }\n"})
		}
		all = append(all, c)
	}
	return all
}

// abstractGraphs draws interfaces and unions of which each subgraph knows some members.
func abstractGraphs() []*Case {
	var all []*Case
	for seed := range uint64(80) {
		r := rand.New(rand.NewPCG(seed, 4))
		c := &Case{Group: "generated-abstract", Name: fmt.Sprintf("graph-%02d", seed)}
		for s := range 2 + r.IntN(2) {
			name := string(rune('a' + s))
			var members []string
			types := ""
			for _, m := range []string{"A", "B", "C"} {
				if r.IntN(6) == 0 && m != "A" {
					continue
				}
				members = append(members, m)
				implements, key, own := "", "", ""
				if r.IntN(8) != 0 {
					implements = " implements I"
				}
				if r.IntN(8) != 0 {
					key = " @key(fields: \"id\")"
				}
				if r.IntN(3) == 0 {
					own = " " + strings.ToLower(m) + name + ": Int"
				}
				types += "type " + m + implements + key + " { id: ID! @shareable x: Int @shareable" + own + " }\n"
			}
			text := header() + "type Query {"
			if s == 0 || r.IntN(2) == 0 {
				text += " i: I @shareable"
			}
			if s == 0 || r.IntN(2) == 0 {
				text += " u: U @shareable"
			}
			text += " w" + name + ": W }\ntype W @shareable { i: I"
			if r.IntN(2) == 0 {
				text += " u: U"
			}
			text += " }\ninterface I { x: Int }\n" + types + "union U = " + strings.Join(members, " | ") + "\n"
			c.Subgraphs = append(c.Subgraphs, Subgraph{name, text})
		}
		all = append(all, c)
	}
	return all
}

// mutationGraphs draws mutation fields that several subgraphs share, over values and entities of which each knows a
// part.
func mutationGraphs(count uint64) []*Case {
	var all []*Case
	for seed := range count {
		r := rand.New(rand.NewPCG(seed, 5))
		c := &Case{Group: "generated-mutations", Name: fmt.Sprintf("graph-%02d", seed)}
		keyed := []bool{r.IntN(2) == 0, r.IntN(3) == 0, r.IntN(3) == 0}
		for s := range 2 + r.IntN(3) {
			name := string(rune('a' + s))
			text := header() + "type Query { q" + name + ": Int"
			if r.IntN(4) == 0 {
				text += " t: T @shareable"
			}
			text += " }\ntype Mutation @shareable { own" + name + ": Int"
			for _, entry := range []string{"f: T", "g: U", "h: [W!]", "i: I"} {
				if r.IntN(2) == 0 {
					text += " " + entry
				}
			}
			text += " }\ninterface I { p: Int }\n"
			for i, t := range []string{"T", "U", "W"} {
				key, id := "", ""
				if keyed[i] && r.IntN(4) != 0 {
					key, id = " @key(fields: \"id\")", " id: ID!"
					if r.IntN(5) == 0 {
						key = " @key(fields: \"id\", resolvable: false)"
					}
				}
				text += "type " + t + " implements I" + key + " @shareable { p: Int" + id
				if i < 2 && r.IntN(3) != 0 {
					text += " next: " + []string{"U", "W"}[i]
				}
				for _, f := range []string{"x", "y"} {
					if r.IntN(3) != 0 {
						text += " " + f + ": Int"
					}
				}
				text += " }\n"
			}
			c.Subgraphs = append(c.Subgraphs, Subgraph{name, text})
		}
		all = append(all, c)
	}
	return all
}
