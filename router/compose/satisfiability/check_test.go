package satisfiability_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/satisfiability"
)

// supergraph completes a body with the enum of subgraphs a, b, c and d, and writes @t(x) for @join__type(graph: X) and
// @f(x) for @join__field(graph: X), so that the cases below stay readable.
func supergraph(body string) string {
	for _, g := range []string{"a", "b", "c", "d"} {
		upper := strings.ToUpper(g)
		for short, long := range map[string]string{
			"@t(": "@join__type(graph: ", "@f(": "@join__field(graph: ", "@i(": "@join__implements(graph: ", "@u(": "@join__unionMember(graph: ",
		} {
			body = strings.ReplaceAll(body, short+g+")", long+upper+")")
			body = strings.ReplaceAll(body, short+g+",", long+upper+",")
		}
	}
	return `enum join__Graph {
		A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "")
		C @join__graph(name: "c", url: "") D @join__graph(name: "d", url: "")
	}
	` + body
}

func check(t *testing.T, body string) []*problem.Error {
	t.Helper()
	errs, _ := satisfiability.Check(supergraph(body), satisfiability.Options{})
	return errs
}

func TestAnswerable(t *testing.T) {
	for name, body := range map[string]string{
		"a key leads to the field": `
			type Query @t(a) @t(b) { t: T @f(a) }
			type T @t(a, key: "id") @t(b, key: "id") { id: ID! y: Int @f(b) }`,
		"keys chain through a third subgraph": `
			type Query @t(a) @t(b) @t(c) { t: T @f(a) }
			type T @t(a, key: "id") @t(b, key: "id") @t(b, key: "k") @t(c, key: "k") { id: ID! @f(a) @f(b) k: ID! @f(b) @f(c) y: Int @f(c) }`,
		"a key is collected from two subgraphs": `
			type Query @t(a) { t: T }
			type T @t(a, key: "id") @t(b, key: "id") @t(c, key: "id") @t(d, key: "k1 k2") {
				id: ID! @f(a) @f(b) @f(c) k1: ID! @f(b) @f(d) k2: ID! @f(c) @f(d) y: Int @f(d) }`,
		"each path takes its own way in": `
			type Query @t(a) @t(b) { t: T @f(a) @f(b) }
			type T @t(a) @t(b) { x: Int @f(a) y: Int @f(b) }`,
		"a requirement is met elsewhere": `
			type Query @t(a) { t: T }
			type T @t(a, key: "id") @t(b, key: "id") { id: ID! w: Int @f(a) @f(b, external: true) x: Int @f(b, requires: "w") }`,
		"a provided field needs no jump": `
			type Query @t(a) @t(b) { t: T @f(a, provides: "x") }
			type T @t(a) @t(b) { x: Int @f(a, external: true) @f(b) }`,
		"a provided key opens the way": `
			type Query @t(a) { t: T @f(a, provides: "k") }
			type T @t(a) @t(b, key: "k") { k: ID! @f(a, external: true) @f(b) y: Int @f(b) }`,
		"implementations answer for their interface": `
			type Query @t(a) { i: I }
			interface I @t(a) @t(b) { x: Int }
			type S implements I @i(a, interface: "I") @i(b, interface: "I") @t(a, key: "id") @t(b, key: "id") { id: ID! x: Int @f(b) }`,
		"a type a subgraph never returns is not asked for": `
			type Query @t(a) @t(b) { u: U @f(a) v: U @f(b) }
			union U @t(a) @t(b) @u(a, member: "S") @u(b, member: "S") @u(b, member: "R") = S | R
			type S @t(a) @t(b) { x: Int }
			type R @t(b) { y: Int }`,
		"an interface object is told its type": `
			type Query @t(b) { i: I }
			interface I @t(a, key: "id") @t(b, key: "id", isInterfaceObject: true) { id: ID! y: Int @f(b) }
			type S implements I @i(a, interface: "I") @t(a, key: "id") { id: ID! x: Int y: Int @join__field }`,
		"an inaccessible field is not asked for": `
			type Query @t(a) @t(b) { t: T @f(a) }
			type T @t(a) @t(b) { x: Int @f(a) y: Int @f(b) @inaccessible }`,
		"both sides of a label are within reach": `
			type Query @t(a) { t: T }
			type T @t(a, key: "id") @t(b, key: "id") @t(c, key: "id") {
				id: ID! x: Int @f(b, override: "c", overrideLabel: "l") @f(c, overrideLabel: "l") }`,
		"a label on a key field elsewhere does not hide it here": `
			type Query @t(a) { t: T }
			type T @t(a, key: "id") @t(b, key: "id") @t(c, key: "id") @t(d, key: "id") {
				id: ID! @f(a) @f(b) @f(c, override: "d", overrideLabel: "l") @f(d, overrideLabel: "l")
				w: Int @f(b) @f(a, external: true) x: Int @f(a, requires: "w") }`,
		"what a label overrides still resolves while it is off": `
			type Query @t(a) { t: T }
			type T @t(a, key: "id") @t(b, key: "id") @t(c, key: "id") {
				id: ID! x: Int @f(b, override: "c", overrideLabel: "l") @f(c, usedOverridden: true, overrideLabel: "l") }`,
		"a context is set above": `
			type Query @t(a) { t: T }
			type T @t(a, key: "id") @context(name: "a__c") { id: ID! p: String u: U }
			type U @t(a, key: "id") { id: ID! f: Int @f(a, contextArguments: [{context: "a__c", name: "x", type: "String", selection: "{ p }"}]) }`,
		"directives can have other names": `
			extend schema @link(url: "https://specs.apollo.dev/link/v1.0")
				@link(url: "https://specs.apollo.dev/context/v0.1", import: [{name: "@context", as: "@ctx"}])
				@link(url: "https://specs.apollo.dev/inaccessible/v0.2", as: "hide")
			type Query @t(a) @t(b) { t: T @f(a) }
			type T @t(a, key: "id") @t(b) @ctx(name: "a__c") { id: ID! @f(a) p: String @f(a) u: U @f(a) y: Int @f(b) @hide }
			type U @t(a, key: "id") { id: ID! f: Int @f(a, contextArguments: [{context: "a__c", name: "x", type: "String", selection: "{ p }"}]) }`,
		"a type that one of the sharing subgraphs never returns is not asked for": `
			type Query @t(a) @t(b) @t(c) { u: U @f(a) @f(b) r: R @f(c) }
			union U @t(a) @t(b) @u(a, member: "S") @u(b, member: "S") @u(b, member: "R") = S | R
			type S @t(a) @t(b) { x: Int }
			type R @t(b) @t(c) { x: Int @f(b) @f(c) y: Int @f(c) }`,
		"the query type is everywhere": `
			type Query @t(a) @t(b) { t: T @f(a) y: Int @f(b) }
			type T @t(a) { query: Query }`,
	} {
		t.Run(name, func(t *testing.T) {
			for _, e := range check(t, body) {
				t.Error(e)
			}
		})
	}
}

