package supergraph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/growthtest"
	"github.com/weft-graphql/weft/router/supergraph"
)

const machinery = `
directive @link(url: String!, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
scalar join__FieldSet
`

const twoGraphs = `
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "http://a") B @join__graph(name: "b", url: "http://b") }
` + machinery

const query = "type Query @join__type(graph: A) { q: Int }\n"

// each writes format, which may use its number as %[1]d, for 0 to n-1.
func each(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestHostileSupergraphs loads supergraphs that are large in one dimension only, and broken ones.
func TestHostileSupergraphs(t *testing.T) {
	deep := strings.Repeat("t{", 900) + "a" + strings.Repeat("}", 900)
	for _, c := range []struct {
		name string
		body func(size int) string
		// broken is part of the error; empty for a supergraph in order.
		broken string
		// table says that the time or memory is a square, with a small factor: every abstract type has a bit for every object
		// type, and gqlparser's validation compares all fields, values or arguments of one element with each other.
		table bool
	}{
		{name: "fields", table: true, body: func(size int) string {
			return query + "type T @join__type(graph: A) @join__type(graph: B) { " + each(size/80, "f%050d: Int @join__field(graph: A)\n") + "}"
		}},
		{name: "objects", table: true, body: func(size int) string {
			return query + each(size/45, "type T%d @join__type(graph: A) { a: Int }\n")
		}},
		{name: "enum values", table: true, body: func(size int) string {
			return query + "enum E @join__type(graph: A) { " + each(size/80, "V%050d @join__enumValue(graph: A)\n") + "}"
		}},
		{name: "union members", table: true, body: func(size int) string {
			n := size / 105
			return query + each(n, "type T%d @join__type(graph: A) { a: Int }\n") + "union U @join__type(graph: A) " + each(n, "@join__unionMember(graph: A, member: \"T%d\")\n") + "= Query" + each(n, "| T%d ")
		}},
		{name: "implementations", table: true, body: func(size int) string {
			return query + "interface I @join__type(graph: A) { a: Int }\n" + each(size/100, "type T%d implements I @join__type(graph: A) @join__implements(graph: A, interface: \"I\") { a: Int }\n")
		}},
		{name: "interfaces of a type", table: true, body: func(size int) string {
			n := size / 105
			return query + each(n, "interface I%d @join__type(graph: A) { a: Int }\n") + "type T implements " + each(n, "& I%d ") + "@join__type(graph: A) " + each(n, "@join__implements(graph: A, interface: \"I%d\")\n") + "{ a: Int }"
		}},
		{name: "pairs of interface and implementation", table: true, body: func(size int) string {
			return query + each(size/150, "interface I%[1]d @join__type(graph: A) { a: Int }\ntype T%[1]d implements I%[1]d @join__type(graph: A) @join__implements(graph: A, interface: \"I%[1]d\") { a: Int }\n")
		}},
		{name: "arguments", table: true, body: func(size int) string {
			return "type Query @join__type(graph: A) { q(" + each(size/60, "a%046d: Int = 1\n") + "): Int }"
		}},
		{name: "input fields", table: true, body: func(size int) string {
			return query + "input I @join__type(graph: A) { " + each(size/60, "a%046d: Int = 1\n") + "}"
		}},
		{name: "keys", table: true, body: func(size int) string {
			n := size / 55
			return query + "type T " + each(n, "@join__type(graph: A, key: \"f%d\")\n") + "{" + each(n, "f%d: ID\n") + "}"
		}},
		{name: "wide key", table: true, body: func(size int) string {
			n := size / 110
			return query + "type T @join__type(graph: A, key: \"" + each(n, "f%050d ") + "\") {" + each(n, "f%050d: ID\n") + "}"
		}},
		{name: "deep keys", body: func(size int) string {
			return query + each(size/len(deep), "type T%d @join__type(graph: A, key: \""+deep+"\") { t: T }\n") + "type T @join__type(graph: A) { t: T a: Int }"
		}},
		{name: "deep types", body: func(size int) string {
			return query + "type T @join__type(graph: A) { " + each(size/1900, "f%d: "+strings.Repeat("[", 900)+"Int"+strings.Repeat("]", 900)+" @join__field(graph: A)\n") + "}"
		}},
		{name: "overrides", table: true, body: func(size int) string {
			return query + "type T @join__type(graph: A) @join__type(graph: B) { " + each(size/100, "f%d: Int @join__field(graph: A, override: \"b\", overrideLabel: \"l%[1]d\") @join__field(graph: B)\n") + "}"
		}},
		{name: "descriptions", body: func(size int) string { return query + "\"\"\"" + each(size/8, "  %d\n") + "\"\"\" scalar S" }},
		{name: "fields defined twice", body: func(size int) string {
			return query + "type T @join__type(graph: A) { " + strings.Repeat("f: Int\n", size/8) + "}"
		}, broken: "defined twice"},
		{name: "types defined twice", body: func(size int) string {
			return query + strings.Repeat("type T @join__type(graph: A) { a: Int }\n", size/40)
		}, broken: "defined twice"},
		{name: "unknown fields in a key", body: func(size int) string {
			return query + "type T @join__type(graph: A, key: \"" + each(size/9, "f%d ") + "\") { a: Int }"
		}, broken: "no field"},
		{name: "too deep a key", body: func(size int) string {
			return query + "type T @join__type(graph: A, key: \"" + strings.Repeat("t{", size/2) + "\") { t: T }"
		}, broken: "nesting depth"},
		{name: "too deep a type", body: func(size int) string { return "type Query { q: " + strings.Repeat("[", size) }, broken: "nesting depth"},
		{name: "too deep a value", body: func(size int) string { return "type Query { q(a: Int = " + strings.Repeat("[", size) }, broken: "nesting depth"},
		{name: "unclosed", body: func(size int) string { return strings.Repeat("type T {", size/8) }, broken: "not valid GraphQL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			check := growthtest.Linear
			if c.table {
				check = growthtest.Quadratic
			}
			check(t, func(size int) func() {
				sdl := twoGraphs + c.body(size)
				return func() { loadHostile(t, sdl, c.broken) }
			})
		})
	}
}

func loadHostile(t *testing.T, sdl, broken string) {
	t.Helper()
	_, err := supergraph.Load(sdl)
	switch {
	case err == nil && broken != "":
		t.Errorf("it loads, want an error about %q", broken)
	case err != nil && broken == "":
		t.Errorf("%.300s", err)
	case err != nil && !strings.Contains(err.Error(), broken):
		t.Errorf("%.300s: it says nothing about %q", err, broken)
	case err != nil && len(err.Error()) > 2000:
		t.Errorf("the error has %d characters", len(err.Error()))
	}
}

// TestManyFeatures loads a supergraph that links thousands of specifications.
func TestManyFeatures(t *testing.T) {
	growthtest.Linear(t, func(size int) func() {
		n := size / 100
		sdl := "schema @link(url: \"https://specs.apollo.dev/link/v1.0\") @link(url: \"https://specs.apollo.dev/join/v0.5\", for: EXECUTION) " +
			each(n, "@link(url: \"https://x.dev/f%d/v1.0\", import: [\"@d%[1]d\"])\n") + "{ query: Query }\nenum join__Graph { A @join__graph(name: \"a\", url: \"\") }\n" + machinery +
			query + each(n, "type T%d @join__type(graph: A) { a: Int }\n")
		return func() { loadHostile(t, sdl, "") }
	})
}
