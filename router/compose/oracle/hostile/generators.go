package hostile

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/weft-graphql/weft/router/compose/oracle"
)

const specs = "https://specs.apollo.dev/"

func linked(minor int) string {
	text, err := oracle.Header(fmt.Sprintf("v2.%d", minor))
	if err != nil {
		panic(err) // minor is a constant of ours
	}
	return text
}

// linkNames links federation and other features under colliding names, several versions, prefixes of join and
// federation.
func linkNames(r *rand.Rand) []oracle.Subgraph {
	names := []string{"federation", "join", "link", "core", "tag", "inaccessible", "my", "fed", "join__x", "Query", "key", "cost", "_a", "a_"}
	feature := func(url string) string {
		text := "@link(url: \"" + url + "\""
		text += maybe(r, 3, ", as: \""+pick(r, names...)+"\"")
		if r.IntN(2) == 0 {
			text += ", import: ["
			for range 1 + r.IntN(3) {
				element := pick(r, "@key", "@tag", "@shareable", "@inaccessible", "FieldSet", "@link", "@custom", "Thing", "@cost", "@external")
				if r.IntN(3) == 0 {
					as := pick(r, names...)
					if strings.HasPrefix(element, "@") {
						as = "@" + as
					}
					text += fmt.Sprintf("{name: %q, as: %q} ", element, as)
				} else {
					text += fmt.Sprintf("%q ", element)
				}
			}
			text += "]"
		}
		return text + maybe(r, 6, ", for: "+pick(r, "SECURITY", "EXECUTION")) + ")"
	}
	subgraph := func(name string) oracle.Subgraph {
		federation := fmt.Sprintf("@link(url: \"%sfederation/v2.%d\"%s, import: [\"@key\", \"@shareable\"%s])", specs, r.IntN(10), maybe(r, 3, ", as: \""+pick(r, names...)+"\""),
			pick(r, "", ", \"@tag\"", ", {name: \"@tag\", as: \"@"+pick(r, names...)+"\"}", ", \"@inaccessible\"", ", \"FieldSet\""))
		text := "extend schema " + maybe(r, 4, "@link(url: \""+specs+"link/v1.0\""+maybe(r, 2, ", as: \""+pick(r, names...)+"\"")+") ") + federation
		for range r.IntN(3) {
			text += " " + feature(pick(r, specs+"tag/v0.3", specs+"inaccessible/v0.2", specs+"federation/v2.3", specs+"join/v0.3", "https://other.dev/my/v1.0",
				"https://other.dev/my/v1.2", "https://other.dev/federation/v1.0", specs+"cost/v0.1", specs+"link/v1.0", "https://other.dev/join/v0.1"))
		}
		use := pick(r, "", "", "@tag(name: \"x\")", "@federation__tag(name: \"x\")", "@inaccessible", "@federation__inaccessible", "@my__custom", "@custom", "@fed__tag(name: \"x\")")
		text += "\ntype Query { " + name + ": Int a: Int " + use + " @shareable }\n"
		text += maybe(r, 3, "directive @"+pick(r, "custom", "my__custom", "join__field", "federation__x", "tag")+" on FIELD_DEFINITION\n")
		text += maybe(r, 4, "type "+pick(r, "join__X", "federation__Y", "my__Z", "Thing", "link__P")+" { a: Int }\n")
		return oracle.Subgraph{Name: name, SDL: text}
	}
	return []oracle.Subgraph{subgraph("one"), subgraph("two")}
}

