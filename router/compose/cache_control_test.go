package compose_test

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
)

const cacheControlDefinition = `
directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION
enum CacheControlScope { PUBLIC PRIVATE }
`

// What each subgraph says with @cacheControl is in the supergraph, by subgraph, and not in the API schema.
func TestCacheControlIsCarriedBySubgraph(t *testing.T) {
	result, errs := compose.Compose([]compose.Subgraph{
		{Name: "a", SDL: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])` + cacheControlDefinition + `
type Query { t(x: Int @cacheControl(maxAge: 1)): T @cacheControl(maxAge: 5) u: U }
union U @cacheControl(scope: PUBLIC) = T
interface I @cacheControl(inheritMaxAge: true) { id: ID! @cacheControl(maxAge: 9) }
type T implements I @key(fields: "id") @cacheControl(maxAge: 60) { id: ID! s: Int @shareable @cacheControl(maxAge: 3, scope: PRIVATE) }`},
		// Its own name for it, linked from somewhere.
		{Name: "b", SDL: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
  @link(url: "https://example.com/cacheControl/v0.1", import: [{name: "@cacheControl", as: "@keep"}])
directive @keep(maxAge: Int) on FIELD_DEFINITION | OBJECT
type T @key(fields: "id") @keep(maxAge: 10) { id: ID! s: Int @shareable }`},
		// Something else of that name: nothing of it means anything to us.
		{Name: "c", SDL: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
directive @cacheControl(maxAge: String, other: Int) on FIELD_DEFINITION | OBJECT
type T @key(fields: "id") @cacheControl(maxAge: "1 day") { id: ID! c: Int @cacheControl(other: 1) }`},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	sdl := strings.Join(strings.Fields(result.SupergraphSDL), " ")
	for _, want := range []string{
		`@link(url: "https://github.com/weft-graphql/weft/v0.1")`,
		`directive @weft__cacheControl(graph: join__Graph!, maxAge: Int, scope: String, inheritMaxAge: Boolean) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION`,
		`t(x: Int): T @join__field(graph: A) @weft__cacheControl(graph: A, maxAge: 5)`,
		`@weft__cacheControl(graph: A, scope: "PUBLIC") = T`,
		`@weft__cacheControl(graph: A, inheritMaxAge: true) { id: ID! @weft__cacheControl(graph: A, maxAge: 9) }`,
		`@weft__cacheControl(graph: A, maxAge: 60) @weft__cacheControl(graph: B, maxAge: 10) {`,
		`s: Int @join__field(graph: A) @join__field(graph: B) @weft__cacheControl(graph: A, maxAge: 3, scope: "PRIVATE")`,
		`c: Int @join__field(graph: C) }`,
	} {
		if !strings.Contains(sdl, want) {
			t.Errorf("the supergraph has no %s:\n%s", want, result.SupergraphSDL)
		}
	}
	if strings.Contains(result.APISDL, "weft") || strings.Contains(result.APISDL, "@cacheControl") {
		t.Errorf("clients see the machinery:\n%s", result.APISDL)
	}
}

// A graph without it is what the reference makes of it.
func TestCacheControlIsNotMentionedWhereNobodyUsesIt(t *testing.T) {
	result, errs := compose.Compose([]compose.Subgraph{{Name: "a", SDL: cacheControlDefinition + `type Query { a: Int }`}}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if strings.Contains(result.SupergraphSDL, "weft") {
		t.Error(result.SupergraphSDL)
	}
}
