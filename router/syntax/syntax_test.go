package syntax_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/syntax"
)

func parse(text string) (*syntax.Document, error) {
	return syntax.ParseExecutable(&ast.Source{Input: text}, 0)
}

// value parses a value.
func value(text string) (*ast.Value, error) {
	doc, err := parse("{f(a:" + text + ")}")
	if err != nil {
		return nil, err
	}
	return doc.Operations[0].SelectionSet[0].(*ast.Field).Arguments[0].Value, nil
}

func TestStrings(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`""`, ""},
		{`"plain é 😀 ' #"`, "plain é 😀 ' #"},
		{`"\"\\\/\b\f\n\r\t"`, "\"\\/\b\f\n\r\t"},
		{`"\u0041\u00e9\u00E9\uFFFF"`, "Aéé\uffff"},
		{`"\ud83d\ude00\uD83D\uDE00"`, "😀😀"},
		{`"\u{41}\u{1F600}\u{10FFFF}\u{00000041}"`, "A😀\U0010ffffA"},
		{"\"\x00\x01\x1f\t\x7f\u0085\u2028\ufeff\"", "\x00\x01\x1f\t\x7f\u0085\u2028\ufeff"},
		{`""""""`, ""},
		{`"""   """`, ""},
		{`"""  a """`, "  a "},
		{`"""\n\u0041\ud83d\"""x"y"""`, `\n\u0041\ud83d"""x"y`},
		{"\"\"\"\n    a\n      b\n\n    c\n  \n\"\"\"", "a\n  b\n\nc"},
		{"\"\"\"a\n    b\n      c\"\"\"", "a\nb\n  c"},
		{"\"\"\"\r\n  a\r  b\n\t\"\"\"", "a\nb"},
		{"\"\"\"\x01\x00\"\"\"", "\x01\x00"},
	} {
		v, err := value(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
		} else if v.Raw != c.want {
			t.Errorf("%q: %q, want %q", c.text, v.Raw, c.want)
		}
	}
}

