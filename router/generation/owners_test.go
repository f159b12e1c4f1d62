package generation

import (
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/supergraph"
)

// TestThePlaygroundIsToldWhoOwnsWhat composes a graph with a compound key, a requirement, a field that two subgraphs
// have, one that moves, and what clients must not see.
func TestThePlaygroundIsToldWhoOwnsWhat(t *testing.T) {
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",
		import: ["@key", "@shareable", "@external", "@requires", "@override", "@inaccessible"]) `
	result, errs := compose.Compose([]compose.Subgraph{
		{Name: "catalog", URL: "http://catalog.invalid", SDL: link + `
			type Query { product: Product }
			type Product @key(fields: "upc") @key(fields: "maker { id } model") {
				upc: ID! model: String! maker: Maker! weight: Int name: String @shareable cost: Int @inaccessible stock: Int }
			type Maker { id: ID! }
			type Ghost @inaccessible { id: ID }`},
		{Name: "inventory", URL: "http://inventory.invalid", SDL: link + `
			type Product @key(fields: "upc") {
				upc: ID! weight: Int @external name: String @shareable quote: Int @requires(fields: "weight")
				stock: Int @override(from: "catalog") }`},
		{Name: "links", URL: "http://links.invalid", SDL: link + `
			type Query { linked: Product }
			type Product @key(fields: "upc", resolvable: false) { upc: ID! }`},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	sg, err := supergraph.Load(result.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	got, err := owned(sg, []string{"Authorization"})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"types":[` +
		`{"name":"Maker","fields":[{"name":"id","type":"ID!","in":[{"subgraph":"catalog"}]}]},` +
		`{"name":"Product","keys":[{"subgraph":"catalog","fields":"upc"},{"subgraph":"catalog","fields":"maker { id } model"},` +
		`{"subgraph":"inventory","fields":"upc"}],"fields":[` +
		`{"name":"upc","type":"ID!","in":[{"subgraph":"catalog"},{"subgraph":"inventory"},{"subgraph":"links"}]},` +
		`{"name":"model","type":"String!","in":[{"subgraph":"catalog"}]},` +
		`{"name":"maker","type":"Maker!","in":[{"subgraph":"catalog"}]},` +
		`{"name":"weight","type":"Int","in":[{"subgraph":"catalog"}]},` +
		`{"name":"name","type":"String","in":[{"subgraph":"catalog"},{"subgraph":"inventory"}]},` +
		`{"name":"stock","type":"Int","in":[{"subgraph":"inventory"}]},` +
		`{"name":"quote","type":"Int","in":[{"subgraph":"inventory","requires":"weight"}]}]},` +
		`{"name":"Query","fields":[{"name":"product","type":"Product","in":[{"subgraph":"catalog"}]},` +
		`{"name":"linked","type":"Product","in":[{"subgraph":"links"}]}]}],"headers":["Authorization"]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
