package planning

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/router/compose"
)

// choiceCases are graphs in which fields can be had from several subgraphs. Who takes the first, or the one that
// answers most, asks too often.
func choiceCases() []Case {
	return append(greedyCases(), []Case{
		{
			Name: "shareable-8", About: "8 fields that each of 8 subgraphs resolves",
			Subgraphs: spread("Query", 8, 8, func(_, _ int) bool { return true }),
			Operation: `{ item { f0 f1 f2 f3 f4 f5 f6 f7 } }`,
			Requests:  1, Waves: 1,
		},
		{
			Name: "shareable-8-entity", About: "8 fields that each of 8 other subgraphs resolves by key",
			Subgraphs: spread("entity", 8, 8, func(_, _ int) bool { return true }),
			Operation: `{ item { f0 f1 f2 f3 f4 f5 f6 f7 } }`,
			Requests:  2, Waves: 2,
		},
		{
			Name: "shareable-8-but-one", About: "8 fields, each in 7 of 8 subgraphs: no subgraph has all, any two do",
			Subgraphs: spread("entity", 8, 8, func(s, f int) bool { return s != f }),
			Operation: `{ item { f0 f1 f2 f3 f4 f5 f6 f7 } }`,
			Requests:  3, Waves: 2,
		},
		coverCase(40, 60, 4),
		beyondBudgetCase(),
		coupledCase(20, 24, 8),
		{
			Name: "many-places", About: "one entity at 24 places of the answer, its details elsewhere",
			Subgraphs: graph(
				"people", `type Query { person(id: Int): Person } type Person @key(fields: "id") { id: ID! friends: [Person] boss: Person }`,
				"profiles", `type Person @key(fields: "id") { id: ID! name: String photo: Photo } type Photo { url: String }`),
			Operation: manyPlaces(8),
			Requests:  2, Waves: 2,
		},
	}...)
}