// TestNotStrings has what other parsers take for strings.
func TestNotStrings(t *testing.T) {
	for _, text := range []string{
		`"\ud83d"`, `"\ude00"`, `"\ude00\ud83d"`, `"\ud83d\u0041"`, `"\ud83dx"`, `"\ud83d\n"`, `"\ud83d\u{de00}"`,
		`"\u{d83d}"`, `"\u{d83d}\u{de00}"`, `"\ud83d\ud83d\ude00"`,
		`"\u{110000}"`, `"\u{}"`, `"\u{000000041}"`, `"\u{80000041}"`, `"\u{4g}"`, `"\u{41"`, `"\u41"`, `"\uZZZZ"`,
		`"\x41"`, `"\a"`, `"\'"`, `"\`, `"\u`, `"\u{`, `"`,
		"\"a\nb\"", "\"a\rb\"", `"""`, `""""`, `"""a""`, `"""a\"""`, `"""a""""`, `""""a"""b"`, "\"\xff\"",
		"\"\"\"\xff\"\"\"", "\"\xed\xa0\x80\"", "'a'", "“a”",
	} {
		if v, err := value(text); err == nil {
			t.Errorf("%q is %q", text, v.Raw)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, text := range []string{"0", "-0", "9", "10", "-123", "99999999999999999999"} {
		if v, err := value(text); err != nil || v.Kind != ast.IntValue || v.Raw != text {
			t.Errorf("%s: %v %v", text, v, err)
		}
	}
	for _, text := range []string{"0.0", "-0.5", "1e5", "1E+5", "1.25e-10", "0e0", "1e400"} {
		if v, err := value(text); err != nil || v.Kind != ast.FloatValue || v.Raw != text {
			t.Errorf("%s: %v %v", text, v, err)
		}
	}
	for _, text := range []string{
		"00", "01", "-", "-a", "+1", "1.", ".5", "1..2", "1.5.", "1e", "1e+", "1a", "1_", "0x1F", "0b1", "1e5x",
		"1.5f", "1é",
	} {
		if v, err := value(text); err == nil {
			t.Errorf("%s is %v", text, v)
		}
	}
}

func TestDocuments(t *testing.T) {
	for _, text := range []string{
		"{a}", "{a}{b}", "{,a,}", "\ufeff{a\ufeff}", "#é\x01\n{a#}\r}", "query{a}", "query Q{a}",
		"query query{query}", "{query:mutation}", "{on}", "{on:on(on:on)@on}", "{true:null}",
		"query Q($a:Int$b:[Int!]!=[1]@d(x:1)){a}", "mutation Q@a{a}", "subscription{a}", "{...on A{b}}", "{...{b}}",
		"{...@a{b}}", "{...F@a}", "{...onA}", "fragment F on A@a{b}", "fragment fragment on fragment{a}",
		`"d" query Q("d" $a: Int){a}`, `"""d""" fragment F on A{b}`, "{a(x:{a:1 b:[{}[]$x null true RED]})}",
		"type T", "{a} type T {a(b: Int = 1 @c): Int @d} extend schema @a",
	} {
		if _, err := parse(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{
		"", " ", "#", "{", "}", "{}", "{a", "{a}}", "a", "{a(}", "{a()}", "{a(x)}", "{a(x:)}", "{a(x:$)}",
		"{a(x:[)}", "{a(x:{a})}", "{a:}", "{:a}", "{a:b:c}", "{...}", "{....F}", "{..F}", "{. . .F}", "{...on}",
		"{... on on{a}", "query()  {a}", "query($a){a}", "query($a:){a}", "query($a:Int!!){a}", "query($a:[Int){a}",
		"query($a:Int=$b){a}", "query($a:Int@d(x:$a)){a}", "query(a:Int){a}", "query Q",
		"query Q @a($x:Int){a}", "fragment on on A{a}", "fragment F($a:Int) on A{a}", "fragment F A{a}",
		"fragment F on{a}", "fragment {a}", `"d" {a}`, `"d" extend type T @a`, `"d" "e" query{a}`, `{"a"}`,
		`{..."on" A{a}}`, `{... "on"}`, "{a?}", "{a;}", "{a\x00}", "{a\u00a0}", "{a@}", "{a@ }", "{a&b}", "{a|b}",
		"{a=b}", "{a!}", "extend", "extend T", "extend type T", "type", "schema", "schema{}", "schema @a",
	} {
		if _, err := parse(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func TestTypeSystem(t *testing.T) {
	for _, text := range []string{
		"scalar S @a", `"d" type T implements & A & B @a {"d" f("d" a: Int = 1 @b, b: [Int!]!): Int @c}`,
		"interface I implements A", "union U", "union U @a = | A | B", "enum E {A @a B}",
		"input I {a: Int = {a: null}}",
		"schema @a {query: Q mutation: M}", "extend schema @a", "extend schema {query: Q}", "extend scalar S @a",
		"extend type T implements I", "extend interface I {a: Int}", "extend union U = A", "extend enum E {A}",
		"extend input I @a",
		"directive @a(x: Int) repeatable on | FIELD | OBJECT", "directive @repeatable on FIELD",
		"type type {type: type}", `"" scalar S`,
	} {
		if _, err := syntax.ParseTypeSystem(&ast.Source{Input: text}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{
		"", "# nothing", "type T {}", "type T {a}", "type T {a: }", "type T {a(): Int}",
		"type T implements {a: Int}", "type T implements A B {a: Int}", `type T "implements" A`, "union U =",
		"union U = A |", "union U = A B", "enum E {}",
		"enum E {true}", "enum E {false}", "enum E {null}", "input I {}", "input I {a(b: Int): Int}",
		"input I {a: Int = $b}", "schema", "schema {}", "schema {query}", "schema {quary: Q}", "schema @a",
		"extend schema", "extend scalar S", "extend type T", "extend union U", "extend enum E", "extend input I",
		`"d" extend type T @a`, `"" extend type T @a`, "extend directive @a @b", "directive @a", "directive @a on",
		"directive @a on NOWHERE",
		"directive a on FIELD", "directive @a @b on FIELD", "directive @a on FIELD FIELD OBJECT",
		"scalar S @a(x: $b)", "query Q {a}", "{a}", "fragment F on T {a}", `"d"`,
	} {
		if _, err := syntax.ParseTypeSystem(&ast.Source{Input: text}); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

// TestErrorsHaveAPlace counts lines and characters, whatever ends a line and however many bytes a character has.
func TestErrorsHaveAPlace(t *testing.T) {
	for text, want := range map[string]string{
		"{a ?}":                             "1:4",
		"\n\r\n\r{a ?}":                     "4:4",
		"\ufeff{é}":                         "1:3",
		"#é😀\n{a(x:\"é😀\")?}":               "2:11",
		"{a(x:\"\"\"é\n😀\r\nb\"\"\"?)}":     "3:5",
		"{a(x:\"\\ud83d\")}":                "1:7",
		"{a(x:\"\"\"\n\n":                   "3:1",
		"{a b: }":                           "1:7",
		"query Q($a: Int = [1, $b]) {a}":    "1:23",
		"\"described\" {a}":                 "1:1",
		"{a(x: 1)}\n  {b(y: 01)}":           "2:10",
		"type T {\n  a: Int\n  b: Int!!\n}": "3:10",
	} {
		_, err := parse(text)
		var located *gqlerror.Error
		if !errors.As(err, &located) || len(located.Locations) != 1 {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := fmt.Sprintf("%d:%d", located.Locations[0].Line, located.Locations[0].Column); got != want {
			t.Errorf("%q: %s at %s, want %s", text, located.Message, got, want)
		}
	}
}

func TestPositions(t *testing.T) {
	doc, err := parse("query Q(\n  $v: Int) @d(x: \"é\") {\n  al: name(y: $v) @e { ...F ... on T { z } }\n}")
	if err != nil {
		t.Fatal(err)
	}
	op := doc.Operations[0]
	field := op.SelectionSet[0].(*ast.Field)
	for what, c := range map[string]struct {
		at   *ast.Position
		want string
	}{
		"operation": {op.Position, "1:1"}, "variable": {op.VariableDefinitions[0].Position, "2:3"},
		"type":      {op.VariableDefinitions[0].Type.Position, "2:7"},
		"directive": {op.Directives[0].Position, "2:12"},
		"string":    {op.Directives[0].Arguments[0].Value.Position, "2:18"}, "field": {field.Position, "3:3"},
		"argument": {field.Arguments[0].Position, "3:12"}, "value": {field.Arguments[0].Value.Position, "3:15"},
		"field's directive": {field.Directives[0].Position, "3:19"},
		"spread":            {field.SelectionSet[0].GetPosition(), "3:24"},
		"inline fragment":   {field.SelectionSet[1].GetPosition(), "3:29"},
	} {
		if got := fmt.Sprintf("%d:%d", c.at.Line, c.at.Column); got != c.want {
			t.Errorf("the %s is at %s, want %s", what, got, c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	const text = "{a(b: \"c\") #d\n}" // nine tokens
	if _, err := syntax.ParseExecutable(&ast.Source{Input: text}, 8); err != nil {
		t.Errorf("as many tokens as are allowed: %v", err)
	}
	var tooMany *syntax.TokenLimitError
	if _, err := syntax.ParseExecutable(&ast.Source{Input: text}, 7); !errors.As(err, &tooMany) || tooMany.Limit != 7 {
		t.Errorf("one token too many: %v", err)
	}
	for what, deep := range map[string]func(n int) string{
		"selections": func(n int) string { return strings.Repeat("{a", n) + strings.Repeat("}", n) },
		"lists":      func(n int) string { return "{a(b:" + strings.Repeat("[", n-1) + strings.Repeat("]", n-1) + ")}" },
		"objects": func(n int) string {
			return "{a(b:" + strings.Repeat("{a:", n-1) + "1" + strings.Repeat("}", n-1) + ")}"
		},
		"types": func(n int) string {
			return "query($a:" + strings.Repeat("[", n) + "A" + strings.Repeat("]", n) + "){a}"
		},
	} {
		if _, err := parse(deep(1000)); err != nil {
			t.Errorf("%s as deep as is allowed: %v", what, err)
		}
		if _, err := parse(deep(1001)); err == nil || !strings.Contains(err.Error(), "nesting depth of 1000") {
			t.Errorf("%s too deep: %v", what, err)
		}
	}
}

// FuzzParse checks that whatever is parsed is valid UTF-8, nests as it should and does not make the parser panic.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"{a}", "query Q($a:[Int!]=1@a){a(b:\"\\ud83d\\ude00\"){...F...on A{b}}}", "directive@a on FIELD", "\"\\u{41",
		"\"\"\"\n a\n\"\"\"type T implements A{a(b:Int=1):Int@c}", "extend schema@a",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := syntax.ParseExecutable(&ast.Source{Input: text}, 1000)
		if err == nil && len(doc.Operations)+len(doc.Fragments)+len(doc.TypeSystem) == 0 {
			t.Fatalf("%q is a document without definitions", text)
		}
		_, err = syntax.ParseTypeSystem(&ast.Source{Input: text})
		if err == nil && doc != nil && len(doc.Operations)+len(doc.Fragments) > 0 {
			t.Fatalf("%q is both a client's document and a schema", text)
		}
	})
}
