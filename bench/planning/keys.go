package planning

import (
	"fmt"
	"strings"
)

// keyCases are about the way from one subgraph to another.
func keyCases() []Case {
	return []Case{
		keyChain(3),
		keyChain(8),
		{
			Name: "key-shortcut", About: "a long chain of keys and, at its third step, a key that leads straight to the end",
			Subgraphs: graph(
				"a", `type Query { t: T } type T @key(fields: "k0") { k0: ID! }`,
				"b", `type T @key(fields: "k0") @key(fields: "k1") { k0: ID! k1: ID! }`,
				"c", `type T @key(fields: "k1") @key(fields: "k2") { k1: ID! k2: ID! }`,
				"d", `type T @key(fields: "k2") @key(fields: "k3") { k2: ID! k3: ID! }`,
				"e", `type T @key(fields: "k3") @key(fields: "k1") { k3: ID! k1: ID! price: Int }`),
			Operation: `{ t { price } }`,
			Requests:  3, Waves: 3,
		},
		{
			Name: "key-composite", About: "a composite, nested key whose parts two different subgraphs hold",
			Subgraphs: graph(
				"a", `type Query { t: T } type T @key(fields: "id") { id: ID! }`,
				"b", `type T @key(fields: "id") { id: ID! region: String @shareable }`,
				"c", `type T @key(fields: "id") { id: ID! owner: Owner @shareable } type Owner @shareable { number: Int team: Team } type Team @shareable { code: String }`,
				"d", `type T @key(fields: "region owner { number team { code } }") { region: String owner: Owner @shareable price: Int } type Owner @shareable { number: Int team: Team } type Team @shareable { code: String }`),
			Operation: `{ t { price } }`,
			Requests:  4, Waves: 3,
		},
		{
			Name: "key-not-resolvable", About: "subgraphs that know a key and resolve nothing by it, on the way to one that does",
			Subgraphs: graph(
				"a", `type Query { order: Order } type Order { id: ID! buyer: User } type User @key(fields: "id", resolvable: false) { id: ID! }`,
				"b", `type User @key(fields: "id") { id: ID! name: String company: Company } type Company @key(fields: "vat", resolvable: false) { vat: ID! }`,
				"c", `type Company @key(fields: "vat") { vat: ID! name: String }`),
			Operation: `{ order { id buyer { id name company { vat name } } } }`,
			Requests:  3, Waves: 3,
		},
		{
			Name: "key-by-value-type", About: "a value type that nobody can be asked for, reached through its parents again",
			Subgraphs: graph(
				"a", `type Query { user: User } type User @key(fields: "id") { id: ID! address: Address @shareable } type Address @shareable { street: String }`,
				"b", `type User @key(fields: "id") { id: ID! address: Address @shareable } type Address { city: City @shareable } type City @shareable { name: String }`,
				"c", `type User @key(fields: "id") { id: ID! address: Address @shareable } type Address { city: City @shareable } type City @shareable { zip: String }`),
			Operation: `{ user { address { street city { name zip } } } }`,
			Requests:  3, Waves: 2,
		},
	}
}

// keyChain makes n steps, each possible only with the key that the one before found.
func keyChain(n int) Case {
	pairs := []string{"s0", `type Query { t: T } type T @key(fields: "k0") { k0: ID! }`}
	for i := range n {
		body := fmt.Sprintf(`type T @key(fields: "k%d") @key(fields: "k%d") { k%d: ID! k%d: ID! }`, i, i+1, i, i+1)
		if i == n-1 {
			body = fmt.Sprintf(`type T @key(fields: "k%d") { k%d: ID! price: Int }`, i, i)
		}
		pairs = append(pairs, fmt.Sprintf("s%d", i+1), body)
	}
	return Case{
		Name: fmt.Sprintf("key-chain-%d", n), About: fmt.Sprintf("%d subgraphs, each with a key only for the next", n+1),
		Subgraphs: graph(pairs...), Operation: `{ t { price } }`,
		Requests: n + 1, Waves: n + 1,
	}
}

