package planning

import (
	"fmt"
	"strings"

	"github.com/weft-graphql/weft/router/compose"
)

// abstractCases are about interfaces, unions and interface objects.
func abstractCases() []Case {
	return []Case{
		{
			Name: "interface-60", About: "an interface of 60 entities whose shared field lives elsewhere, with a fragment for each",
			Subgraphs: implementations(60, `type Query { items: [Item] }`),
			Operation: "{ items { id name price" + fragments(60, "T%d", "own%d") + " } }",
			Requests:  2, Waves: 2,
		},
		{
			Name: "interface-60-nested", About: "the same interface three levels deep",
			Subgraphs: implementations(60, `type Query { items: [Item] }`),
			Operation: "{ items { name price related { price related { name price" + fragments(60, "T%d", "own%d") + " } } } }",
			Requests:  2, Waves: 2,
		},
		{
			Name: "interface-split", About: "implementations whose shared field lives in a different subgraph each",
			Subgraphs: graph(
				"root", `type Query { nodes: [Node] } interface Node { id: ID! } type A implements Node @key(fields: "id") { id: ID! } type B implements Node @key(fields: "id") { id: ID! } type C implements Node @key(fields: "id") { id: ID! }`,
				"ab", `type A @key(fields: "id") { id: ID! title: String @shareable } type B @key(fields: "id") { id: ID! title: String @shareable }`,
				"bc", `type B @key(fields: "id") { id: ID! title: String @shareable } type C @key(fields: "id") { id: ID! title: String @shareable }`,
				"ac", `type A @key(fields: "id") { id: ID! title: String @shareable } type C @key(fields: "id") { id: ID! title: String @shareable }`),
			Operation: `{ nodes { ... on A { title } ... on B { title } ... on C { title } } }`,
			Requests:  3, Waves: 2,
		},
		unionCase(20),
		{
			Name: "union-partial", About: "a shared union of which each subgraph knows other members",
			Subgraphs: graph(
				"a", `type Query { media: [Media] @shareable } union Media = Book | Song type Book @key(fields: "id") { id: ID! title: String @shareable } type Song @key(fields: "id") { id: ID! }`,
				"b", `type Book @key(fields: "id") { id: ID! pages: Int author: Author } type Author @key(fields: "id") { id: ID! works: [Media] } union Media = Book | Film type Film @key(fields: "id") { id: ID! length: Int @shareable }`,
				"c", `type Song @key(fields: "id") { id: ID! length: Int @shareable } type Film @key(fields: "id") { id: ID! title: String @shareable }`),
			Operation: `{ media { ... on Book { title pages author { works { ... on Film { title length } ... on Book { title } } } } ... on Song { length } } }`,
			Requests:  4, Waves: 3,
		},
		{
			Name: "interface-object", About: "fields that another subgraph adds to all implementations of an interface",
			Subgraphs: interfaceObject,
			Operation: `{ media { title reviews { stars } ... on Book { pages } } }`,
			Requests:  2, Waves: 2,
		},
		{
			Name: "interface-object-first", About: "what the root finds is an interface object, whose type must be asked for",
			Subgraphs: interfaceObject,
			Operation: `{ reviewed { reviews { stars } title ... on Book { pages } ... on Film { length } } }`,
			Requests:  2, Waves: 2,
		},
		{
			Name: "interface-object-requires", About: "a field of an interface object that needs a field of its implementations",
			Subgraphs: interfaceObject,
			Operation: `{ reviewed { __typename summary } media { ... on Film { summary } } }`,
			Requests:  4, Waves: 3,
		},
		{
			Name: "fragments-on-values", About: "value types behind an interface, partly here and partly there",
			Subgraphs: graph(
				"a", `type Query { page: Page } type Page @key(fields: "id") { id: ID! blocks: [Block] @shareable } interface Block { id: ID } type Text implements Block @shareable { id: ID text: String } type Image implements Block @shareable { id: ID url: String }`,
				"b", `type Page @key(fields: "id") { id: ID! blocks: [Block] @shareable likes: Int } interface Block { id: ID } type Text implements Block @shareable { id: ID text: String } type Image implements Block @shareable { id: ID url: String }`),
			Operation: `{ page { likes blocks { id ... on Text { text } ... on Image { url } } } }`,
			Requests:  2, Waves: 2,
		},
	}
}

// interfaceObject is a graph in which one subgraph has an interface and its implementations, and another sees the
// interface as if it were an object.
var interfaceObject = graph(
	"media", `type Query { media: [Media] } interface Media @key(fields: "id") { id: ID! title: String year: Int }
type Book implements Media @key(fields: "id") { id: ID! title: String year: Int pages: Int }
type Film implements Media @key(fields: "id") { id: ID! title: String year: Int length: Int }`,
	"reviews", `type Query { reviewed: [Media] } type Media @key(fields: "id") @interfaceObject { id: ID! year: Int @external reviews: [Review] summary: String @requires(fields: "year") } type Review { stars: Int }`)

// implementations is an interface of n entities in one subgraph, each with a field of its own, and their prices in
// another.
func implementations(n int, query string) []compose.Subgraph {
	var here, there strings.Builder
	here.WriteString(query + " interface Item { id: ID! name: String related: [Item] }\n")
	there.WriteString("interface Item { id: ID! price: Int }\n")
	for i := range n {
		fmt.Fprintf(&here, "type T%d implements Item @key(fields: \"id\") { id: ID! name: String related: [Item] own%d: Int }\n", i, i)
		fmt.Fprintf(&there, "type T%d implements Item @key(fields: \"id\") { id: ID! price: Int }\n", i)
	}
	return graph("items", here.String(), "prices", there.String())
}

func fragments(n int, typ, field string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " ... on "+typ+" { "+field+" }", i, i)
	}
	return b.String()
}

// unionCase is a union of n entities, each of which has a field in a subgraph of its own.
func unionCase(n int) Case {
	var root strings.Builder
	var pairs []string
	members := make([]string, n)
	for i := range n {
		members[i] = fmt.Sprintf("T%d", i)
		fmt.Fprintf(&root, "type T%d @key(fields: \"id\") { id: ID! }\n", i)
		pairs = append(pairs, fmt.Sprintf("s%02d", i), fmt.Sprintf(`type T%d @key(fields: "id") { id: ID! own%d: Int }`, i, i))
	}
	schema := "type Query { search: [Result] } union Result = " + strings.Join(members, " | ") + "\n" + root.String()
	return Case{
		Name: fmt.Sprintf("union-%d", n), About: fmt.Sprintf("a union of %d entities, each continued in a subgraph of its own", n),
		Subgraphs: graph(append([]string{"root", schema}, pairs...)...),
		Operation: "{ search {" + fragments(n, "T%d", "own%d") + " } }",
		Requests:  n + 1, Waves: 2,
	}
}
