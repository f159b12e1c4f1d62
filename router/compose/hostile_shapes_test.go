package compose_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/compose/problem"
)

// TestHostileShapes composes valid schemas that are large in one dimension only.
func TestHostileShapes(t *testing.T) {
	testHostile(t, []hostile{
		{name: "fields", build: alone(func(size int) string { return "type T { " + numbered(size, "f%d: Int\n") + "}" })},
		{name: "root fields", build: alone(func(size int) string {
			return "type T { a: Int }\nextend type Query { " + numbered(size, "f%d: T\n") + "}"
		})},
		{name: "types", build: alone(func(size int) string { return numbered(size, "type T%d { a: Int }\n") })},
		{name: "types in a chain", build: alone(func(size int) string {
			n := size / 40
			return "extend type Query { t: T0 }\n" + chain(n, "type T%d { a: Int next: T%d }\n") + fmt.Sprintf("type T%d { a: Int }", n)
		})},
		{name: "enum values", build: alone(func(size int) string {
			return "extend type Query { e(e: E): E }\nenum E { " + numbered(size, "V%d\n") + "}"
		})},
		{name: "union members", build: alone(func(size int) string {
			n := size / 35
			return "extend type Query { u: U }\n" + each(n, "type T%d { a: Int }\n") + "union U = " + each(n, "| T%d ")
		})},
		{name: "implementations", build: alone(func(size int) string {
			return "extend type Query { i: I }\ninterface I { a: Int }\n" + numbered(size, "type T%d implements I { a: Int }\n")
		})},
		{name: "interfaces of a type", build: alone(func(size int) string {
			n := size / 35
			return each(n, "interface I%d { a: Int }\n") + "type T implements " + each(n, "& I%d ") + "{ a: Int }\nextend type Query { t: T }"
		})},
		{name: "interface hierarchy", build: alone(hierarchy)},
		{name: "extensions", build: alone(func(size int) string { return "type T { a: Int }\n" + numbered(size, "extend type T { f%d: Int }\n") })},
		{name: "arguments", build: alone(func(size int) string { return "extend type Query { f(" + numbered(size, "a%d: Int\n") + "): Int }" })},
		{name: "input fields", build: alone(func(size int) string {
			return "extend type Query { f(i: I): Int }\ninput I { " + numbered(size, "f%d: Int = 1\n") + "}"
		})},
		{name: "input types in a chain", build: alone(func(size int) string {
			n := size / 40
			return "extend type Query { f(i: I0): Int }\n" + chain(n, "input I%d { a: Int next: I%d! }\n") + fmt.Sprintf("input I%d { a: Int }", n)
		})},
		{name: "deep lists", build: alone(func(size int) string {
			return "type T { " + numbered(size, "f%d: "+strings.Repeat("[", 998)+"Int"+strings.Repeat("]", 998)+"\n") + "}"
		})},
		{name: "deep default values", build: alone(func(size int) string {
			return "input I { i: I }\nextend type Query { " + numbered(size, "f%d(i: I = "+strings.Repeat("{i:", 998)+"null"+strings.Repeat("}", 998)+"): Int\n") + "}"
		})},
		{name: "long default value", build: alone(func(size int) string {
			return "extend type Query { f(l: [Int] = [" + numbered(size, "%d,") + "]): Int }"
		})},
		{name: "object value", build: alone(func(size int) string {
			n := size / 30
			return "input I { " + each(n, "f%d: Int\n") + "}\nextend type Query { f(i: I = {" + each(n, "f%d:1 ") + "}): Int }"
		})},
		{name: "description", build: alone(func(size int) string { return `"` + numbered(size, "%d ") + `" type T { a: Int }` })},
		{name: "block string", build: alone(func(size int) string { return `"""` + numbered(size, "\n    %d \\\"\"\" é") + `""" type T { a: Int }` })},
		{name: "descriptions", build: alone(func(size int) string { return "type T { " + numbered(size, "\"\"\"\n  x\n\"\"\" f%d: Int\n") + "}" })},
		{name: "comments", build: alone(func(size int) string { return numbered(size, "# é %d\n") + "type T { a: Int }" })},
		{name: "directives on an element", build: alone(func(size int) string { return "type T " + numbered(size, "@tag(name: \"t%d\")\n") + "{ a: Int }" })},
		{name: "the same directive again", build: alone(func(size int) string {
			return "type T " + strings.Repeat("@tag(name: \"t\")\n", size/16) + "{ a: Int }"
		})},
		{name: "directive definitions", build: alone(func(size int) string { return numbered(size, "directive @d%d on OBJECT\n") })},
		{name: "arguments of a directive", build: alone(func(size int) string {
			n := size / 30
			return "directive @d(" + each(n, "a%d: Int ") + ") on OBJECT\ntype T @d(" + each(n, "a%d: 1 ") + ") { a: Int }"
		})},
		{name: "composed directives", build: raw(func(size int) string {
			n := size / 130
			return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@composeDirective"]) @link(url: "https://x.dev/mine/v1.0", import: [` +
				each(n, `"@d%d" `) + "])" + each(n, `@composeDirective(name: "@d%d") `) + "\n" + each(n, "directive @d%d on FIELD_DEFINITION\n") + "type Query { " + each(n, "f%[1]d: Int @d%[1]d\n") + "}"
		})},
		{name: "links", build: raw(func(size int) string {
			return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12")` + numbered(size, "@link(url: \"https://x.dev/f%d/v1.0\")\n") + " type Query { a: Int }"
		})},
		{name: "imports", build: raw(func(size int) string {
			return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12") @link(url: "https://x.dev/f/v1.0", import: [` + numbered(size, "\"@d%d\" {name: \"T%[1]d\", as: \"U%[1]d\"}\n") + "]) type Query { a: Int }"
		})},
	})
}