func TestStuck(t *testing.T) {
	cases := map[string]struct {
		body       string
		code       problem.Code
		says       []string // parts of the message of the first error
		suggestion string   // part of its suggestion
	}{
		"no key leads there": {
			body: `
				type Query @t(a) @t(b) { t(id: ID!, n: Int): T @f(a) other: T @f(b) }
				type T @t(a) @t(b) { x: Int @f(a) @f(b) y: Int @f(b) }`,
			says:       []string{"t(id: \"any\") {\n      y\n", `"T.y" in this query, which is stuck at type "T" in "a"`, `"b" resolves it, but has no @key of T`},
			suggestion: `Resolve T.y in "a" too, marking it @shareable`,
		},
		"the key asks for a field that is not there": {
			body: `
				type Query @t(a) { t: T }
				type T @t(a, key: "id") @t(b, key: "k") { id: ID! @f(a) k: ID! @f(b) @inaccessible y: Int @f(b) }`,
			says:       []string{`its @key(fields: "k") needs "k", which cannot be resolved from "a"`},
			suggestion: `Let "a" resolve "k" of T`,
		},
		"the key is not resolvable": {
			body: `
				type Query @t(a) { t: T }
				type T @t(a, key: "id") @t(b, key: "id", resolvable: false) { id: ID! y: Int @f(b) }`,
			says:       []string{`its @key(fields: "id") is not resolvable`},
			suggestion: "drop `resolvable: false`",
		},
		"the subgraph only lacks the key": {
			body: `
				type Query @t(a) { t: T }
				type T @t(a, key: "id") @t(b) { id: ID! y: Int @f(b) }`,
			says:       []string{`"b" resolves it, but has no @key of T`},
			suggestion: `Add @key(fields: "id") to T in "b"`,
		},
		"nothing of the type is known but deeper": {
			body: `
				type Query @t(a) { one: One }
				type One @t(a) { two: [Two!]! }
				type Two @t(a) @t(b) { x: Int @f(a) y(in: In!, e: E!): Three @f(b) }
				type Three @t(b) { z: Int }
				enum E @t(b) { V W }
				input In @t(b) { n: Int! l: [String!]! m: Int }`,
			says: []string{"one {\n      two {\n        y(in: {n: 0, l: []}, e: V) { __typename }\n      }\n    }\n  }"},
		},
		"requirements that need each other": {
			body: `
				type Query @t(a) { t: T }
				type T @t(a, key: "id") @t(b, key: "id") @t(c, key: "id") { id: ID!
					v: Int @f(c, requires: "w") @f(b, external: true) w: Int @f(b, requires: "v") @f(c, external: true) }`,
			says: []string{`"c" resolves it with @requires(fields: "w"), of which "w" cannot be resolved`},
		},
		"no key to come back by": {
			body: `
				type Query @t(a) @t(b) { t: T @f(a) }
				type T @t(a) @t(b, key: "id") { id: ID! w: Int @f(a, external: true) @f(b) x: Int @f(a, requires: "w") }`,
			says: []string{"no @key of T by which to come back"},
		},
		"two places that know half a key each": {
			body: `
				type Query @t(a) @t(b) { t: T @f(a) @f(b) }
				type T @t(a) @t(b) @t(c, key: "k l") { k: ID! @f(a) @f(c) l: ID! @f(b) @f(c) y: Int @f(c) }`,
			says: []string{`cannot be resolved from one of "a" and "b" alone`},
		},
		"one side of a label is out of reach": {
			body: `
				type Query @t(a) { t: T }
				type T @t(a, key: "id") @t(b, key: "id") @t(c, key: "k") {
					id: ID! @f(a) @f(b) k: ID! @f(c) @inaccessible
					x: Int @f(c, override: "b", overrideLabel: "l") @f(b, overrideLabel: "l") }`,
			says: []string{`"b" resolves it only while the override label "l" is off`},
		},
		"the condition asks for a type that its subgraph never returns": {
			body: `
				type Query @t(a) { t: T }
				type T @t(a, key: "id") @t(b, key: "id") { id: ID! u: U @f(a) @f(b, external: true) x: Int @f(b, requires: "u { ... on R { r } }") }
				union U @t(a) @t(b) @u(a, member: "S") @u(b, member: "S") @u(b, member: "R") = S | R
				type S @t(a) @t(b) { s: Int }
				type R @t(b) { r: Int }`,
			says: []string{"t {\n      x\n", "... on R"},
		},
		"the context is missing on one way": {
			body: `
				type Query @t(a) { t: T u: U }
				type T @t(a, key: "id") @context(name: "a__c") { id: ID! p: String u: U }
				type U @t(a, key: "id") { id: ID! f: Int @f(a, contextArguments: [{context: "a__c", name: "x", type: "String", selection: "{ p }"}]) }`,
			says:       []string{"{\n    u {\n      f\n", `the context "c", which no object above`},
			suggestion: `Set the context "c"`,
		},
		"an interface object that cannot be told its type": {
			body: `
				type Query @t(b) { i: I }
				interface I @t(a, key: "id", resolvable: false) @t(b, key: "id", isInterfaceObject: true) { id: ID! y: Int @f(b) }
				type S implements I @i(a, interface: "I") @t(a, key: "id") { id: ID! x: Int y: Int @join__field }`,
			says:       []string{"i { __typename }", "no subgraph can be reached that knows"},
			suggestion: "Give interface I a resolvable @key",
		},
		"a mutation": {
			body: `
				type Query @t(a) @t(b) { a: Int @f(a) t: T @f(b) }
				type Mutation @t(a) { m: T }
				type T @t(a) @t(b) { x: Int @f(a) @f(b) y: Int @f(b) }`,
			says: []string{"mutation {\n    m {\n      y\n"},
		},
		"a subscription": {
			body: `
				type Query @t(a) @t(b) { a: Int @f(a) t: T @f(b) }
				type Subscription @t(a) { m: T }
				type T @t(a) @t(b) { x: Int @f(a) @f(b) y: Int @f(b) }`,
			says: []string{"subscription {\n    m {\n      y\n"},
		},
		"shared unions without a type in common": {
			code: problem.ShareableHasMismatchedRuntimeTypes,
			body: `
				type Query @t(a) @t(b) { u: U }
				union U @t(a) @t(b) @u(a, member: "S") @u(b, member: "R") = S | R
				type S @t(a) { x: Int }
				type R @t(b) { x: Int }`,
			says: []string{`"a" can return S`, `"b" can return R`},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			errs := check(t, c.body)
			if len(errs) == 0 {
				t.Fatal("it is answerable")
			}
			if c.code == "" {
				c.code = problem.SatisfiabilityError
			}
			if errs[0].Code != c.code {
				t.Errorf("code %s, want %s", errs[0].Code, c.code)
			}
			for _, part := range c.says {
				if !strings.Contains(errs[0].Message, part) {
					t.Errorf("the message lacks %q:\n%s", part, errs[0].Message)
				}
			}
			if !strings.Contains(errs[0].Suggestion, c.suggestion) {
				t.Errorf("the suggestion lacks %q: %s", c.suggestion, errs[0].Suggestion)
			}
		})
	}
}

