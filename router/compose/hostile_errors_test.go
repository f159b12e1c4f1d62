package compose_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/compose/problem"
)

// one is a type with a field for every part.
func one(part string) func(size int) []compose.Subgraph {
	return alone(func(size int) string { return "type T { " + numbered(size, part+"\n") + "}" })
}

// all repeats part behind some definitions.
func all(part string) func(size int) []compose.Subgraph {
	return alone(func(size int) string { return numbered(size, part+"\n") })
}

// both is two subgraphs with two halves of the size each.
func both(first, second string) func(size int) []compose.Subgraph {
	return among(2, func(i, size int) string {
		if i == 0 {
			return "type Query { q: Int }\n" + numbered(size, first+"\n")
		}
		n := strings.Count(numbered(size, first+"\n"), "\n")
		return each(n, second+"\n")
	})
}

// TestHostileSyntax feeds input that is not GraphQL.
func TestHostileSyntax(t *testing.T) {
	var cases []hostile
	for name, part := range map[string]string{
		"braces": "{", "types": "type T {", "lists": "[", "parentheses": "(", "quotes": `"`, "block strings": `"""`, "comments": "#",
		"numbers": "1", "escapes": `"\u00`, "carriage returns": "\r", "line breaks": "\n", "no-break spaces": "\u00a0", "broken characters": "\xff", "dots": "...", "commas": ",",
	} {
		inFieldSet := problem.KeyInvalidFields
		if name == "broken characters" {
			inFieldSet = problem.InvalidGraphQL // no string may have them
		}
		cases = append(cases,
			hostile{name: name, build: raw(func(size int) string { return strings.Repeat(part, size/len(part)) + "\n@" }), code: problem.InvalidGraphQL},
			hostile{name: name + " in a field", build: raw(func(size int) string { return "type T { f: " + strings.Repeat(part, size/len(part)) + "\n@" }), code: problem.InvalidGraphQL},
			hostile{name: name + " in a value", build: raw(func(size int) string { return "type T { f(a: Int = " + strings.Repeat(part, size/len(part)) + "\n@" }), code: problem.InvalidGraphQL},
			hostile{name: name + " in a field set", build: alone(func(size int) string {
				return "type T @key(fields: \"\"\"" + strings.ReplaceAll(strings.Repeat(part, size/len(part)), `"`, "'") + "\"\"\") { a: Int }"
			}), code: inFieldSet},
		)
	}
	testHostile(t, cases)
}