// composedDirectives composes directives of one name from two specifications, in several versions, or defined apart.
func composedDirectives(r *rand.Rand) []oracle.Subgraph {
	var out []oracle.Subgraph
	for _, name := range []string{"one", "two", "three"}[:2+r.IntN(2)] {
		text := "extend schema @link(url: \"" + specs + "federation/v2.9\", import: [\"@composeDirective\", \"@shareable\"])"
		identities := []string{"https://x.dev/alpha", "https://x.dev/beta"}
		defined := map[string]bool{}
		definitions := ""
		for _, identity := range identities {
			if r.IntN(3) == 0 {
				continue
			}
			text += fmt.Sprintf(" @link(url: \"%s/v%d.%d\"%s", identity, 1+r.IntN(8)/7, r.IntN(3), maybe(r, 5, ", as: \"other\""))
			local := "d"
			if r.IntN(3) == 0 {
				local = pick(r, "e", "tag", "deprecated", "authenticated", "join__d")
				text += fmt.Sprintf(", import: [{name: \"@d\", as: %q}])", "@"+local)
			} else {
				text += ", import: [\"@d\"])"
			}
			text += maybe(r, 2, " @composeDirective(name: \"@"+local+"\")")
			if !defined[local] && r.IntN(8) > 0 {
				defined[local] = true
				definitions += "directive @" + local + "(" + pick(r, "x: Int", "x: Int, y: String", "x: Int = 3", "x: [Int!]") + ")" + maybe(r, 3, " repeatable") + " on FIELD_DEFINITION" + maybe(r, 3, " | OBJECT") + "\n"
			}
		}
		text += "\n" + definitions + "type Query { " + name + ": Int a: Int @shareable"
		if defined["d"] {
			text += maybe(r, 2, pick(r, " @d(x: 1)", " @d", " @d(x: 2)"))
		}
		out = append(out, oracle.Subgraph{Name: name, SDL: text + " }\n"})
	}
	return out
}

// federation1 mixes Federation 1 definitions with upgraded ones.
func federation1(r *rand.Rand) []oracle.Subgraph {
	definitions := []string{
		"scalar _FieldSet\n", "directive @key(fields: _FieldSet!) repeatable on OBJECT | INTERFACE\nscalar _FieldSet\n", "scalar _Any\n",
		"directive @external on FIELD_DEFINITION\n", "directive @extends on OBJECT\n", "directive @requires(fields: String!) on FIELD_DEFINITION\n",
		"type _Service { sdl: String }\n", "directive @key(fields: String) on OBJECT\n", "directive @tag(name: String!) repeatable on FIELD_DEFINITION\n",
		"directive @shareable on FIELD_DEFINITION\n", "union _Entity = T\n",
	}
	entity := func(owner bool) string {
		start := pick(r, "type T", "extend type T", "type T @extends")
		if owner {
			start = "type T"
		}
		id := "id: ID!"
		if !owner && r.IntN(3) > 0 {
			id += " @external"
		}
		text := start + " @key(fields: " + pick(r, `"id"`, `["id"]`, "id", `"id x"`, `"o { x }"`) + ") { " + id + " "
		for _, f := range []string{"x", "y", "z"} {
			switch r.IntN(6) {
			case 0, 1, 4:
				text += f + ": Int" + maybe(r, 4, " @external") + " "
			case 2:
				text += f + ": Int @requires(fields: \"" + pick(r, "x", "y", "id", "o { x }") + "\") "
			case 3:
				text += f + ": Int @external "
			}
		}
		return text + maybe(r, 2, "o: O"+pick(r, "", " @provides(fields: \"x\")", " @external")) + " }\n"
	}
	var out []oracle.Subgraph
	for i, name := range []string{"a", "b", "c"}[:2+r.IntN(2)] {
		text := ""
		if r.IntN(4) == 0 {
			text = linked(r.IntN(10))
		}
		text += pick(r, "type Query", "extend type Query") + " { q" + name + ": T " + maybe(r, 3, "s: Int ") + maybe(r, 6, "_service: _Service ") + "}\n"
		text += entity(i == 0)
		text += pick(r, "type O", "type O", "extend type O") + maybe(r, 3, " @key(fields: \"x\")") + " { x: Int " + maybe(r, 3, "w: Int ") + "}\n"
		text += maybe(r, 3, pick(r, definitions...))
		text += maybe(r, 5, "interface I "+maybe(r, 2, "@key(fields: \"id\") ")+"{ id: ID! }\n")
		out = append(out, oracle.Subgraph{Name: name, SDL: text})
	}
	return out
}

