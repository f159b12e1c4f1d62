package planning

import (
	"encoding/json"

	"github.com/weft-graphql/weft/bench/definition"
	"github.com/weft-graphql/weft/router/compose"
)

// basicCases are what most operations look like, and the operation of the router's own benchmark.
func basicCases() []Case {
	return []Case{
		{
			Name: "trivial", About: "one field of one subgraph",
			Subgraphs: graph("a", `type Query { hello: String }`),
			Operation: `{ hello }`,
			Requests:  1, Waves: 1,
		},
		{
			Name: "one-jump", About: "an entity whose second half lives elsewhere",
			Subgraphs: graph(
				"products", `type Query { product(id: ID!): Product } type Product @key(fields: "id") { id: ID! name: String }`,
				"reviews", `type Product @key(fields: "id") { id: ID! reviews: [Review] } type Review { body: String stars: Int }`),
			Operation: `query Product($id: ID! = "1") { product(id: $id) { name reviews { body stars } } }`,
			Requests:  2, Waves: 2,
		},
		benchmarkCase(),
		{
			Name: "fields-by-condition", About: "a fetch that @include and @skip decide about; here they ask for it",
			Subgraphs: graph(
				"products", `type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String }`,
				"stock", `type Product @key(fields: "id") { id: ID! inStock: Boolean shelf: String }`),
			Operation: `query Q($with: Boolean! = true, $without: Boolean! = false) {
  product { name inStock @include(if: $with) shelf @skip(if: $without) }
}`,
			Requests: 2, Waves: 2,
		},
		{
			Name: "federation-1", About: "subgraphs without @link: value types, extensions, external keys",
			Subgraphs: []compose.Subgraph{
				{Name: "accounts", URL: "http://accounts", SDL: `extend type Query { me: User } type User @key(fields: "id") { id: ID! name: String address: Address } type Address { city: String }`},
				{Name: "orders", URL: "http://orders", SDL: `extend type User @key(fields: "id") { id: ID! @external orders: [Order] } type Order @key(fields: "number") { number: Int! to: Address } type Address { city: String }`},
				{Name: "shipping", URL: "http://shipping", SDL: `extend type Order @key(fields: "number") { number: Int! @external state: String }`},
			},
			Operation: `{ me { name address { city } orders { number state to { city } } } }`,
			Requests:  3, Waves: 3,
		},
		{
			Name: "override", About: "fields that moved from one subgraph to another",
			Subgraphs: graph(
				"old", `type Query { item: Item } type Item @key(fields: "id") { id: ID! a: String b: String c: String }`,
				"new", `type Item @key(fields: "id") { id: ID! a: String @override(from: "old") b: String @override(from: "old") }`),
			Operation: `{ item { a b c } }`,
			Requests:  2, Waves: 2,
		},
		{
			Name: "provides", About: "a nested field that one subgraph provides along one path only",
			Subgraphs: graph(
				"reviews", `type Query { latest: [Review] } type Review @key(fields: "id") { id: ID! author: User @provides(fields: "name address { city }") product: Product }
type User @key(fields: "id") { id: ID! name: String @external address: Address @external }
type Address { city: String @external }
type Product @key(fields: "id") { id: ID! }`,
				"users", `type User @key(fields: "id") { id: ID! name: String @shareable address: Address @shareable } type Address { city: String @shareable zip: String @shareable }`,
				"products", `type Product @key(fields: "id") { id: ID! title: String }`),
			Operation: `{ latest { author { name address { city } } product { id } } }`,
			Requests:  1, Waves: 1,
		},
		{
			Name: "provides-not-enough", About: "what is provided saves nothing, since the owner must be asked anyway",
			Subgraphs: graph(
				"reviews", `type Query { latest: [Review] } type Review @key(fields: "id") { id: ID! author: User @provides(fields: "name") }
type User @key(fields: "id") { id: ID! name: String @external }`,
				"users", `type User @key(fields: "id") { id: ID! name: String @shareable email: String }`),
			Operation: `{ latest { author { name email } } }`,
			Requests:  2, Waves: 2,
		},
		{
			Name: "mutations", About: "four mutation fields in series, three of them with follow-ups",
			Subgraphs: graph(
				"cart", `type Query { cart: Cart } type Mutation { add(id: ID): Cart remove(id: ID): Cart clear: Boolean } type Cart @key(fields: "id") { id: ID! items: [Item] } type Item @key(fields: "id") { id: ID! }`,
				"orders", `type Mutation { order(cart: ID): Order } type Order @key(fields: "id") { id: ID! cart: Cart } type Cart @key(fields: "id") { id: ID! }`,
				"prices", `type Cart @key(fields: "id") { id: ID! total: Int } type Item @key(fields: "id") { id: ID! price: Int }`),
			Operation: `mutation {
  add(id: 1) { total items { price } }
  remove(id: 2) { total }
  order(cart: 1) { id cart { total items { id } } }
  clear
}`,
			Requests: 8, Waves: 7,
		},
	}
}

// benchmarkCase is the operation the router's benchmark sends.
func benchmarkCase() Case {
	c := Case{
		Name: "benchmark", About: "the operation of the router's benchmark: users, reviews and products, six levels deep",
		Requests: 6, Waves: 4,
	}
	for _, s := range definition.Subgraphs() {
		c.Subgraphs = append(c.Subgraphs, compose.Subgraph{Name: s.Name, URL: "http://" + s.Name, SDL: s.SDL})
	}
	workload, err := definition.FindWorkload("same")
	if err != nil {
		panic(err) // the workload is part of this repository
	}
	var body struct{ Query string }
	if err := json.Unmarshal(workload.Body, &body); err != nil {
		panic(err)
	}
	c.Operation = body.Query
	return c
}