func TestShortestQueryComesFirst(t *testing.T) {
	errs := check(t, `
		type Query @t(a) @t(b) { deep: D @f(a) t: T @f(b) t2: T @f(a) }
		type D @t(a) { t: T }
		type T @t(a) @t(b) { x: Int @f(a) y: Int @f(b) }`)
	if len(errs) != 2 { // x from b and y from a, each once however many queries show it
		t.Fatalf("%d errors: %v", len(errs), errs)
	}
	for _, e := range errs {
		if strings.Contains(e.Message, "deep") {
			t.Errorf("not the shortest query: %s", e.Message)
		}
	}
}

func TestRuntimeTypesThatDifferAreAHint(t *testing.T) {
	errs, hints := satisfiability.Check(supergraph(`
		type Query @t(a) @t(b) { u: U }
		union U @t(a) @t(b) @u(a, member: "S") @u(b, member: "S") @u(b, member: "R") = S | R
		type S @t(a) @t(b) { x: Int }
		type R @t(b) { x: Int }`), satisfiability.Options{})
	if len(errs) != 0 || len(hints) != 1 {
		t.Fatalf("errors %v, hints %v", errs, hints)
	}
	h := hints[0]
	if h.Code != problem.HintInconsistentRuntimeTypesForShareableReturn || h.Coordinate != "Query.u" || len(h.Subgraphs) != 2 {
		t.Errorf("%+v", h)
	}
}