// fieldSets has keys, requirements and provisions with only __typename, impossible conditions, aliases, variables.
func fieldSets(r *rand.Rand) []oracle.Subgraph {
	sets := []string{
		"id", "__typename", "id __typename", "x", "o { x }", "o { __typename }", "i { id }", "i { ... on T { id } }", "i { ... on U { id } }",
		"u { ... on T { id } }", "u { ... on O { x } }", "u { __typename }", "... on T { id }", "... on U { id }", "... { id }", "i { ... on I { id } }",
		"o { y }", "a: id", "f(n: 1)", "f", "o { o2 { z } }", "id id", "{ id }", "i { ... on T { ... on U { id } } }", "i { ... on J { id } }", "u { ... on I { id } }", "o", "id { x }", "i", "",
	}
	text := "type Query { t: T }\ninterface I { id: ID! }\ninterface J { id: ID! }\nunion UN = T | U\ntype U implements I @shareable { id: ID! }\ntype O @shareable { x: Int y: Int o2: O2 }\ntype O2 @shareable { z: Int }\n"
	owner := text + "type T implements I @key(fields: \"id\")" + maybe(r, 2, " @key(fields: \""+pick(r, sets...)+"\")") +
		" { id: ID! x: Int @shareable o: O @shareable i: I @shareable u: UN @shareable f(n: Int): Int @shareable }\n"
	other := strings.Replace(text, "type Query { t: T }", "type Query { t2: T"+maybe(r, 2, " @provides(fields: \""+pick(r, sets...)+"\")")+" }", 1)
	if r.IntN(2) == 0 { // nothing but the requirement, so that most of the rest is in order
		set := pick(r, sets...)
		other = strings.Split(other, " @provides")[0]
		if !strings.Contains(other, "interface I") {
			other += " }\n" + strings.SplitN(text, "\n", 2)[1]
		}
		fields := map[string]string{"x": " x: Int @external", "o {": " o: O @external", "i {": " i: I @external", "u {": " u: UN @external", "f": " f(n: Int): Int @external"}
		other += "type T implements I @key(fields: \"id\") { id: ID!"
		for _, name := range []string{"x", "o {", "i {", "u {", "f"} {
			if strings.HasPrefix(set, name) {
				other += fields[name]
			}
		}
		other += " r: Int @requires(fields: \"" + set + "\") }\n"
		return []oracle.Subgraph{{Name: "a", SDL: linked(9) + owner}, {Name: "b", SDL: linked(9) + other}}
	}
	external := func() string { return pick(r, " @external", " @external", " @shareable") }
	other += "type T implements I @key(fields: \"" + pick(r, "id", "id", "id", pick(r, sets...)) + "\") { id: ID! x: Int" + external() + " o: O" + external() + " i: I" + external() +
		" u: UN" + external() + " f(n: Int): Int" + external() + " r: Int @requires(fields: \"" + pick(r, sets...) + "\") }\n"
	minor := 1 + r.IntN(9)
	return []oracle.Subgraph{{Name: "a", SDL: linked(minor) + owner}, {Name: "b", SDL: linked(minor) + other}}
}