// greedyCases are small, and each has a plan that is easily missed.
func greedyCases() []Case {
	return []Case{
		{
			Name: "greedy-pair", About: "a is in X and Y, b in Y and Z",
			Subgraphs: spread("entity", 3, 2, func(s, f int) bool { return s == f || s == f+1 }),
			Operation: `{ item { f0 f1 } }`,
			Requests:  2, Waves: 2,
		},
		{
			Name: "greedy-root", About: "root fields: a is in X and Y, b in Y and Z",
			Subgraphs: graph("x", `type Query { a: Int @shareable }`, "y", `type Query { a: Int @shareable b: Int @shareable }`, "z", `type Query { b: Int @shareable }`),
			Operation: `{ a b }`,
			Requests:  1, Waves: 1,
		},
		{
			Name: "greedy-ring", About: "12 fields in a ring of 12 subgraphs, each field in two neighbours",
			Subgraphs: spread("entity", 12, 12, func(s, f int) bool { return s == f || s == (f+1)%12 }),
			Operation: "{ item {" + fieldNames(12) + " } }",
			Requests:  7, Waves: 2,
		},
		{
			Name: "greedy-cover", About: "14 fields: two subgraphs hold half each, a third holds eight and leads astray",
			Subgraphs: spread("entity", 5, 14, coverTrap),
			Operation: "{ item {" + fieldNames(14) + " } }",
			Requests:  3, Waves: 2,
		},
		{
			Name: "greedy-cover-32", About: "32 fields over 24 subgraphs, each in four of them",
			Subgraphs: spread("entity", 24, 32, func(s, f int) bool {
				return s == f%24 || s == (f*5+7)%24 || s == (f*11+3)%24 || s == (f*f+13)%24
			}),
			Operation: "{ item {" + fieldNames(32) + " } }",
			Requests:  7, Waves: 2,
		},
		{
			Name: "greedy-below", About: "a composite field of two subgraphs, of which only the second has all below it",
			Subgraphs: graph(
				"a", `type Query { shop: Shop @shareable } type Shop @shareable { owner: Person } type Person @key(fields: "id") { id: ID! @shareable name: String @shareable }`,
				"b", `type Query { shop: Shop @shareable } type Shop @shareable { owner: Person } type Person @key(fields: "id") { id: ID! @shareable name: String @shareable street: String }`),
			Operation: `{ shop { owner { name street } } }`,
			Requests:  1, Waves: 1,
		},
		{
			Name: "greedy-places", About: "at one place a is in X and Y, at another b in Y and Z: one request for both places",
			Subgraphs: graph(
				"root", `type Query { here: T there: U } type T @key(fields: "id") { id: ID! } type U @key(fields: "id") { id: ID! }`,
				"x", `type T @key(fields: "id") { id: ID! a: Int @shareable }`,
				"y", `type T @key(fields: "id") { id: ID! a: Int @shareable } type U @key(fields: "id") { id: ID! b: Int @shareable }`,
				"z", `type U @key(fields: "id") { id: ID! b: Int @shareable }`),
			Operation: `{ here { a } there { b } }`,
			Requests:  2, Waves: 2,
		},
		{
			Name: "greedy-detour", About: "a is in X, and by key from X also in Y; b is only in Y: Y alone is enough",
			Subgraphs: graph(
				"root", `type Query { item: Item } type Item @key(fields: "id") { id: ID! }`,
				"x", `type Item @key(fields: "id") @key(fields: "code") { id: ID! code: ID! @shareable a: Int @shareable }`,
				"y", `type Item @key(fields: "code") @key(fields: "id") { id: ID! code: ID! @shareable a: Int @shareable b: Int }`),
			Operation: `{ item { code a b } }`,
			Requests:  2, Waves: 2,
		},
		{
			Name: "waves-before-requests", About: "three subgraphs at once, or one that has everything and is two steps away",
			Subgraphs: graph(
				"root", `type Query { item: Item } type Item @key(fields: "id") { id: ID! }`,
				"u", `type Item @key(fields: "id") { id: ID! a: Int @shareable }`,
				"v", `type Item @key(fields: "id") { id: ID! b: Int @shareable }`,
				"w", `type Item @key(fields: "id") { id: ID! c: Int @shareable }`,
				"y", `type Item @key(fields: "id") @key(fields: "code") { id: ID! code: ID! }`,
				"z", `type Item @key(fields: "code") { code: ID! a: Int @shareable b: Int @shareable c: Int @shareable }`),
			Operation: `{ item { a b c } }`,
			Requests:  4, Waves: 2,
		},
		{
			Name: "look-ahead", About: "two subgraphs find the owner, but only one of them with the key that the next step needs",
			Subgraphs: graph(
				"root", `type Query { item: Item } type Item @key(fields: "id") { id: ID! }`,
				"x", `type Item @key(fields: "id") { id: ID! owner: Owner @shareable } type Owner @key(fields: "id") { id: ID! name: String @shareable }`,
				"y", `type Item @key(fields: "id") { id: ID! owner: Owner @shareable } type Owner @key(fields: "id") @key(fields: "code") { id: ID! code: ID! name: String @shareable }`,
				"z", `type Owner @key(fields: "code") { code: ID! detail: String }`),
			Operation: `{ item { owner { name detail } } }`,
			Requests:  3, Waves: 3,
		},
		{
			Name: "look-ahead-far", About: "of six subgraphs that find the next item one has the value at the end; it is no better at any step before",
			Subgraphs: lookAheadFar(6),
			Operation: `{ item { next { next { next { next { name secret } } } } } }`,
			Requests:  2, Waves: 2,
		},
	}
}

// coverCase shares each of many fields between some subgraphs picked at random. Its Requests were found by a complete
// search.
func coverCase(subgraphs, fields, each int) Case {
	rnd := rand.New(rand.NewPCG(0, 1))
	in := map[[2]int]bool{}
	for f := range fields {
		for range each {
			in[[2]int{rnd.IntN(subgraphs), f}] = true
		}
	}
	return Case{
		Name: fmt.Sprintf("cover-%d", fields), About: fmt.Sprintf("%d fields, each in up to %d of %d subgraphs at random", fields, each, subgraphs),
		Subgraphs: spread("entity", subgraphs, fields, func(s, f int) bool { return in[[2]int{s, f}] }),
		Operation: "{ item {" + fieldNames(fields) + " } }",
		Requests:  12, Waves: 2,
	}
}

// beyondBudgetCase is too hard to be solved within the budget, so that Requests is not the least but an upper bound.
func beyondBudgetCase() Case {
	c := coverCase(46, 200, 6)
	c.Requests, c.BeyondBudget = 16, true
	return c
}