// What a state shows hides behind the states of the same type that stand at fewer places and were visited before.
func TestRuntimeTypesAreJudgedDepthFirst(t *testing.T) {
	const shared = `
		type K @t(a, key: "id") @t(b, key: "id") { id: ID! w: W other: W @f(b) }
		type W @t(a) @t(b) { u: U }
		union U @t(a) @t(b) @u(a, member: "S") @u(b, member: "R") = S | R
		type S @t(a) { x: Int }
		type R @t(b) { x: Int }`
	if errs := check(t, `type Query @t(a) @t(b) { k: K @f(a) }`+strings.Replace(shared, "other: W @f(b)", "", 1)); len(errs) == 0 {
		t.Error("two subgraphs that return nothing in common are accepted")
	}
	if errs := check(t, `type Query @t(a) @t(b) { k: K @f(a) l: K @f(b) }`+shared); len(errs) != 0 {
		t.Errorf("what one subgraph alone explains is not accepted: %v", errs)
	}
}

func TestErrorsPointAtTheSubgraphs(t *testing.T) {
	errs, _ := satisfiability.Check(supergraph(`
		type Query @t(a) { t: T }
		type T @t(a, key: "id") @t(b) { id: ID! y: Int @f(b) }`), satisfiability.Options{
		Locate: func(subgraph, coordinate string) (problem.Position, bool) {
			known := map[string]int{"a T": 3, "b T": 5, "b T.y": 7}
			line, found := known[subgraph+" "+coordinate]
			return problem.Position{Subgraph: subgraph, Line: line, Column: 1}, found
		},
	})
	if len(errs) != 1 {
		t.Fatalf("%d errors", len(errs))
	}
	if got := errs[0].Positions; len(got) != 2 || got[0].Line != 3 || got[1].Line != 7 {
		t.Errorf("positions %v", got)
	}
	if got := strings.Join(errs[0].Subgraphs, " "); got != "a b" {
		t.Errorf("subgraphs %s", got)
	}
}