// TestHostileMistakes makes the same mistake thousands of times.
func TestHostileMistakes(t *testing.T) {
	graphql := problem.InvalidGraphQL
	testHostile(t, []hostile{
		{name: "unknown types", build: one("f%[1]d: Unknown%[1]d"), code: graphql, errors: 10_000},
		{name: "misspelt types", build: all("type Known%[1]d { f: Knwon%[1]d }"), code: graphql, errors: 10_000},
		{name: "misspelt directives", build: all("directive @known%[1]d on OBJECT type T%[1]d @knwon%[1]d { f: Int }"), code: graphql, errors: 10_000},
		{name: "long names", build: alone(func(size int) string {
			long := strings.Repeat("a", size/4)
			return "type X" + long + " { f: Y" + long + " }\ntype T @X" + long + " { f: Int }\ndirective @Y" + long + " on OBJECT"
		}), code: graphql},
		{name: "duplicate types", build: all("type T { f: Int } #%d"), code: graphql, errors: 10_000},
		{name: "duplicate fields", build: one("f: Int #%d"), code: graphql, errors: 10_000},
		{name: "duplicate arguments of types", build: all("type T%[1]d implements I & I { f: Int }"), code: graphql, errors: 10_000},
		{name: "duplicate directives", build: all("directive @d on OBJECT #%d"), code: graphql, errors: 10_000},
		{name: "repeated directives", build: alone(func(size int) string {
			return "directive @d on OBJECT\ntype T " + strings.Repeat("@d ", size/3) + "{ f: Int }"
		}), code: graphql},
		{name: "misplaced directives", build: all("type T%d @deprecated { f: Int }"), code: graphql, errors: 10_000},
		{name: "unknown arguments of directives", build: all("type T%d @key(fields: \"f\" x: 1) { f: Int }"), code: graphql, errors: 10_000},
		{name: "wrong values", build: one("f%d(a: Int = \"x\"): Int"), code: graphql, errors: 10_000},
		{name: "wrong long value", build: alone(func(size int) string { return "type T { f(a: Int = [" + numbered(size, "\"%d\" ") + "]): Int }" }), code: graphql},
		{name: "wrong object value", build: alone(func(size int) string {
			return "input I { a: Int }\ntype T { f(a: I = {" + numbered(size, "a%d: 1 ") + "}): Int }"
		}), code: graphql},
		{name: "reserved names", build: one("__f%d: Int"), code: graphql, errors: 10_000},
		{name: "empty types", build: all("type T%d"), code: graphql, errors: 10_000},
		{name: "output in input", build: all("input I%d { t: Query }"), code: graphql, errors: 10_000},
		{name: "input as output", build: alone(func(size int) string { return "input I { a: Int }\ntype T { " + numbered(size, "f%d: I\n") + "}" }), code: graphql, errors: 10_000},
		{name: "lacking interface fields", build: alone(func(size int) string {
			return "interface I { " + numbered(size, "f%d: Int\n") + "}\ntype T implements I { x: Int }"
		}), code: graphql, errors: 10_000},
		{name: "interface cycle", build: alone(func(size int) string {
			n := size / 50
			return chain(n, "interface I%d implements I%d { a: Int }\n") + fmt.Sprintf("interface I%d implements I0 { a: Int }", n)
		}), code: graphql, errors: 10_000},
		{name: "input cycle", build: alone(func(size int) string {
			n := size / 45
			return chain(n, "input I%d { a: I%d! b: I0! }\n") + fmt.Sprintf("input I%d { a: Int }", n)
		}), code: graphql, errors: 10_000},
		{name: "unions of unions", build: alone(func(size int) string { return "union U = Query\nunion V = " + numbered(size, "| U%.0d") }), code: graphql},
		{name: "conflicting imports", build: raw(func(size int) string {
			return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12")` + numbered(size, "@link(url: \"https://x.dev/f%d/v1.0\", import: [\"@d\"])\n") + " type Query { a: Int }"
		}), code: problem.InvalidLinkDirectiveUsage, errors: 10_000},
		{name: "unknown imports", build: raw(func(size int) string {
			return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: [` + numbered(size, "\"@d%d\" ") + "]) type Query { a: Int }"
		}), code: problem.InvalidLinkDirectiveUsage, errors: 10_000},
		{name: "bad links", build: raw(func(size int) string {
			return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12")` + numbered(size, "@link(url: \"%d\")\n") + " type Query { a: Int }"
		}), code: problem.InvalidLinkIdentifier, errors: 10_000},
	})
}

// TestHostileFederationMistakes breaks the rules of federation thousands of times.
func TestHostileFederationMistakes(t *testing.T) {
	testHostile(t, []hostile{
		{name: "unknown key fields", build: alone(func(size int) string { return "type T " + numbered(size, "@key(fields: \"f%d\")\n") + "{ a: Int }" }), code: problem.KeyInvalidFields, errors: 10_000},
		{name: "abstract key fields", build: alone(func(size int) string {
			n := min(size/40, 2000)
			pad := strings.Repeat("x", max(size/n/2-25, 1))
			return "interface I { a: Int }\ntype T @key(fields: \"" + each(n, "f"+pad+"%d { a } ") + "\") { " + each(n, "f"+pad+"%d: I\n") + "}"
		}), code: problem.KeyFieldsSelectInvalidType, errors: 1000},
		{name: "requires of what is not external", build: alone(func(size int) string {
			n := min(size/40, 9000)
			pad := strings.Repeat("x", max(size/n/2-15, 1))
			return "type T @key(fields: \"id\") { id: ID x: Int @requires(fields: \"" + each(n, "f"+pad+"%d ") + "\") " + each(n, "f"+pad+"%d: Int\n") + "}"
		}), code: problem.RequiresFieldsMissingExternal, errors: 1000},
		{name: "unused externals", build: one("f%d: Int @external"), code: problem.ExternalUnused, errors: 10_000},
		{name: "unshareable", build: both("type T%d { a: Int }", "type T%d { a: Int }"), code: problem.InvalidFieldSharing, errors: 5_000},
		{name: "different types", build: both("type T%d { a: Int @shareable }", "type T%d { a: String @shareable }"), code: problem.FieldTypeMismatch, errors: 5_000},
		{name: "different kinds", build: both("type T%d { a: Int }", "input T%d { a: Int }"), code: problem.TypeKindMismatch, errors: 5_000},
		{name: "extensions without base", build: all("extend type T%d { a: Int }"), code: problem.ExtensionWithNoBase, errors: 10_000},
		{name: "different enums", build: among(2, func(i, size int) string {
			values := numbered(size, fmt.Sprintf("V%d_%%d\n", i))
			return "type Query { q(e: E): E @shareable }\nenum E { " + values + "}"
		}), code: problem.EnumValueMismatch, errors: 10_000},
		{name: "overrides of itself", build: one("f%d: Int @override(from: \"a\")"), code: problem.OverrideFromSelfError, errors: 10_000},
		{name: "overrides of overrides", build: among(2, func(i, size int) string {
			return "type Query { q: Int @shareable }\ntype T @key(fields: \"id\") { id: ID " + numbered(size, fmt.Sprintf("f%%d: Int @override(from: \"s%03d\")\n", 1-i)) + "}"
		}), code: problem.OverrideSourceHasOverride, errors: 5_000},
		{name: "unsatisfiable", build: among(2, func(i, size int) string {
			if i == 0 {
				return "type Query { t: T }\ntype T @shareable { a: Int }"
			}
			return "type T @shareable { a: Int " + numbered(2*size, "f%d: Int\n") + "}"
		}), code: problem.SatisfiabilityError, errors: 10_000},
		{name: "unsatisfiable requirements", build: among(2, func(i, size int) string {
			if i == 0 {
				return "type Query { t: T }\ntype T @key(fields: \"id\") { id: ID " + numbered(size/2, "e%d: Int @external\n") + numbered(size, "f%[1]d: Int @requires(fields: \"e%[1]d\")\n") + "}"
			}
			return "type T { " + numbered(size/2, "e%d: Int\n") + "}"
		}), code: problem.RequiresInvalidFields},
		{name: "hidden and used", build: one("f%d(a: Query): Int"), code: problem.InvalidGraphQL},
		{name: "references to what is hidden", build: alone(func(size int) string {
			return "type H @inaccessible { a: Int }\ntype T { " + numbered(size, "f%d: H\n") + "}"
		}), code: problem.ReferencedInaccessible, errors: 10_000},
		{name: "contexts of nobody", build: alone(func(size int) string {
			return "type U @key(fields: \"id\") { id: ID " + numbered(size, "f%[1]d(a: Int @fromContext(field: \"$c%[1]d { p }\")): Int\n") + "}"
		}), code: problem.ContextNotSet, errors: 5_000},
		{name: "composed unknown directives", build: raw(func(size int) string {
			return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@composeDirective"])` + numbered(size, `@composeDirective(name: "@d%d") `) + "\ntype Query { a: Int }"
		}), code: problem.DirectiveCompositionError, errors: 10_000},
		{name: "one directive imported under many names", build: raw(func(size int) string {
			return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12") @link(url: "https://x.dev/mine/v1.0", import: [` +
				numbered(size, `{name: "@d" as: "@d%d"} `) + "]) type Query { a: Int }"
		}), code: problem.InvalidLinkDirectiveUsage},
		{name: "one directive composed under many names", table: true, build: func(size int) []compose.Subgraph {
			var out []compose.Subgraph
			for i := range size / 2048 {
				out = append(out, compose.Subgraph{Name: fmt.Sprintf("s%04d", i), SDL: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@composeDirective"]) @link(url: "https://x.dev/mine/v1.0", import: [` +
					fmt.Sprintf(`{name: "@d" as: "@d%[1]d"}]) @composeDirective(name: "@d%[1]d") directive @d%[1]d on OBJECT type Query { a%[1]d: Int }`, i) + strings.Repeat(" ", 1700)})
			}
			return out
		}, code: problem.DirectiveCompositionError, errors: 4_000},
		{name: "urls with a slash at the end", build: raw(func(size int) string {
			return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12")` + numbered(size, "@link(url: \"https://x.dev/f%d/v1.0/\")\n") + " type Query { a: Int }"
		}), code: problem.InvalidLinkIdentifier, errors: 10_000},
	})
}
