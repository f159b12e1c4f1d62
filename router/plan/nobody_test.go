package plan_test

import (
	"math/rand/v2"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/plan/plantest"
)

// TestFieldsOfNobodyArePlanned plans what is selected on interfaces that no type implements. Such graphs compose, since
// there are no objects whose fields could be out of reach.
func TestFieldsOfNobodyArePlanned(t *testing.T) {
	for _, c := range []struct {
		name      string
		subgraphs map[string]string
	}{
		{"an extension adds a field", map[string]string{
			"a": plantest.Link + `type Query { i: I } interface I { x: Int below: I2 } interface I2 { z: Int }`,
			"b": plantest.Link + `type Query { b: Int } interface I { y: Int down: I } interface I2 { w: String }`,
		}},
		{"each of two sources has some fields", map[string]string{
			"a": plantest.Link + `type Query { i: I } interface I { x: Int y: Int }`,
			"b": plantest.Link + `type Query { j: I } interface I { x: Int z: I }`,
		}},
		{"an interface object that cannot be entered has a field", map[string]string{
			"a": plantest.Link + `type Query { j: J } interface J @key(fields: "id") { id: ID! }`,
			"b": plantest.Link + `type J @interfaceObject @key(fields: "id", resolvable: false) { id: ID! z(n: Int): Int down: J }`,
		}},
		{"an interface object is the source", map[string]string{
			"a": plantest.Link + `type Query { a: Int } interface J @key(fields: "__typename", resolvable: false) { id: ID! }`,
			"b": plantest.Link + `type Query { j: J } type J @interfaceObject @key(fields: "id") { id: ID! @external x: Int }`,
		}},
		{"a mutation answers with it", map[string]string{
			"a": plantest.Link + `type Query { a: Int } type Mutation { m: I } interface I { x: Int }`,
			"b": plantest.Link + `type Query { b: Int } interface I { y: Int }`,
		}},
	} {
		var subgraphs []compose.Subgraph
		for name, sdl := range c.subgraphs {
			subgraphs = append(subgraphs, compose.Subgraph{Name: name, SDL: sdl})
		}
		result, errs := compose.Compose(subgraphs, compose.Options{})
		if len(errs) > 0 {
			t.Errorf("%s: %v", c.name, errs)
			continue
		}
		if err := plantest.Unplanned(result.SupergraphSDL, rand.New(rand.NewPCG(1, 2)), 50); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