func TestErrorsAboutOneFieldAreBounded(t *testing.T) {
	body := "type T @t(a) @t(b) @t(c) @t(d) { x: Int y: Int @f(d, external: true) }\ntype Query @t(a) @t(b) @t(c) @t(d) {"
	for i, pair := range []string{"ab", "ac", "ad", "bc", "bd", "cd"} {
		body += fmt.Sprintf(" t%d: T @f(%c) @f(%c)", i, pair[0], pair[1])
	}
	if errs := check(t, body+" }"); len(errs) != 5 {
		t.Errorf("%d errors", len(errs))
	}
}

func TestSearchIsBounded(t *testing.T) {
	errs, _ := satisfiability.Check(supergraph(`
		type Query @t(a) { t: T u: U }
		type T @t(a) { u: U }
		type U @t(a) { t: T x: Int }`), satisfiability.Options{MaxStates: 1})
	if len(errs) != 1 || errs[0].Code != problem.MaxValidationSubgraphPathsExceeded {
		t.Errorf("%v", errs)
	}
}

func TestUnreadableSupergraph(t *testing.T) {
	for name, sdl := range map[string]string{
		"syntax":        "type {",
		"no subgraphs":  "type Query { a: Int }",
		"bad key":       supergraph(`type T @t(a, key: "id {") { id: ID! }`),
		"bad requires":  supergraph(`type T @t(a) { id: ID! @f(a, requires: "}") }`),
		"unknown graph": supergraph(`type T @join__type(graph: Z) { id: ID! }`),
	} {
		if errs, _ := satisfiability.Check(sdl, satisfiability.Options{}); len(errs) != 1 {
			t.Errorf("%s: %v", name, errs)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(supergraph(`type Query @t(a) { t: T } type T @t(a, key: "id") @t(b, key: "o { id }") { id: ID! o: O y: Int @f(b, requires: "o { ... on O { id } }") } type O @t(a) @t(b) { id: ID! }`))
	f.Add(supergraph(`type Query @t(a) { i: I @f(a, provides: "... on S { x }") } interface I @t(a, key: "id") @t(b, key: "id", isInterfaceObject: true) { id: ID! } type S implements I @i(a, interface: "I") @t(a, key: "id") { id: ID! x: Int @f(a, external: true) }`))
	f.Add(supergraph(`type Query @t(a) { u: U } union U @t(a) @u(a, member: "T") @context(name: "c") = T type T @t(a) { f: Int @f(a, contextArguments: [{context: "c", selection: "... on T { f }"}]) g: Int @f(a, overrideLabel: "l", override: "b") @f(b, overrideLabel: "l") }`))
	f.Fuzz(func(t *testing.T, sdl string) {
		satisfiability.Check(sdl, satisfiability.Options{MaxStates: 1000})
	})
}

func TestMutationsAreRunOnce(t *testing.T) {
	const both = `type Query @t(a) @t(b) { q: Int @f(a) } `
	for name, body := range map[string]string{
		"the rest comes by keys": both + `
			type Mutation @t(a) @t(b) { f: T }
			type T @t(a, key: "id") @t(b, key: "id") { id: ID! x: Int @f(a) y: Int @f(b) }`,
		"one of the subgraphs knows all": both + `
			type Mutation @t(a) @t(b) { f: T }
			type T @t(a) @t(b) { x: Int y: Int @f(b) }`,
		"another one for each field": both + `
			type Mutation @t(a) @t(b) { f: T g: U }
			type T @t(a) @t(b) { x: Int y: Int @f(b) }
			type U @t(a) @t(b) { x: Int y: Int @f(a) }`,
		"one of the subgraphs can enter the other": both + `
			type Mutation @t(a) @t(b) { f: T }
			type T @t(a, key: "id") @t(b, key: "id", resolvable: false) { id: ID! v: V @f(a) @f(b) }
			type V @t(a) @t(b) { x: Int @f(a) y: Int @f(b) }`,
		"leaves": both + `type Mutation @t(a) @t(b) { f: Int }`,
		"a field that is only asked of one subgraph": both + `
			type Mutation @t(a) @t(b) { f: T @f(a) }
			type T @t(a) { x: Int }`,
		"each side of a label": `
			type Query @t(a) @t(b) @t(c) { q: Int @f(a) }
			type Mutation @t(a) @t(b) { f: T @f(a, override: "b", overrideLabel: "l") @f(b, overrideLabel: "l") }
			type T @t(a) @t(b) { x: Int }`,
		"queries may begin anywhere": `
			type Query @t(a) @t(b) { t: T }
			type Mutation @t(a) { f: Int }
			type T @t(a) @t(b) { x: Int @f(a) y: Int @f(b) }`,
		"a mutation type below the root is no mutation": both + `
			type Mutation @t(a) @t(b) { f: Int @f(a) g: P @f(a) t: T }
			type P @t(a) { again: Mutation }
			type T @t(a) @t(b) { x: Int }`,
	} {
		t.Run(name, func(t *testing.T) {
			for _, e := range check(t, body) {
				t.Error(e)
			}
		})
	}
	for name, c := range map[string]struct {
		body string
		says []string
	}{
		"a value without keys": {both + `
			type Mutation @t(a) @t(b) { f: T }
			type T @t(a) @t(b) { x: Int @f(a) y: Int @f(b) }`,
			[]string{`"Mutation.f" is shared by "a" and "b"`, `If it is run by "a": No subgraph can answer "T.y"`, "mutation {\n      f {\n        y\n",
				`If it is run by "b": No subgraph can answer "T.x"`}},
		"a value below an entity": {both + `
			type Mutation @t(a) @t(b) { f: T }
			type T @t(a, key: "id", resolvable: false) @t(b, key: "id", resolvable: false) { id: ID! v: V @f(a) @f(b) }
			type V @t(a) @t(b) { x: Int @f(a) y: Int @f(b) }`, []string{`"Mutation.f"`, `"V.y"`}},
		"what satisfies another field does not satisfy this one": {`
			type Query @t(a) @t(b) @t(c) { q: Int @f(a) }
			type Mutation @t(a) @t(b) @t(c) { f: T @f(a) @f(b) g: T @f(b) @f(c) }
			type T @t(a) @t(b) @t(c) { x: Int @f(a) @f(b) @f(c) y: Int @f(a) @f(c) z: Int @f(a) @f(b) }`, []string{`"Mutation.g" is shared by "b" and "c"`}},
		"one side of a label": {`
			type Query @t(a) @t(b) @t(c) { q: Int @f(a) }
			type Mutation @t(a) @t(b) @t(c) { f: T @f(a, override: "c", overrideLabel: "l") @f(b) @f(c, overrideLabel: "l") }
			type T @t(a) @t(b) @t(c) { x: Int @f(a) @f(b) @f(c) y: Int @f(a) @f(b) z: Int @f(a) @f(c) }`, []string{`"Mutation.f" is shared by "b" and "c"`}},
		"below an interface": {both + `
			type Mutation @t(a) @t(b) { f: I }
			interface I @t(a) @t(b) { x: Int }
			type T implements I @i(a, interface: "I") @i(b, interface: "I") @t(a) @t(b) { x: Int y: Int @f(b) z: Int @f(a) }`, []string{`"Mutation.f"`, `"T.z"`}},
	} {
		t.Run(name, func(t *testing.T) {
			errs := check(t, c.body)
			if len(errs) != 1 || errs[0].Code != problem.SatisfiabilityError {
				t.Fatalf("%d errors, want one: %v", len(errs), errs)
			}
			for _, part := range c.says {
				if !strings.Contains(errs[0].Message, part) {
					t.Errorf("the message lacks %q:\n%s", part, errs[0].Message)
				}
			}
		})
	}
}
