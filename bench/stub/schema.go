package stub

import (
	"fmt"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/bench/definition"
)

// federationMachinery is what a Federation subgraph adds to its schema: the directives the four schemas use and the
// two root fields every router relies on (https://www.apollographql.com/docs/federation/subgraph-spec).
const federationMachinery = `
directive @link(url: String!, import: [String!]) repeatable on SCHEMA
directive @key(fields: String!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @external on FIELD_DEFINITION | OBJECT
directive @requires(fields: String!) on FIELD_DEFINITION
directive @provides(fields: String!) on FIELD_DEFINITION
directive @shareable repeatable on FIELD_DEFINITION | OBJECT
scalar _Any
type _Service { sdl: String }
extend type Query { _service: _Service!  _entities(representations: [_Any!]!): [_Entity]! }
`

// entityUnions lists, per subgraph, the types whose representations it resolves.
var entityUnions = map[string]string{
	"accounts":  "union _Entity = User",
	"inventory": "union _Entity = Product",
	"products":  "union _Entity = Product",
	"reviews":   "union _Entity = Product | Review | User",
}

// mergedSchema is the graph a client of all four subgraphs sees, for answering an operation without any router.
const mergedSchema = `
type Query { me: User  user(id: ID!): User  users(n: Int): [User]  topProducts(first: Int = 5, n: Int): [Product] }
type User { id: ID!  name(n: Int): String  username: String  birthday: Int  reviews(n: Int): [Review] }
type Product {
  upc: String!  name(n: Int): String  price: Int  weight: Int  inStock(n: Int): Boolean  shippingEstimate: Int
  reviews(n: Int): [Review]
}
type Review { id: ID!  body: String  product: Product  author: User }
`

func subgraphSchema(s definition.Subgraph) (*ast.Schema, error) {
	union, known := entityUnions[s.Name]
	if !known {
		return nil, fmt.Errorf("no subgraph is called %q", s.Name)
	}
	schema, err := gqlparser.LoadSchema(
		&ast.Source{Name: s.Name + ".graphql", Input: s.SDL},
		&ast.Source{Name: "federation.graphql", Input: federationMachinery + union},
	)
	if err != nil {
		return nil, fmt.Errorf("schema of subgraph %s: %w", s.Name, err)
	}
	return schema, nil
}
