package compose_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/compose/problem"
)

// options writes n alternatives of one scope each, as the value of scopes.
func options(n int, prefix string) string {
	return "[" + each(n, `["`+prefix+`%d"]`) + "]"
}

// TestHostileAccess composes access requirements whose combinations are many more than what is written.
func TestHostileAccess(t *testing.T) {
	const code = problem.DirectiveCompositionError
	query := func(i int) string { return fmt.Sprintf("type Query { q%d: T }\n", i) }
	testHostile(t, []hostile{
		{name: "alternatives of many subgraphs", build: among(12, func(i, size int) string {
			return query(i) + "type T @shareable @policy(policies: " + options(size/12, fmt.Sprintf("p%d_", i)) + ") { a: Int }"
		}), code: code, errors: 1},
		{name: "few alternatives of many subgraphs", build: among(64, func(i, size int) string {
			return query(i) + "type T @shareable @requiresScopes(scopes: " + options(2, fmt.Sprintf("s%d_", i)) + ") { a: Int }" + strings.Repeat(" ", size)
		}), code: code, errors: 1},
		{name: "alternatives in common", build: among(4, func(i, size int) string {
			return query(i) + "type T @shareable @requiresScopes(scopes: " + options(size/12-i, "s") + ") { a: Int }"
		})},
		{name: "one alternative each", build: among(4, func(i, size int) string {
			return query(i) + "type T @shareable @requiresScopes(scopes: [[" + each(size/12, `"s`+fmt.Sprint(i)+`_%d" `) + "]]) { a: Int }"
		})},
		{name: "little to combine in many fields", build: among(2, func(i, size int) string {
			return query(i) + "type T @shareable { " + numbered(size, "f%d: Int @requiresScopes(scopes: "+options(4, fmt.Sprintf("s%d", i))+")\n") + "}"
		})},
		{name: "much to combine in many fields", build: among(2, func(i, size int) string {
			return query(i) + "type T @shareable { " + numbered(size, "f%d: Int @requiresScopes(scopes: "+options(70, string(rune('a'+i)))+")\n") + "}" + strings.Repeat(" ", 1<<20-size)
		}), code: code},
		{name: "scopes of implementations", build: alone(func(size int) string {
			return "extend type Query { i: I }\ninterface I { a: Int }\n" + numbered(size, "type T%[1]d implements I @requiresScopes(scopes: [[\"s%[1]d\"]]) { a: Int }\n")
		})},
		{name: "alternatives of implementations", build: alone(func(size int) string {
			return "extend type Query { i: I }\ninterface I { a: Int }\n" + numbered(size, "type T%[1]d implements I @requiresScopes(scopes: [[\"s%[1]d\"] [\"t%[1]d\"]]) { a: Int }\n")
		}), code: code, errors: 1},
		{name: "scopes for many interfaces", build: alone(func(size int) string {
			n := size / 64
			return each(n, "interface I%d { a: Int }\n") + "type T implements " + each(n, "& I%d ") + "@requiresScopes(scopes: [[" + each(n, `"s%d" `) + "]]) { a: Int }\nextend type Query { t: T }"
		}), code: code, errors: 1},
		{name: "alternatives of a type and its field", build: among(2, func(i, size int) string {
			n := size / 24
			if i == 0 {
				return "type Query { t: T }\ntype T @key(fields: \"id\") { id: ID a: Int @requiresScopes(scopes: [" + each(n, "[\"s%[1]d\" \"t%[1]d\"]") + "])}"
			}
			return "type T @key(fields: \"id\") @requiresScopes(scopes: " + options(n, "s") + ") { id: ID a: Int @external b: Int @requires(fields: \"a\") @requiresScopes(scopes: " + options(n, "t") + ") }"
		}), code: code, errors: 1},
		{name: "alternatives another subgraph depends on", build: among(2, func(i, size int) string {
			n := size / 24
			if i == 0 {
				return "type Query { t: T }\ntype T @key(fields: \"id\") @requiresScopes(scopes: " + options(n, "s") + ") { id: ID a: Int @requiresScopes(scopes: " + options(n, "t") + ")}"
			}
			return "type T @key(fields: \"id\") { id: ID a: Int @external b: Int @requires(fields: \"a\") @requiresScopes(scopes: " + options(2*n, "t") + ") }"
		}), code: problem.MissingTransitiveAuthRequirements, errors: 1},
	})
}