// chain writes format for each of n pairs of neighbours.
func chain(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i, i+1)
	}
	return b.String()
}

// hierarchy is interfaces each of which implements all before it. What must be written grows with the square of their
// number.
func hierarchy(size int) string {
	var b strings.Builder
	b.WriteString("extend type Query { i: I0 }\n")
	above := ""
	for i := 0; b.Len() < size; i++ {
		implements := ""
		if above != "" {
			implements = "implements" + above
		}
		fmt.Fprintf(&b, "interface I%d %s { a: Int }\ntype T%d implements%s & I%d { a: Int }\n", i, implements, i, above, i)
		above += fmt.Sprintf(" & I%d", i)
	}
	return b.String()
}

// TestHostileFieldSets composes entities with many or large field sets.
func TestHostileFieldSets(t *testing.T) {
	names := func(n, length int) string {
		length = max(length, 7)
		return upTo(n*(length+1), func(i int) string { return fmt.Sprintf("%s%06d ", strings.Repeat("f", length-6), i) })
	}
	fields := func(n, length int, directive string) string {
		return strings.ReplaceAll(names(n, length), " ", ": Int "+directive+"\n")
	}
	deep := func(depth int, leaf string) string {
		return strings.Repeat("t{", depth) + leaf + strings.Repeat("}", depth)
	}
	testHostile(t, []hostile{
		{name: "keys", build: alone(func(size int) string {
			n := size / 45
			return "extend type Query { t: T }\ntype T " + each(n, "@key(fields: \"f%d\")\n") + "{" + each(n, "f%d: ID\n") + "}"
		})},
		{name: "wide key", build: alone(func(size int) string {
			n, length := 9000, size/9000-9
			return "type T @key(fields: \"" + names(n, max(length/2, 7)) + "\") {" + fields(n, max(length/2, 7), "") + "}"
		})},
		{name: "key over the limit", build: alone(func(size int) string {
			return "type T @key(fields: \"" + names(size/8, 7) + "\") { a: Int }"
		}), code: problem.KeyInvalidFields},
		{name: "wide requires", build: among(2, func(i, size int) string {
			n, length := 9000, max(size/9000-15, 7)
			if i == 0 {
				return "type T @key(fields: \"id\") { id: ID x: Int @requires(fields: \"" + names(n, length/2) + "\") " + fields(n, length/2, "@external") + "}"
			}
			return "type Query { t: T }\ntype T @key(fields: \"id\") { id: ID " + fields(n, length/2, "") + "}"
		})},
		{name: "deep keys", build: alone(func(size int) string {
			return "extend type Query { t: T }\n" + numbered(size, "type T%d @key(fields: \""+deep(990, "a")+"\") { t: T }\n") + "type T { t: T a: Int }"
		})},
		{name: "deep requires", build: among(2, func(i, size int) string {
			if i == 0 {
				return "type Query { e: E }\ntype E @key(fields: \"id\") { id: ID t: T @external " + numbered(size, "x%d: Int @requires(fields: \""+deep(990, "a")+"\")\n") + "}\ntype T { t: T @external a: Int @external }"
			}
			return "type E @key(fields: \"id\") { id: ID t: T }\ntype T { t: T a: Int }"
		})},
		{name: "provides", build: among(2, func(i, size int) string {
			n := size / 70
			if i == 0 {
				return "type Query { " + each(n, "t%d: T @provides(fields: \"f\")\n") + "}\ntype T @key(fields: \"id\") { id: ID f: Int @external " + each(n, "f%d: Int @shareable\n") + "}"
			}
			return "type T @key(fields: \"id\") { id: ID f: Int @shareable " + each(n, "f%d: Int @shareable\n") + "}"
		})},
		{name: "different provides", build: among(2, func(i, size int) string {
			n := size / 55
			if i == 0 {
				return "type Query { " + each(n, "t%[1]d: T @provides(fields: \"f%[1]d\")\n") + "}\ntype T @key(fields: \"id\") { id: ID " + each(n, "f%d: Int @external\n") + "}"
			}
			return "type T @key(fields: \"id\") { id: ID " + each(n, "f%d: Int @shareable\n") + "}"
		})},
		{name: "different provides and requires", build: among(2, func(i, size int) string {
			n := size / 95
			if i == 0 {
				return "type Query { " + each(n, "t%[1]d: T @provides(fields: \"f%[1]d\")\n") + "}\ntype T @key(fields: \"id\") { id: ID " + each(n, "f%[1]d: Int @external g%[1]d: Int @requires(fields: \"f%[1]d\")\n") + "}"
			}
			return "type T @key(fields: \"id\") { id: ID " + each(n, "f%d: Int @shareable\n") + "}"
		})},
		{name: "wide provides", build: among(2, func(i, size int) string {
			n, length := 9000, max(size/9000-20, 7)
			if i == 0 {
				return "type Query { t: T @provides(fields: \"" + names(n, length/2) + "\") } type T @key(fields: \"id\") { id: ID " + fields(n, length/2, "@external") + "}"
			}
			return "type T @key(fields: \"id\") { id: ID " + fields(n, length/2, "@shareable") + "}"
		})},
		{name: "deep provides", build: among(2, func(i, size int) string {
			if i == 0 {
				return "type Query { " + numbered(size, "t%d: T @provides(fields: \""+deep(900, "a")+"\")\n") + "}\ntype T @key(fields: \"id\") { id: ID a: Int @external t: T @shareable }"
			}
			return "type T @key(fields: \"id\") { id: ID a: Int @shareable t: T @shareable }"
		})},
	})
}