// interfaceObjects has interfaces, implementations and interface objects in threes.
func interfaceObjects(r *rand.Rand) []oracle.Subgraph {
	field := func(name string) string {
		return name + pick(r, ": Int ", ": Int ", ": Int! ", ": Int @shareable ", ": Int @shareable ", ": Int @external ", ": Int @inaccessible ", ": Int @tag(name: \"t\") ",
			": Int @requires(fields: \"x\") ", ": Int @override(from: \"a\") ", "(n: Int): Int ", ": Int @requiresScopes(scopes: [[\"s\"]]) @shareable ")
	}
	fields := func() string {
		out := ""
		for _, name := range []string{"x", "y", "z"} {
			if r.IntN(3) == 0 {
				out += field(name)
			}
		}
		return out
	}
	key := func() string {
		return pick(r, " @key(fields: \"id\")", " @key(fields: \"id\")", " @key(fields: \"id\")", " @key(fields: \"id\", resolvable: false)", " @key(fields: \"id k\")", "")
	}
	inInterface := pick(r, "", "x: Int ", "x: Int y: Int ")
	inType := strings.NewReplacer("x: Int ", "x: Int"+pick(r, " ", " @external ", " @shareable "), "y: Int ", "y: Int"+pick(r, " ", " @shareable ")).Replace(inInterface)
	base := "type Query { i: I " + maybe(r, 2, "j: J ") + "t: T }\ninterface I" + pick(r, " @key(fields: \"id\")", key()) + " { id: ID! " + inInterface + "}\ninterface J @key(fields: \"id\") { id: ID! }\n"
	base += "type T implements I" + maybe(r, 2, " & J") + " @key(fields: \"id\") { id: ID! k: Int " + inType + maybe(r, 3, "r: Int @requires(fields: \"x\") ") + "}\n"
	base += "type U implements " + pick(r, "I", "I & J", "J") + " @key(fields: \"id\") { id: ID! k: Int " + inType + "}\n"
	out := []oracle.Subgraph{{Name: "a", SDL: linked(9) + base}}
	for n, name := range []string{"b", "c", "d"}[:1+r.IntN(3)] {
		text := linked(9)
		switch r.IntN(6) {
		case 0:
			text += "type T @key(fields: \"id\") { id: ID! " + fields() + "}\n"
		case 1:
			text += "interface I @key(fields: \"id\") { id: ID! }\ntype T implements I @key(fields: \"id\") { id: ID! " + fields() + "}\n" + maybe(r, 2, "type U implements I @key(fields: \"id\") { id: ID! }\n")
		case 2:
			text += "type J @interfaceObject" + key() + " { id: ID! " + fields() + "}\n"
		default:
			text += "type I @interfaceObject" + key() + " { id: ID! " + fields() + "}\n"
		}
		text += maybe(r, 3, fmt.Sprintf("type Query { q%d: %s }\n", n, pick(r, "I", "I", "J", "T")))
		out = append(out, oracle.Subgraph{Name: name, SDL: text})
	}
	return out
}

// access puts requirements everywhere.
func access(r *rand.Rand) []oracle.Subgraph {
	rule := func() string {
		list := pick(r, "[]", "[[]]", "[[\"s\"]]", "[[\"s\"] [\"t\"]]", "[[\"s\" \"t\"]]", "[[\"t\"]]", "[[\"u\"] [\"s\" \"t\"]]")
		return pick(r, "", "", " @authenticated", " @requiresScopes(scopes: "+list+")", " @policy(policies: "+list+")")
	}
	onInterface := func() string { return maybe(r, 12, rule()) }
	a := "type Query { i: I" + rule() + " t: T e: E" + rule() + " }\ninterface I" + onInterface() + " { id: ID!" + onInterface() + " x: Int }\ntype T implements I @key(fields: \"id\")" + rule() +
		" { id: ID! x: Int" + rule() + " @shareable o: O" + rule() + " @shareable }\ntype U implements I" + rule() + " { id: ID! x: Int" + rule() + " }\nenum E" + rule() + " { A B }\ntype O" + rule() + " @shareable { v: Int" + rule() + " }\n"
	b := "type T @key(fields: \"id\")" + rule() + " { id: ID! x: Int " + pick(r, "@external", "@shareable"+rule()) + " o: O " + pick(r, "@external", "@shareable"+rule()) + " y: Int @requires(fields: \"" + pick(r, "x", "o { v }", "x o { v }") + "\")" + rule() + rule2(r, rule) +
		" }\ntype O" + rule() + " @shareable { v: Int" + rule() + " }\n" + maybe(r, 3, "scalar S"+rule()+"\nextend type Query { s: S }\n")
	return []oracle.Subgraph{{Name: "a", SDL: linked(9) + a}, {Name: "b", SDL: linked(9) + b}}
}

// rule2 is a second field with requirements of its own.
func rule2(r *rand.Rand, rule func() string) string { return maybe(r, 2, " z: Int"+rule()) }

