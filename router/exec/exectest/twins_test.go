package exectest

import (
	"testing"

	"github.com/weft-graphql/weft/router/plan/plantest"
)

// TestCallsCompleteTheTwinsAtSeveralPositions asks at two positions for the same field of the same subgraph, whose call
// makes them see the values below once more. What such values lack is known at the positions where they have twins: a
// call for them has to complete those of both.
func TestCallsCompleteTheTwinsAtSeveralPositions(t *testing.T) {
	const head = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.8",
		import: ["@key", "@external", "@requires", "@provides", "@shareable"]) `
	world, err := plantest.NewWorld(`[
		{"@": "e0", "__typename": "E", "id": "0", "c0": "c0.0", "c1": "c1.0", "c2": "c2.0", "c3": "c3.0", "c4": "c4.0", "c5": "c5.0",
			"f1": "f1.0", "f2": "f2.0", "r0": [], "r1": "@e1"},
		{"@": "e1", "__typename": "E", "id": "1", "c0": "c0.1", "c1": null, "c2": "c2.1", "c3": "c3.1", "c4": "c4.1", "c5": "c5.1",
			"f1": null, "f2": "f2.1", "r0": ["@e0", "@e2"], "r1": "@e1"},
		{"@": "e2", "__typename": "E", "id": "2", "c0": "c0.2", "c1": "c1.2", "c2": "c2.2", "c3": "c3.2", "c4": "c4.2", "c5": "c5.2",
			"f1": "f1.2", "f2": "f2.2", "r0": ["@e1"], "r1": "@e0"},
		{"@": "h", "__typename": "H", "id": "h", "code": "h", "r0": ["@e1", "@e2"]},
		{"@": "Query", "q0": ["@e0", "@e2"], "q1": ["@h", "@h"]}
	]`)
	if err != nil {
		t.Fatal(err)
	}
	f, err := plantest.New(map[string]string{
		"a": head + `
			type E @key(fields: "id") { id: ID! @shareable r1: E @shareable f2: String @external f1: String @external
				c0: String @requires(fields: "f2 f1") c1: String @external c2: String @requires(fields: "c1 f1") }
			type H @key(fields: "id") @key(fields: "code") { id: ID! @shareable code: ID! @shareable r0: [E] @shareable }
			type Query { q0: [E] @shareable @provides(fields: "f1") q1: [H] @shareable }`,
		"b": head + `
			type E @key(fields: "id") { id: ID! @shareable f1: String @shareable f2: String @shareable c2: String @external
				c0: String @external c3: String @requires(fields: "c2 c0") c4: String @external c1: String @external
				c5: String @requires(fields: "c4 c1") }
			type H @key(fields: "id") { id: ID! @shareable r0: [E] @shareable }
			type Query { q0: [E] @shareable }`,
		"c": head + `
			type E @key(fields: "id") { id: ID! @shareable f1: String @shareable r0: [E] @provides(fields: "f2") r1: E @shareable
				c0: String @external c1: String @requires(fields: "c0") c3: String @external c4: String @requires(fields: "c3 c0")
				f2: String @external }
			type H @key(fields: "code") { code: ID! @shareable }
			type Query { q0: [E] @shareable q1: [H] @shareable }`,
	}, world, nil)
	if err != nil {
		t.Fatal(err)
	}
	const query = "{q1{r0{r0{c2} c5}} q0{x4:c4 r0{c2 r1{c5}}}}"
	got, want, p, err := answerTo(&servedFixture{Fixture: f}, query)
	if err != nil {
		t.Fatalf("%v%s", err, documents(p))
	}
	if string(got.Data) != want || len(got.Errors) > 0 {
		t.Errorf("%s\n got %s %v\nwant %s", documents(p), got.Data, got.Errors, want)
	}
}
