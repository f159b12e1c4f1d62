package cache

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/jsontext"
)

func FuzzCanonical(f *testing.F) {
	f.Add(`{"b": 1, "a" : ["\u0041", null, {"y":2,"x":"\\\""}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		got := appendCanonical(nil, []byte(text), 0)
		var before any
		if json.Unmarshal([]byte(text), &before) != nil || strings.Count(text, "[")+strings.Count(text, "{") > jsontext.MaxDepth {
			return
		}
		if again := appendCanonical(nil, got, 0); string(again) != string(got) {
			t.Errorf("%q becomes %q and then %q", text, got, again)
		}
		var after any
		if err := json.Unmarshal(got, &after); err != nil || !reflect.DeepEqual(before, after) {
			t.Errorf("%q becomes %q: %v", text, got, err)
		}
	})
}

func TestSelectionsIncludeOthers(t *testing.T) {
	for _, test := range []struct {
		have, need string
		want       bool
	}{
		{"{a=Int,b=Int}", "{a=Int}", true},
		{"{a=Int}", "{a=Int,b=Int}", false},
		{"{a=Int}", "{a=Float}", false},
		{"{x:a=Int}", "{a=Int}", false},
		{`{a(x:"}{,)(|")=Int,b=Int}`, `{a(x:"}{,)(|")=Int}`, true},
		{`{a(x:1)=Int}`, `{a=Int}`, false},
		{"{u=User{id=ID!,n=Int}}", "{u=User{n=Int}}", true},
		{"{u=User{id=ID!}}", "{u=User{n=Int}}", false},
		{"{a=Int|A|B}", "{a=Int|A}", true},
		{"{a=Int|A}", "{a=Int|A|B}", false},
		{"{a=Int|A}", "{a=Int}", false},
		{"{a=Int}", "{a=Int|A}", true},
		{"{a=Int", "{a=Int}", false},
		{"", "{a=Int}", true},
	} {
		var c coverage
		for range 2 { // the second time from memory
			if got := c.covers(test.have, test.need); got != test.want {
				t.Errorf("%s includes %s: %v", test.have, test.need, got)
			}
		}
	}
}

func FuzzParseSelected(f *testing.F) {
	f.Add(`{a(x:"}")=[Int!]|A|B{b=Int},c=Int}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, ok := parseSelected(text)
		if ok && !s.includes(s) {
			t.Errorf("%q does not include itself", text)
		}
	})
}

// Every tag that a format is rendered to is one that it may be.
func FuzzTagFormats(f *testing.F) {
	f.Add("product-{$key.a}", "1", "2")
	f.Add("{$key.a}{$key.b}aa", "aa", "")
	f.Add("a{$key.a}-b{$key.b}-b", "-b", "-")
	f.Fuzz(func(t *testing.T, format, a, b string) {
		parsed, ok := parseTagFormat(format)
		if !ok {
			return
		}
		key, err := json.Marshal(map[string]string{"a": a, "b": b})
		if err != nil {
			t.Fatal(err)
		}
		if tag, ok := parsed.render(key, nil); ok && !parsed.mayBe(tag) {
			t.Errorf("%q is rendered to %q, which it says it cannot be", format, tag)
		}
	})
}

func TestTagsThatAFormatCannotBe(t *testing.T) {
	for format, tags := range map[string][]string{
		"product-{$key.a}":    {"", "product", "roduct-1", "catalog-1"},
		"all":                 {"", "al", "alll"},
		"{$key.a}-{$key.b}-x": {"1-2", "1-2-y", "-x"},
		"a{$key.a}b{$key.b}c": {"abd", "acb", "bc"},
	} {
		parsed, ok := parseTagFormat(format)
		for _, tag := range tags {
			if !ok || parsed.mayBe(tag) {
				t.Errorf("%q may be %q", format, tag)
			}
		}
	}
}