// costs has @cost and @listSize with values that are coerced, in all places.
func costs(r *rand.Rand) []oracle.Subgraph {
	cost := func() string {
		return pick(r, "", "", " @cost(weight: "+pick(r, "1", "5", "-3", "0", "7", "2", "1", "3", "4", "9", "12", "8", "6", "11", pick(r, "1.5", "\"2\"", "99999999999", "1.0"))+")")
	}
	size := func() string {
		return pick(r, "", " @listSize(assumedSize: "+pick(r, "1", "10", "0", "null", "7", "2", "3", "4", pick(r, "-1", "\"3\"", "2.0"))+")",
			" @listSize(slicingArguments: "+pick(r, "[\"n\"]", "\"n\"", "[]", "null", "[\"n\" \"m\"]", "\"m\"", maybe(r, 4, "[\"o\"]")+"[]")+maybe(r, 2, ", requireOneSlicingArgument: "+pick(r, "true", "false", "null"))+")",
			" @listSize(sizedFields: "+pick(r, "[]", "null", "[]", maybe(r, 6, pick(r, "[\"x\"]", "\"x\"", "[\"nope\"]", "[\"xs\"]"))+" []")+")",
			" @listSize(assumedSize: 5, slicingArguments: [\"n\"], requireOneSlicingArgument: false)", " @listSize")
	}
	write := func(name string) oracle.Subgraph {
		text := linked(9+r.IntN(3)) + "type Query { " + name + ": Int l(n: " + pick(r, "Int", "Int!", "Int = 3", "String") + cost() + " m: Int): [V]" + size() + cost() + " @shareable p(o: N): P @shareable" + maybe(r, 8, size()) + " }\n"
		text += "type V" + cost() + " @shareable { x: Int" + cost() + " y(i: N" + cost() + "): Int }\ntype P @shareable { xs: [V]" + size() + " x: Int }\ninput N { a: Int" + cost() + " }\nenum E" + cost() + " { A }\nscalar S" + cost() + "\n"
		text += maybe(r, 20, "interface I { a: Int"+cost()+" }\n")
		return oracle.Subgraph{Name: name, SDL: text}
	}
	return []oracle.Subgraph{write("a"), write("b")}
}

// inaccessibleInputs hides arguments, input fields, enum values and what their defaults use.
func inaccessibleInputs(r *rand.Rand) []oracle.Subgraph {
	hide := func() string { return maybe(r, 12, " @inaccessible") }
	write := func(name string) oracle.Subgraph {
		value := pick(r, "", " = {a: 1}", " = {e: A}", " = {a: 1, n: {e: B}}", " = null", " = {}")
		text := linked(9) + "type Query { " + name + ": Int f(i: IN" + value + hide() + " e: E" + pick(r, "", " = A", " = B", "!") + hide() + " l: [E!]" + pick(r, "", " = [A]", " = A") + "): Int" + hide() + " @shareable o: O @shareable }\n"
		text += "input IN" + hide() + " { a: Int" + pick(r, "", "!", " = 2") + hide() + " e: E" + pick(r, "", " = A", "! = B") + hide() + " n: IN2" + pick(r, "", " = {e: A}") + hide() + " }\n"
		text += "input IN2" + hide() + " { e: E" + pick(r, "", "!", " = B") + hide() + maybe(r, 3, " extra: Int"+hide()) + " }\n"
		text += "enum E" + hide() + " { A" + hide() + " B" + hide() + maybe(r, 4, " C") + " }\n"
		text += "type O implements HasF @shareable { g(x: Int" + hide() + " y: S" + hide() + "): Int" + hide() + " }\ninterface HasF { g(x: Int" + hide() + "): Int }\nscalar S" + hide() + "\n"
		text += maybe(r, 4, "directive @ex(i: IN"+hide()+") on FIELD\n")
		return oracle.Subgraph{Name: name, SDL: text}
	}
	return []oracle.Subgraph{write("a"), write("b")}
}