// TestHostileSubgraphs composes what is spread over many subgraphs.
func TestHostileSubgraphs(t *testing.T) {
	testHostile(t, []hostile{
		{name: "subgraphs with little each", table: true, build: func(size int) []compose.Subgraph {
			var out []compose.Subgraph
			for i := range size / 1024 {
				out = append(out, compose.Subgraph{Name: fmt.Sprintf("s%d", i), SDL: fmt.Sprintf("type Query { q%d: Int }\n", i) + strings.Repeat(" ", 1000)})
			}
			return out
		}},
		{name: "shared fields", build: among(8, func(i, size int) string {
			return "type Query { t: T @shareable }\ntype T @shareable { " + numbered(size, "f%d: Int\n") + "}"
		})},
		{name: "nullability that differs", build: among(8, func(i, size int) string {
			bang := ""
			if i%2 == 0 {
				bang = "!"
			}
			return "type Query { t: T @shareable }\ntype T @shareable { " + numbered(size, "f%d: Int"+bang+"\n") + "}"
		})},
		{name: "repeated directives", build: among(8, func(i, size int) string {
			return "type Query { t: T @shareable }\ntype T @shareable " + numbered(size, "@tag(name: \"t%d\")\n") + "{ a: Int }"
		})},
		{name: "scopes", build: among(2, func(i, size int) string {
			return "type Query { t: T @shareable }\ntype T @shareable @requiresScopes(scopes: [[" + numbered(size, "\"s%d\" ") + "]]) { a: Int }"
		})},
		{name: "list sizes", build: among(2, func(i, size int) string {
			n := size / 25
			return "type Query { q(" + each(n, "a%d: Int ") + "): [Int] @shareable @listSize(slicingArguments: [" + each(n, "\"a%d\" ") + "]) }"
		})},
		{name: "key chain", table: true, build: keyChain},
		{name: "entities", build: among(4, func(i, size int) string {
			return numbered(size, "type T%d @key(fields: \"id\") { id: ID f"+fmt.Sprint(i)+": Int }\n") + "type Query { q" + fmt.Sprint(i) + ": T0 }"
		})},
		{name: "overrides", build: among(2, func(i, size int) string {
			if i == 0 {
				return "type Query { t: T }\ntype T @key(fields: \"id\") { id: ID " + numbered(size, "f%d: Int @override(from: \"s001\")\n") + "}"
			}
			return "type T @key(fields: \"id\") { id: ID " + numbered(size, "f%d: Int                         \n") + "}"
		})},
		{name: "contexts", build: alone(func(size int) string {
			n := size / 190
			return "extend type Query { " + each(n, "t%[1]d: T%[1]d\n") + "}\n" + each(n, "type T%[1]d @context(name: \"c%[1]d\") { p: Int u: U%[1]d }\ntype U%[1]d @key(fields: \"id\") { id: ID f(a: Int @fromContext(field: \"$c%[1]d { p }\")): Int }\n")
		})},
		{name: "one context of many types", build: alone(func(size int) string {
			return "extend type Query { u: T0 }\n" + numbered(size, "type T%[1]d @context(name: \"c\") { p: Int u: U }\n") + "type U @key(fields: \"id\") { id: ID f(a: Int @fromContext(field: \"$c { p }\")): Int }\n"
		})},
		{name: "interface objects", build: among(2, func(i, size int) string {
			if i == 0 {
				return "type Query { i: I }\ninterface I @key(fields: \"id\") { id: ID }\n" + numbered(size, "type T%d implements I @key(fields: \"id\") { id: ID }\n")
			}
			return "type I @interfaceObject @key(fields: \"id\") { id: ID a: Int b: Int c: Int }"
		})},
	})
}

// keyChain is subgraphs each of which knows one key more of an entity than the one before.
func keyChain(size int) []compose.Subgraph {
	var out []compose.Subgraph
	n := size / 1024
	for i := range n {
		out = append(out, compose.Subgraph{Name: fmt.Sprintf("s%04d", i), SDL: link + fmt.Sprintf("type Query { q%d: T }\ntype T @key(fields: \"k%d\") @key(fields: \"k%d\") { k%d: ID k%d: ID f%d: Int }", i, i, i+1, i, i+1, i) + strings.Repeat(" ", 400)})
	}
	return out
}
