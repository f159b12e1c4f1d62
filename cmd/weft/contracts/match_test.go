package contracts

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func rule(matchers ...string) Rule {
	r := Rule{Combine: "AND"}
	for _, m := range matchers {
		if m == "OR" {
			r.Combine = m
			continue
		}
		name, argument, _ := strings.Cut(m, ":")
		r.Matchers = append(r.Matchers, Matcher{Match: name, Regex: argument, Value: argument})
	}
	return r
}

func sized(least, most int) Rule {
	m := Matcher{Match: "type"}
	if least >= 0 {
		m.Min = &least
	}
	if most >= 0 {
		m.Max = &most
	}
	return Rule{Combine: "AND", Matchers: []Matcher{m}}
}

// TestMismatches holds answers against what was recorded; what is wrong with them is told with its place.
func TestMismatches(t *testing.T) {
	list := map[string]Rule{"$.a": rule("type"), "$.a[*]": rule("type"), "$.a[*].n": rule("integer")}
	for i, c := range []struct {
		rules            map[string]Rule
		expected, actual string
		wrong            []string
	}{
		{nil, `{"a":1,"b":[1,2]}`, `{"b":[1,2],"a":1,"more":true}`, nil},
		{nil, `{"a":1}`, `{"a":2}`, []string{"$.a is 2, not 1"}},
		{nil, `{"a":[1]}`, `{"a":[1,1]}`, []string{"$.a has 2 elements, not 1"}},
		{nil, `{"a":{"b":1}}`, `{}`, []string{"$.a is missing"}},
		{nil, `{"a":{"b":1}}`, `{"a":null}`, []string{`$.a is null, not {"b":1}`}},
		{list, `{"a":[{"n":1}]}`, `{"a":[{"n":5},{"n":7},{"n":8,"m":1}]}`, nil},
		{list, `{"a":[{"n":1}]}`, `{"a":[]}`, nil},
		{list, `{"a":[{"n":1}]}`, `{"a":[{"n":5},{},{"n":1.5}]}`, []string{"$.a[1].n is missing", "$.a[2].n is 1.5, not an integer"}},
		{list, `{"a":[{"n":1}]}`, `{"a":{}}`, []string{"$.a is {}, not a list"}},
		{list, `{"a":[{"n":1}]}`, `{"a":[null]}`, []string{"$.a[0] is null, not an object"}},
		{map[string]Rule{"$.a": sized(1, -1)}, `{"a":["x"]}`, `{"a":[]}`, []string{"$.a has 0 elements, less than 1"}},
		{map[string]Rule{"$.a": sized(-1, 2)}, `{"a":["x"]}`, `{"a":["x","y","z"]}`, []string{"$.a has 3 elements, more than 2"}},
		{map[string]Rule{"$.a": sized(2, 2)}, `{"a":["x","y"]}`, `{"a":["x"]}`, []string{"$.a has 1 elements, not 2"}},
		{map[string]Rule{"$.a": rule("OR", "null", "type")}, `{"a":"x"}`, `{"a":null}`, nil},
		{map[string]Rule{"$.a": rule("OR", "null", "type")}, `{"a":{"b":1}}`, `{"a":{}}`, []string{"$.a.b is missing"}},
		{map[string]Rule{"$.a": rule("OR", "null", "type")}, `{"a":"x"}`, `{"a":1}`, []string{"$.a is 1, not null"}},
		{map[string]Rule{"$.a": rule("OR", "null", "integer")}, `{"a":null}`, `{"a":3}`, nil},
		{map[string]Rule{"$.a": rule("regex:^(X|Y)$")}, `{"a":"X"}`, `{"a":"Z"}`, []string{`$.a is "Z", not a match of ^(X|Y)$`}},
		{map[string]Rule{"$.a": rule("number")}, `{"a":1}`, `{"a":1.5}`, nil},
		{map[string]Rule{"$.a": rule("decimal")}, `{"a":1.5}`, `{"a":1}`, []string{"$.a is 1, not a decimal"}},
		{map[string]Rule{"$.a": rule("boolean")}, `{"a":true}`, `{"a":"true"}`, []string{`$.a is "true", not a boolean`}},
		{map[string]Rule{"$.a": rule("type", "include:x")}, `{"a":"x"}`, `{"a":"y"}`, []string{`$.a is "y", not a text with "x"`}},
		{map[string]Rule{"$.a": rule("equality")}, `{"a":{"b":[1]}}`, `{"a":{"b":[1],"c":2}}`, []string{`$.a is {"b":[1],"c":2}, not {"b":[1]}`}},
		// A rule is for all that is below, unless there is a nearer one, or one without wildcards.
		{map[string]Rule{"$": rule("type")}, `{"a":{"b":1}}`, `{"a":{"b":2}}`, nil},
		{map[string]Rule{"$": rule("type"), "$.a.b": rule("equality")}, `{"a":{"b":1}}`, `{"a":{"b":2}}`, []string{"$.a.b is 2, not 1"}},
		{map[string]Rule{"$['a'][*]": rule("type"), "$.a[0]": rule("equality")}, `{"a":[1,1]}`, `{"a":[2,2]}`, []string{"$.a[0] is 2, not 1"}},
	} {
		expected, err := decode([]byte(c.expected))
		if err != nil {
			t.Fatal(err)
		}
		actual, err := decode([]byte(c.actual))
		if err != nil {
			t.Fatal(err)
		}
		if wrong, err := mismatches(c.rules, expected, actual); err != nil || !slices.Equal(wrong, c.wrong) {
			t.Errorf("%d: %s: %q, %v, want %q", i, c.actual, wrong, err, c.wrong)
		}
	}
}

// TestPactsThatCannotBeVerified are refused: what is left out would be taken for kept.
func TestPactsThatCannotBeVerified(t *testing.T) {
	const sound = `{"consumer": {"name": "a"}, "provider": {"name": "b"}, "metadata": {"pactSpecification": {"version": "4.0"}},
		"interactions": [{"type": "Synchronous/HTTP", "description": "x", "request": {"method": "GET", "path": "/"},
		"response": {"status": 200, "matchingRules": {"body": {"$.a": {"combine": "AND", "matchers": [{"match": "type"}]}}}}}]}`
	for i, c := range []struct{ from, to, want string }{
		{"", "", ""},
		{`"4.0"`, `"2.0.0"`, "only Pact 4 is read"},
		{`{"name": "b"}`, `{}`, "does not name consumer and provider"},
		{"Synchronous/HTTP", "Synchronous/Messages", "of the type Synchronous/Messages"},
		{"Synchronous/HTTP", "Asynchronous/Messages", "does not say what is asked for its event"},
		{`"match": "type"`, `"match": "semver"`, `the matcher "semver" is not known`},
		{`"match": "type"`, `"match": "regex", "regex": "("`, "missing closing )"},
		{`[{"match": "type"}]`, `[]`, "it has no matcher"},
		{`"interactions": [`, `"interactions": 7, "x": [`, "is no pact"},
	} {
		file := filepath.Join(t.TempDir(), "pact.json")
		if err := os.WriteFile(file, []byte(strings.Replace(sound, c.from, c.to, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Read(file)
		if got := fmt.Sprint(err); c.want == "" && err != nil || !strings.Contains(got, c.want) {
			t.Errorf("%d: %v, want %q", i, err, c.want)
		}
	}
	for _, path := range []string{"a.b", "$a", "$.a..b", "$.a[", "$['a"} {
		if _, err := parsePath(path); err == nil {
			t.Errorf("the path %s is read", path)
		}
	}
}
