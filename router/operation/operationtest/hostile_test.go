package operationtest

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"unicode/utf8"
)

// tokens cuts a document roughly into tokens; white space belongs to none.
var tokens = regexp.MustCompile(`(?s)""".*?"""|"(?:\\.|[^"\\])*"|\.\.\.|[A-Za-z_0-9.+-]+|[^\s,]`)

// snippets are what documents are spoiled with: tokens in wrong places, and what is nearly a token.
var snippets = []string{
	"0", "00", "01", "-", "-0", "-a", "1a", "1_", "0x1F", "1.", "1.a", ".5", "1..2", "1e", "1e+", "1e5x", "1.5.",
	"1E5", "0.0e-0", "+1", "1_000",
	`"`, `""`, `"""`, `""""`, `"""""`, `""""""`, `"""""""`, `"""a""""`, `"""a\"""`, `"""\"""`, `"a""b"`, `"\ud83d"`,
	`"\u{1F600}"`, `"\u{110000}"`, "\"\x01\"", "\"\n\"", `"on"`,
	"...", "..", ".", ". . .", "&", "|", "=", "!", "!!", "$", "$ a", "$on", "@", "@ a", "#", "# é\x01\x7f", "#\r",
	":", "::",
	"{}", "()", "[]", "{", "}", "(", ")", "[", "]", "on", "null", "true", "false", "query", "fragment", "extend",
	"schema", "repeatable", "implements",
	"\ufeff", "\x00", "\x01", "\x7f", "\u00a0", "\u2028", "\v", "\f", "\r", "\r\n", ",", ",,", "'", "`", "\\", "é",
	"😀", "?", "%", ";", "<", "a-b", "a.b", "\"described\"",
	"... on", "...on", "... on on", "...@skip(if:true)", "@skip(if:true)", "($a:Int)", "($a:Int=$b)",
	"($a:Int@dir(x:$a))", "(x:[$a])", "fragment on on Query{a}", "fragment F($a:Int) on Query{a}",
	"type T", "union U =", "enum E { true }", "input I { a: Int = $x }", "extend type T", "schema { a: b }",
	"directive @a on", "interface I implements & A", "scalar S @a(x:$b)",
}

// spoil changes a text in some places.
func spoil(rnd *rand.Rand, text string) string {
	for range 1 + rnd.IntN(3) {
		at := tokens.FindAllStringIndex(text, -1)
		if len(at) == 0 {
			return pick(rnd, snippets)
		}
		one, other := pick(rnd, at), pick(rnd, at)
		switch rnd.IntN(7) {
		case 0: // leave one out
			text = text[:one[0]] + text[one[1]:]
		case 1: // write one twice
			text = text[:one[1]] + pick(rnd, []string{"", " "}) + text[one[0]:]
		case 2: // replace one
			text = text[:one[0]] + pick(rnd, snippets) + text[one[1]:]
		case 3: // put something in between
			text = text[:one[0]] + pick(rnd, snippets) + pick(rnd, []string{"", " "}) + text[one[0]:]
		case 4: // replace one by another
			text = text[:one[0]] + text[other[0]:other[1]] + text[one[1]:]
		case 5: // end early
			if rnd.IntN(4) == 0 {
				text = text[:one[0]]
			}
		case 6: // put something inside
			inside := one[0] + rnd.IntN(one[1]-one[0])
			for !utf8.RuneStart(text[inside]) {
				inside--
			}
			text = text[:inside] + pick(rnd, snippets) + text[inside:]
		}
	}
	return text
}

// hostileDocuments are those the random ones may not find.
var hostileDocuments = slices.Concat(snippets, []string{
	"", " ", "{a}{b}", "{a:b:c}", "{a(x:1,)}", "{a(,x:1)}", "{,a,}", "query{a}query{b}", "query Q($a:Int$b:Int){a}",
	"{...}", "{...F}", "{... on A}", "{a@b@c}",
	"{a(x:\"\"\"\n  a\n    b\n\"\"\")}",
	`{a(x:"\u00")}`, `{a(x:"\u0061")}`, `"d" {a}`, `"d" query {a}`, `"d" fragment F on Query {a}`,
	`"d" extend type T @a`, `"d" "e" query {a}`,
	"query Q @a($x:Int){a}", "query Q($x:Int! = 1 @a){a}", "query ($x: [Int!]! = [1, 2]) {a}",
	"query ($x: [[Int]){a}", "query ($x: Int!!){a}", "query ($x){a}", "query (x: Int){a}",
	"mutation", "subscription S", "query query {query}", "fragment fragment on fragment {fragment}", "{on}",
	"{fragment on:on}", "{a(on:on)}", "{a(x:null,y:true)}", "{true:null}",
	"{a(x:{})}", "{a(x:{a:1 a:2})}", "{a(x:{a})}", "{a(x:[,])}", "{a(x:[1 2,3])}", "{a(x:$)}", "{a(x:$x)}",
	"{a(x:$true)}", "{a(x:-)}", "{a(x:- 1)}", "{a(x:1 .5)}", "{a(x:1b)}", "{a(x:0b)}", "{a(x:1.0f)}",
})
