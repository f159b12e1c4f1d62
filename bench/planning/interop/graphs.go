package main

import "github.com/weft-graphql/weft/router/compose"

// testGraph is a federated graph and queries over it that need what its name says.
type testGraph struct {
	name      string
	subgraphs []compose.Subgraph
	queries   []string
}

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", ` +
	`"@external", "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible", "@tag", "@composeDirective"])
`

// graph makes subgraphs of pairs of a name and a schema.
func graph(namesAndSchemas ...string) []compose.Subgraph {
	var out []compose.Subgraph
	for i := 0; i < len(namesAndSchemas); i += 2 {
		name := namesAndSchemas[i]
		out = append(out, compose.Subgraph{Name: name, URL: "http://" + name, SDL: namesAndSchemas[i+1]})
	}
	return out
}

// testGraphs are answered by made-up subgraphs, which make every object an id: in these graphs each object that is
// entered by key has one, or leads to its other keys from there.
var testGraphs = []testGraph{
	{"keys", graph(
		"a", link+`type Query { item(id: ID!): Item items(first: Int = 2): [Item!]! } type Item @key(fields: "id") { id: ID! title: String }`,
		"b", link+`type Item @key(fields: "id") @key(fields: "sku") { id: ID! sku: ID! }`,
		"c", link+`type Item @key(fields: "sku") @key(fields: "code") { sku: ID! code: ID! weight: Int }`,
		"d", link+`type Item @key(fields: "code") { code: ID! maker: Maker } type Maker @key(fields: "id", resolvable: false) { id: ID! }`,
		"e", link+`type Maker @key(fields: "id") { id: ID! name: String country(long: Boolean): String }`),
		[]string{`{ item(id: "7") { title weight maker { id name country(long: true) } } items { sku code maker { name } } }`}},
	{"requires", graph(
		"products", link+`type Query { products: [Product] } type Product @key(fields: "id") { id: ID! weight: Int size(unit: String): Int maker: Maker } type Maker @key(fields: "id") { id: ID! }`,
		"makers", link+`type Maker @key(fields: "id") { id: ID! country: String }`,
		"shipping", link+`type Product @key(fields: "id") { id: ID! weight: Int @external size(unit: String): Int @external maker: Maker @external
  label: String @requires(fields: "weight size(unit: \"cm\")") route: String @requires(fields: "maker { country }") zone: String }
type Maker @key(fields: "id") { id: ID! country: String @external }`,
		"billing", link+`type Product @key(fields: "id") { id: ID! label: String @external invoice: String @requires(fields: "label") }`),
		[]string{`{ products { label route zone } }`, `{ products { invoice size(unit: "in") } }`}},
	{"provides", graph(
		"reviews", link+`type Query { latest: [Review] } type Review @key(fields: "id") { id: ID! author: User @provides(fields: "name address { city }") subject: Subject @provides(fields: "... on Book { title }") }
type User @key(fields: "id") { id: ID! name: String @external address: Address @external } type Address { city: String @external }
union Subject = Book | Film type Book @key(fields: "id") { id: ID! title: String @external } type Film @key(fields: "id") { id: ID! }`,
		"users", link+`type User @key(fields: "id") { id: ID! name: String @shareable address: Address @shareable } type Address { city: String @shareable zip: String @shareable }`,
		"media", link+`type Book @key(fields: "id") { id: ID! title: String @shareable pages: Int } type Film @key(fields: "id") { id: ID! title: String }`),
		[]string{`{ latest { id author { name address { city } } subject { ... on Book { title } } } }`, `{ latest { author { address { zip city } } subject { __typename ... on Book { title pages } ... on Film { title } } } }`}},
	{"interfaces", graph(
		"catalog", link+`type Query { things: [Thing] thing: Thing } interface Thing { id: ID! name: String } interface Sold implements Thing { id: ID! name: String price: Int }
type Chair implements Thing & Sold @key(fields: "id") { id: ID! name: String price: Int legs: Int } type Lamp implements Thing & Sold @key(fields: "id") { id: ID! name: String price: Int watt: Int } type Note implements Thing @key(fields: "id") { id: ID! name: String text: String }`,
		"stock", link+`interface Stored { id: ID! count: Int } type Chair implements Stored @key(fields: "id") { id: ID! count: Int } type Lamp implements Stored @key(fields: "id") { id: ID! count: Int shelf: String }`),
		[]string{`{ things { __typename id name ... on Sold { price } ... on Chair { legs } ... on Stored { count } ... on Note { text } } thing { ... on Lamp { watt shelf } } }`}},
	{"unions", graph(
		"search", link+`type Query { search(text: String!): [Result!]! } union Result = Person | Place type Person @key(fields: "id") { id: ID! related: [Result] } type Place @key(fields: "id") { id: ID! }`,
		"people", link+`type Person @key(fields: "id") { id: ID! name: String lives: Place } type Place @key(fields: "id") { id: ID! }`,
		"places", link+`type Place @key(fields: "id") { id: ID! city: String host: Result } union Result = Person | Place | Event type Person @key(fields: "id") { id: ID! } type Event { id: ID! date: String }`),
		[]string{`{ search(text: "x") { __typename ... on Person { name lives { city } related { ... on Place { city } } } ... on Place { city host { ... on Event { date } ... on Person { name } } } } }`}},
	{"interface objects", graph(
		"media", link+`type Query { media: [Media] } interface Media @key(fields: "id") { id: ID! title: String year: Int } type Book implements Media @key(fields: "id") { id: ID! title: String year: Int pages: Int } type Film implements Media @key(fields: "id") { id: ID! title: String year: Int length: Int }`,
		"reviews", link+`type Query { reviewed: [Media] } type Media @key(fields: "id") @interfaceObject { id: ID! year: Int @external stars: Int summary: String @requires(fields: "year") }`),
		[]string{`{ media { __typename title stars summary ... on Book { pages } } }`, `{ reviewed { __typename stars title summary ... on Film { length stars } } }`}},
	{"overrides", graph(
		"old", link+`type Query { item: Item flag: Boolean } type Item @key(fields: "id") { id: ID! name: String price: Int size: Int }`,
		"new", link+`type Query { flag: Boolean @override(from: "old") } type Item @key(fields: "id") { id: ID! name: String @override(from: "old") price: Int @override(from: "old", label: "percent(0)") colour: String }`),
		[]string{`{ flag item { name price size colour } }`}},
	{"value types and enums", graph(
		"a", link+`type Query { order: Order orders(state: State, where: Filter): [Order] } type Order @key(fields: "id") { id: ID! total: Money state: State } type Money @shareable { amount: Int currency: Currency } enum Currency { EUR USD CHF } enum State { OPEN SHIPPED DONE } input Filter { state: State = OPEN min: Int secret: Boolean } scalar Date`,
		"b", link+`type Query { cheapest(where: Filter!): Order } type Order @key(fields: "id") { id: ID! shipping: Money sent: Date history: [Step!] } type Step { state: State at: Date price: Money } type Money @shareable { amount: Int currency: Currency } enum Currency { EUR USD CHF } enum State { OPEN SHIPPED DONE } input Filter { state: State = OPEN min: Int } scalar Date`),
		[]string{`{ order { total { amount currency } shipping { amount currency } sent history { state at price { currency } } } orders(state: SHIPPED, where: {min: 3}) { id state sent } cheapest(where: {state: DONE}) { id total { amount } shipping { amount } } }`}},
	{"federation 1", graph(
		"accounts", `extend type Query { me: User users: [User] } type User @key(fields: "id") { id: ID! name: String address: Address } type Address { city: String zip: String }`,
		"orders", `extend type User @key(fields: "id") { id: ID! @external name: String @external orders: [Order] greeting: String @requires(fields: "name") } type Order @key(fields: "id") { id: ID! to: Address by: User @provides(fields: "name") } type Address { city: String zip: String }`,
		"shipping", `extend type Order @key(fields: "id") { id: ID! @external state: String }`),
		[]string{`{ me { name address { city } greeting orders { id state to { city zip } by { name } } } users { id orders { state } } }`}},
	{"access and names", graph(
		"a", `schema @link(url: "https://specs.apollo.dev/federation/v2.7", as: "fed", import: [{name: "@key", as: "@id"}, "@inaccessible", "@tag"]) @link(url: "https://example.com/note/v1.0", import: ["@note"]) @fed__composeDirective(name: "@note") { query: RootA mutation: Changes }
directive @note(text: String) repeatable on FIELD_DEFINITION | OBJECT
type RootA { book(id: ID!): Book @note(text: "one") secret: String @inaccessible } type Changes { rename(id: ID!, to: String!): Book }
type Book @id(fields: "id") @note(text: "a") @note(text: "b") { id: ID! title: String @tag(name: "public") hidden: Int @inaccessible }`,
		"b", link+`type Query { books: [Book] } type Mutation { rate(id: ID!, stars: Int!): Book } type Book @key(fields: "id") { id: ID! stars: Float "How it is bound." binding(kind: Kind = SOFT @inaccessible): String @deprecated(reason: "gone") } enum Kind { SOFT HARD SECRET @inaccessible }`),
		[]string{`{ book(id: 1) { title stars binding } books { id title stars } }`, `mutation { rename(id: 1, to: "x") { id title stars } rate(id: 2, stars: 4) { title } }`}},
}

// serviceQueries are asked of the project's own four services.
var serviceQueries = []string{
	`{ topProducts(first: 3) { upc name price currency brand { name } category { name } inStock totalStock shippingEstimate(method: EXPRESS) reviews(first: 2) { rating title author { username name } } } }`,
	`{ search(query: "oak", first: 5) { nodes { __typename ... on Product { name price inStock } ... on Category { name } ... on Brand { name } } } }`,
	`{ users(first: 3) { nodes { id username reviews(first: 2) { body product { name weight shippingEstimate stock { quantity warehouse { city } } } } } } }`,
	`{ warehouses { id city country } recentReviews(first: 4) { id rating author { username } product { upc sku name } } lowStock(threshold: 50, first: 3) { nodes { upc name price } } }`,
}
