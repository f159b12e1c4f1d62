package planning

import (
	"fmt"
	"strings"
)

// largeCases are big operations over simple graphs.
func largeCases() []Case {
	return []Case{deepCase(20), wideCase(5_000), wideOneCase(5_000), fragmentCase()}
}

// deepCase alternates between two subgraphs at every level.
func deepCase(levels int) Case {
	var open strings.Builder
	for i := range levels {
		open.WriteString([]string{"books { title ", "author { name "}[i%2])
	}
	return Case{
		Name: fmt.Sprintf("deep-%d", levels), About: fmt.Sprintf("%d levels, each in another subgraph than the one above", levels),
		Subgraphs: graph(
			"authors", `type Query { me: Author } type Author @key(fields: "id") { id: ID! name: String } type Book @key(fields: "id") { id: ID! author: Author }`,
			"books", `type Author @key(fields: "id") { id: ID! books: [Book] } type Book @key(fields: "id") { id: ID! title: String }`),
		Operation: "{ me { " + open.String() + strings.Repeat("} ", levels) + "} }",
		Requests:  levels + 1, Waves: levels + 1,
	}
}

// wideCase selects n leaves of one entity at ten root fields; the entity is spread over ten subgraphs.
func wideCase(n int) Case {
	const subgraphs, places = 10, 10
	each := n / subgraphs / places
	var pairs []string
	var root, fields, operation strings.Builder
	for p := range places {
		fmt.Fprintf(&root, " t%d: T", p)
	}
	for s := range subgraphs {
		var body strings.Builder
		for f := range each {
			fmt.Fprintf(&body, " s%df%d: Int", s, f)
			fmt.Fprintf(&fields, " s%df%d", s, f)
		}
		pairs = append(pairs, fmt.Sprintf("s%d", s), `type T @key(fields: "id") { id: ID!`+body.String()+` }`)
	}
	operation.WriteString("{")
	for p := range places {
		fmt.Fprintf(&operation, " t%d {%s }\n", p, fields.String())
	}
	operation.WriteString("}")
	return Case{
		Name: fmt.Sprintf("wide-%d", n), About: fmt.Sprintf("%d leaves at %d places over %d subgraphs", n, places, subgraphs+1),
		Subgraphs: graph(append([]string{"root", "type Query {" + root.String() + ` } type T @key(fields: "id") { id: ID! }`}, pairs...)...),
		Operation: operation.String(),
		Requests:  subgraphs + 1, Waves: 2,
	}
}

// wideOneCase selects n aliased leaves, all of one subgraph.
func wideOneCase(n int) Case {
	var b strings.Builder
	b.WriteString("{ t {")
	for i := range n {
		fmt.Fprintf(&b, " a%d: f(n: %d)", i, i)
	}
	b.WriteString(" } }")
	return Case{
		Name: fmt.Sprintf("wide-%d-one-subgraph", n), About: fmt.Sprintf("one field with %d different arguments, under aliases", n),
		Subgraphs: graph("a", `type Query { t: T } type T @key(fields: "id") { id: ID! f(n: Int): Int }`, "b", `type T @key(fields: "id") { id: ID! g: Int }`),
		Operation: b.String(),
		Requests:  1, Waves: 1,
	}
}

// fragmentCase has fragments that use each other, so that a short document stands for 2,048 selections that merge into
// few.
func fragmentCase() Case {
	var b strings.Builder
	b.WriteString("{ t { ...F0 } }\n")
	const levels = 9
	for i := range levels {
		fmt.Fprintf(&b, "fragment F%d on T { id next { ...F%d } other: next { ...F%d } }\n", i, i+1, i+1)
	}
	fmt.Fprintf(&b, "fragment F%d on T { name size }\n", levels)
	return Case{
		Name: "fragments", About: "nested fragments, each used twice, nine levels deep",
		Subgraphs: graph(
			"a", `type Query { t: T } type T @key(fields: "id") { id: ID! name: String next: T }`,
			"b", `type T @key(fields: "id") { id: ID! size: Int }`),
		Operation: b.String(),
		Requests:  2, Waves: 2,
	}
}