// coupledCase has several entities, each at a place of its own, whose fields are shared between three subgraphs each. The
// fewest subgraphs for all places together have to be found, since one request serves them all.
func coupledCase(subgraphs, fields, places int) Case {
	var root, types, operation strings.Builder
	pairs := []string{"root", ""}
	for p := range places {
		fmt.Fprintf(&root, " i%d: T%d", p, p)
		fmt.Fprintf(&types, " type T%d @key(fields: \"id\") { id: ID! }", p)
		fmt.Fprintf(&operation, " i%d {", p)
		for f := range fields {
			if (f+p)%places == 0 {
				fmt.Fprintf(&operation, " f%d", f)
			}
		}
		operation.WriteString(" }")
	}
	pairs[1] = "type Query {" + root.String() + " }" + types.String()
	for s := range subgraphs {
		var b strings.Builder
		for p := range places {
			fmt.Fprintf(&b, "type T%d @key(fields: \"id\") { id: ID!", p)
			for f := range fields {
				if s == (f+p)%subgraphs || s == (f*5+7*p)%subgraphs || s == (f*11+3+p*p)%subgraphs {
					fmt.Fprintf(&b, " f%d: Int @shareable", f)
				}
			}
			b.WriteString(" }\n")
		}
		pairs = append(pairs, fmt.Sprintf("s%02d", s), b.String())
	}
	return Case{
		Name: fmt.Sprintf("coupled-%d", places), About: fmt.Sprintf("%d places whose fields %d subgraphs share: one choice for all places", places, subgraphs),
		Subgraphs: graph(pairs...), Operation: "{" + operation.String() + " }",
		Requests: 5, Waves: 2,
	}
}

// lookAheadFar has subgraphs that all find an item's next one, and the last of which alone knows its secret.
func lookAheadFar(n int) []compose.Subgraph {
	pairs := []string{"root", `type Query { item: Item } type Item @key(fields: "id") { id: ID! }`}
	for i := range n {
		own := ""
		if i == n-1 {
			own = " secret: String"
		}
		pairs = append(pairs, fmt.Sprintf("s%d", i), `type Item @key(fields: "id") { id: ID! name: String @shareable next: Item @shareable`+own+` }`)
	}
	return graph(pairs...)
}

// spread makes n subgraphs s0, s1, ... that resolve those of the fields f0, f1, ... of Item that has names. The item
// is found in each of them, or, for entities, in a subgraph of its own.
func spread(root string, subgraphs, fields int, has func(subgraph, field int) bool) []compose.Subgraph {
	var pairs []string
	if root == "entity" {
		pairs = append(pairs, "root", `type Query { item: Item } type Item @key(fields: "id") { id: ID! }`)
	}
	for s := range subgraphs {
		var b strings.Builder
		if root == "entity" {
			b.WriteString(`type Item @key(fields: "id") { id: ID!`)
		} else {
			b.WriteString(`type Query { item: Item @shareable } type Item {`)
		}
		for f := range fields {
			if has(s, f) {
				fmt.Fprintf(&b, " f%d: Int @shareable", f)
			}
		}
		b.WriteString(" }")
		pairs = append(pairs, fmt.Sprintf("s%02d", s), b.String())
	}
	return graph(pairs...)
}

// coverTrap lays 14 fields out in two rows of seven. Subgraphs 0 and 1 have a row each; 2, 3 and 4 have four, two and
// one columns.
func coverTrap(s, f int) bool {
	row, column := f/7, f%7
	switch s {
	case 2:
		return column < 4
	case 3:
		return column == 4 || column == 5
	case 4:
		return column == 6
	}
	return s == row
}

func fieldNames(n int) string {
	var b strings.Builder
	for f := range n {
		fmt.Fprintf(&b, " f%d", f)
	}
	return b.String()
}

func manyPlaces(n int) string {
	lines := []string{"{"}
	for i := range n {
		lines = append(lines, fmt.Sprintf("  p%d: person(id: %d) { name photo { url } friends { name } boss { photo { url } } }", i, i))
	}
	return strings.Join(slices.Concat(lines, []string{"}"}), "\n")
}