// requiresCases are about fields that need fields of other subgraphs.
func requiresCases() []Case {
	return []Case{
		{
			Name: "requires", About: "a field that needs two fields of another subgraph",
			Subgraphs: graph(
				"products", `type Query { products: [Product] } type Product @key(fields: "id") { id: ID! size: Int weight: Int }`,
				"shipping", `type Product @key(fields: "id") { id: ID! size: Int @external weight: Int @external costs: Int @requires(fields: "size weight") zone: String }`),
			Operation: `{ products { costs zone } }`,
			Requests:  2, Waves: 2,
		},
		requiresChain(6),
		{
			Name: "requires-diamond", About: "two fields that need the same one, and one that needs both",
			Subgraphs: graph(
				"a", `type Query { t: T } type T @key(fields: "id") { id: ID! a: Int }`,
				"b", `type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") }`,
				"c", `type T @key(fields: "id") { id: ID! a: Int @external c: Int @requires(fields: "a") }`,
				"d", `type T @key(fields: "id") { id: ID! b: Int @external c: Int @external d: Int @requires(fields: "b c") }`),
			Operation: `{ t { d } }`,
			Requests:  4, Waves: 3,
		},
		requiresWide(12),
		{
			Name: "requires-nested", About: "a required selection that itself crosses subgraphs, in a list",
			Subgraphs: graph(
				"orders", `type Query { order: Order } type Order @key(fields: "id") { id: ID! items: [Item] } type Item @key(fields: "sku") { sku: ID! }`,
				"catalog", `type Item @key(fields: "sku") { sku: ID! weight: Int maker: Maker } type Maker @key(fields: "id") { id: ID! }`,
				"makers", `type Maker @key(fields: "id") { id: ID! country: String }`,
				"shipping", `type Order @key(fields: "id") { id: ID! items: [Item] @external costs: Int @requires(fields: "items { weight maker { country } }") }
type Item @key(fields: "sku") { sku: ID! weight: Int @external maker: Maker @external } type Maker @key(fields: "id") { id: ID! country: String @external }`),
			Operation: `{ order { costs } }`,
			Requests:  4, Waves: 4,
		},
		{
			Name: "requires-against-client", About: "what is required and what the client asks differ in arguments and share names",
			Subgraphs: graph(
				"a", `type Query { t: T } type T @key(fields: "id") { id: ID! price(currency: String): Int }`,
				"b", `type T @key(fields: "id") { id: ID! price(currency: String): Int @external tax: Int @requires(fields: "price(currency: \"EUR\")") }`),
			Operation: `{ t { price(currency: "USD") tax id: price(currency: "CHF") } }`,
			Requests:  2, Waves: 2,
		},
	}
}

// requiresChain makes n subgraphs, each with a field that needs the one before.
func requiresChain(n int) Case {
	pairs := []string{"s0", `type Query { t: T } type T @key(fields: "id") { id: ID! f0: Int }`}
	for i := 1; i <= n; i++ {
		pairs = append(pairs, fmt.Sprintf("s%d", i), fmt.Sprintf(
			`type T @key(fields: "id") { id: ID! f%d: Int @external f%d: Int @requires(fields: "f%d") }`, i-1, i, i-1))
	}
	return Case{
		Name: fmt.Sprintf("requires-chain-%d", n), About: fmt.Sprintf("%d fields, each of which needs the one before, in a subgraph each", n),
		Subgraphs: graph(pairs...), Operation: fmt.Sprintf(`{ t { f%d } }`, n),
		Requests: n + 1, Waves: n + 1,
	}
}

// requiresWide makes a field that needs a field of each of n subgraphs.
func requiresWide(n int) Case {
	pairs := []string{"root", `type Query { t: T } type T @key(fields: "id") { id: ID! }`}
	var external, fields strings.Builder
	for i := range n {
		pairs = append(pairs, fmt.Sprintf("s%d", i), fmt.Sprintf(`type T @key(fields: "id") { id: ID! f%d: Int }`, i))
		fmt.Fprintf(&external, " f%d: Int @external", i)
		fmt.Fprintf(&fields, "f%d ", i)
	}
	pairs = append(pairs, "sum", fmt.Sprintf(`type T @key(fields: "id") { id: ID!%s sum: Int @requires(fields: "%s") }`, external.String(), fields.String()))
	return Case{
		Name: fmt.Sprintf("requires-wide-%d", n), About: fmt.Sprintf("a field that needs fields of %d subgraphs", n),
		Subgraphs: graph(pairs...), Operation: `{ t { sum } }`,
		Requests: n + 2, Waves: 3,
	}
}
