package plan_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/plan/plantest"
	"github.com/weft-graphql/weft/router/supergraph"
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

// TestFieldsOfUntypedObjectsAreRefused: objects of an interface object's interface can be, whether a type implements
// it or not, and what nobody can be asked for of them is an error, as the public conformance suite has it.
func TestFieldsOfUntypedObjectsAreRefused(t *testing.T) {
	result, errs := compose.Compose([]compose.Subgraph{
		{Name: "a", SDL: plantest.Link + `type Query { j: J } interface J @key(fields: "id") { id: ID! }`},
		{Name: "b", SDL: plantest.Link + `type J @interfaceObject @key(fields: "id", resolvable: false) { id: ID! z: Int }`},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	sg, err := supergraph.Load(result.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	for query, planned := range map[string]bool{"{ j { id } }": true, "{ j { z } }": false} {
		p, errs := operation.Prepare(sg, query, "", operation.Limits{})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		_, err := plan.New(sg).Plan(p.Operation(operation.ConditionSet{}))
		if untyped := (*plan.UntypedError)(nil); planned != (err == nil) || err != nil && !errors.As(err, &untyped) {
			t.Errorf("%s: %v", query, err)
		}
	}
}
