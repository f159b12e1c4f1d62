package headers_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

const query = `{person(id: 1) {name age}}`

// got is what a subgraph was sent of some headers.
func got(r *moduletest.Rig, subgraph string, names ...string) string {
	var out []string
	for _, name := range names {
		out = append(out, strings.Join(r.Subgraphs[subgraph].Header().Values(name), ","))
	}
	return strings.Join(out, " | ")
}

func TestRulesWriteHeaders(t *testing.T) {
	t.Setenv("REGION", "eu")
	r := moduletest.New(t, `
headers:
  all:
    forward: [X-Old]
    set: {X-Fixed: a}
    rules:
      - {propagate: X-Tenant, rename: X-Shop, default: none}
      - {matching: "x-b3-.*|authorization|cookie|content-.*"}
      - {insert: X-Region, env: REGION}
      - {insert: X-Static, value: b}
      - {insert: X-Made, expression: 'lower(header("X-Tenant")) + "/" + (claim("sub") ?? "nobody")'}
      - {insert: X-Subject, claim: sub}
      - {remove: X-Fixed}
  subgraphs:
    ages: {rules: [{propagate: Authorization}]}
`, nil)
	r.Ask(query, "X-Tenant", "ACME", "X-B3-TraceId", "1", "X-B3-Sampled", "1", "Authorization", "secret", "Cookie", "a=b", "X-Old", "o")
	names := []string{"X-Old", "X-Fixed", "X-Shop", "X-Tenant", "X-B3-Traceid", "X-B3-Sampled", "X-Region", "X-Static", "X-Made",
		"X-Subject", "Authorization", "Cookie"}
	if sent, want := got(r, "people", names...), "o |  | ACME |  | 1 | 1 | eu | b | acme/nobody |  |  | "; sent != want {
		t.Errorf("people: %s\nwant    %s", sent, want)
	}
	// What a subgraph has of its own replaces the rules of all.
	if sent, want := got(r, "ages", names...), "o | a |  |  |  |  |  |  |  |  | secret | "; sent != want {
		t.Errorf("ages: %s\nwant  %s", sent, want)
	}
	r.Ask(query)
	if sent := got(r, "people", "X-Shop", "X-Made"); sent != "none | /nobody" {
		t.Errorf("without headers: %s", sent)
	}
	if types := r.Subgraphs["people"].Header().Values("Content-Type"); !slices.Equal(types, []string{"application/json"}) {
		t.Errorf("Content-Type: %q", types)
	}
}

func TestLaterRulesReplaceEarlierOnes(t *testing.T) {
	r := moduletest.New(t, `
headers:
  all:
    rules:
      - {propagate: X-A}
      - {insert: x-a, value: fixed}
      - {insert: X-B, value: fixed}
      - {propagate: X-B}
`, nil)
	r.Ask(query, "X-A", "mine", "X-B", "mine")
	if sent := got(r, "people", "X-A", "X-B"); sent != "fixed | mine" {
		t.Error(sent)
	}
}

// TestValuesEndNoLines sends what would begin another header.
func TestValuesEndNoLines(t *testing.T) {
	r := moduletest.New(t, `headers: {all: {rules: [{insert: X-A, expression: 'header("X-B") + "\r\nWeft-Identity: x"'}]}}`, nil)
	r.Ask(query, "X-B", "b")
	if sent := got(r, "people", "X-A", "Weft-Identity"); sent != " | " {
		t.Errorf("%q", sent)
	}
}

// TestWhatRulesReadIsTold wants caches in front to know what an answer depends on; what tells requests apart in the
// router is the same declaration.
func TestWhatRulesReadIsTold(t *testing.T) {
	for rule, want := range map[string]string{
		`{insert: X-B, value: b}`:                           "|",
		`{propagate: X-A}`:                                  "X-A|",
		`{insert: X-B, expression: 'header("X-A")'}`:        "X-A|",
		`{matching: "x-.*"}`:                                "|private",
		`{insert: X-B, claim: tenant}`:                      "|private",
		`{insert: X-B, expression: 'claim("a") ?? "none"'}`: "|private",
	} {
		r := moduletest.New(t, "headers: {all: {rules: ["+rule+"]}}", nil)
		a := r.Do(httptest.NewRequest(http.MethodGet, "/graphql?query="+url.QueryEscape(query), nil))
		var vary []string
		for _, line := range a.Header.Values("Vary") {
			for name := range strings.SplitSeq(line, ",") {
				if name = strings.TrimSpace(name); strings.HasPrefix(name, "X-") {
					vary = append(vary, name)
				}
			}
		}
		if got := strings.Join(vary, ",") + "|" + a.Header.Get("Cache-Control"); got != want || a.Status != 200 {
			t.Errorf("%s: %s, want %s: %s", rule, got, want, a.Body)
		}
	}
}

func TestRulesThatCannotWork(t *testing.T) {
	rules := map[string]string{
		`{}`: "must say one of", `{propagate: A, insert: B, value: c}`: "must say one of", `{insert: A}`: "what is inserted",
		`{insert: A, value: b, claim: c}`: "what is inserted", `{propagate: A, value: b}`: "inserts nothing",
		`{remove: A, rename: B}`: "go with propagate", `{propagate: "a b"}`: "not the name", `{insert: Host, value: a}`: "writes itself",
		`{insert: Weft-Identity, value: a}`: "writes itself", `{propagate: Connection}`: "never passed on",
		`{propagate: A, rename: Content-Length}`: "writes itself", `{matching: "("}`: "missing closing",
		`{insert: A, expression: "("}`: "unexpected token", `{insert: A, value: "a\nb"}`: "line breaks", `{insert: A, env: NOT_SET}`: "not set",
	}
	for _, rule := range slices.Sorted(maps.Keys(rules)) {
		problems := moduletest.Problems(t, "headers: {all: {rules: ["+rule+"]}}")
		if !strings.Contains(problems, "headers.all.rules.0") || !strings.Contains(problems, rules[rule]) {
			t.Errorf("%s: %q, want %q", rule, problems, rules[rule])
		}
	}
}
