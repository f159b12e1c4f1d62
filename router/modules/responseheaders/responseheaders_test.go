package responseheaders_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// two asks both subgraphs.
const two = "{person(id: 1) {name age}}"

func get(r *moduletest.Rig, query string, header ...string) moduletest.Answer {
	return r.Do(httptest.NewRequest(http.MethodGet, "/graphql?query="+url.QueryEscape(query), nil), header...)
}

// saying makes a subgraph say headers.
func saying(s *moduletest.Subgraph, lines ...string) {
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		s.SendHeader(name, value)
	}
}

func TestHeadersAreMergedByTheirRules(t *testing.T) {
	r := moduletest.New(t, `
response_headers:
  all:
    - {header: x-all}
    - {header: X-First, merge: first}
    - {header: X-Last, merge: last}
    - {header: Set-Cookie}
    - {header: Vary}
  subgraphs:
    ages: [{header: X-All, merge: append}, {header: X-First, merge: first}, {header: X-Last, merge: last}, {header: X-Ages}]
`, nil)
	saying(r.Subgraphs["people"], "X-All: p1", "X-All: p2", "X-First: p", "X-Last: p", "Set-Cookie: a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
		"Set-Cookie: b=2", "Vary: X-Tenant, accept", "X-Ages: not from here", "X-Other: secret")
	saying(r.Subgraphs["ages"], "X-All: a", "X-First: a", "X-Last: a", "X-Ages: yes", "Set-Cookie: c=3", "X-Other: secret")
	a := get(r, two)
	for name, want := range map[string]string{
		"X-All": "p1|p2|a", "X-First": "p", "X-Last": "a", "X-Ages": "yes", "X-Other": "",
		"Set-Cookie": "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT|b=2", "Cache-Control": "no-store",
	} {
		if got := strings.Join(a.Header.Values(name), "|"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if vary := strings.Join(a.Header.Values("Vary"), ", "); !strings.Contains(vary, "X-Tenant") || strings.Count(strings.ToLower(vary), "accept") != 1 {
		t.Errorf("Vary: %s", vary)
	}
	if got := strings.Join(r.Ask("{person(id: 1) {name}}").Header.Values("X-All"), "|"); got != "p1|p2" {
		t.Errorf("one subgraph: %s", got)
	}
}

func TestTheMostRestrictiveCacheControlCounts(t *testing.T) {
	for _, c := range []struct{ people, ages, want string }{
		{"max-age=60", "max-age=30", "max-age=30"},
		{"max-age=60, private", "max-age=90", "private, max-age=60"},
		{"max-age=60", "no-store", "no-store"},
		{"max-age=60", "", "no-store"},
		{"max-age=60|must-revalidate", "s-maxage=20, max-age=50", "max-age=20, must-revalidate"},
		{"no-cache", "max-age=50", "no-cache, max-age=50"},
		{"MAX-AGE=60", "public, max-age=70", "max-age=60"},
		{"max-age=nonsense", "max-age=50", "max-age=0"},
		{"public", "public", "no-cache"},
	} {
		r := moduletest.New(t, "response_headers: {all: [{header: cache-control}]}", nil)
		for name, text := range map[string]string{"people": c.people, "ages": c.ages} {
			for line := range strings.SplitSeq(text, "|") {
				if line != "" {
					saying(r.Subgraphs[name], "Cache-Control: "+line)
				}
			}
		}
		if got := get(r, two).Header.Get("Cache-Control"); got != c.want {
			t.Errorf("%q and %q: %q, want %q", c.people, c.ages, got, c.want)
		}
	}
}

func TestWhatMustNotBeKeptIsNot(t *testing.T) {
	const rules = "response_headers: {all: [{header: Cache-Control}, {header: Vary}]}\n"
	fresh := func(r *moduletest.Rig) *moduletest.Rig {
		saying(r.Subgraphs["people"], "Cache-Control: public, max-age=60", "Vary: X-Tenant")
		saying(r.Subgraphs["ages"], "Cache-Control: public, max-age=60", "Age: 15")
		return r
	}
	r := fresh(moduletest.New(t, rules, nil))
	a := get(r, two)
	if a.Header.Get("Cache-Control") != "max-age=45" || !strings.Contains(strings.Join(a.Header.Values("Vary"), ","), "X-Tenant") {
		t.Errorf("fresh: %v", a.Header)
	}
	r.Subgraphs["ages"].Answer("_entities", `{"errors":[{"message":"no"}]}`)
	if got := get(r, two).Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("with an error: %s", got)
	}
	r = fresh(moduletest.New(t, rules+`headers: {all: {rules: [{insert: X-B, claim: tenant}]}}`, nil))
	if got := get(r, two).Header.Get("Cache-Control"); got != "private, max-age=45" {
		t.Errorf("that depends on who asks: %s", got)
	}
	r = fresh(moduletest.New(t, rules, nil))
	saying(r.Subgraphs["people"], "Vary: *")
	if got := get(r, two).Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("that depends on everything: %s", got)
	}
}

// TestCookiesBelongToOneClient lets two clients share a request to a subgraph, or the whole query: one cookie is sent, to one of
// them.
func TestCookiesBelongToOneClient(t *testing.T) {
	for name, dedupe := range map[string]string{"requests": "{subgraph_requests: true}", "queries": "{client_queries: true, subgraph_requests: false}"} {
		r := moduletest.New(t, "response_headers: {all: [{header: Set-Cookie}]}\nadmin: {listen: 'localhost:0'}\ndedupe: "+dedupe, nil)
		const clients = 5
		entered, leave := make(chan struct{}, clients), make(chan struct{})
		var sent atomic.Int32
		r.Subgraphs["people"].Handle(func(w http.ResponseWriter, _ *http.Request) {
			entered <- struct{}{}
			<-leave
			w.Header().Set("Content-Type", "application/json")
			w.Header().Add("Set-Cookie", fmt.Sprintf("session=%d", sent.Add(1)))
			_, _ = io.WriteString(w, `{"data":{"person":{"name":"Ada"}}}`)
		})
		answers := make(chan moduletest.Answer, clients)
		for range clients {
			go func() { answers <- r.Ask("{person(id: 1) {name}}") }()
		}
		<-entered
		for range 10_000 {
			runtime.Gosched() // the others get here meanwhile, most of the time; what must be true is true whether they do or not
		}
		close(leave)
		cookies := map[string]int{}
		for range clients {
			if cookie := (<-answers).Header.Get("Set-Cookie"); cookie != "" {
				cookies[cookie]++
			}
		}
		for cookie, n := range cookies {
			if n > 1 {
				t.Errorf("%s: %d clients have %s", name, n, cookie)
			}
		}
		if len(cookies) != int(sent.Load()) {
			t.Errorf("%s: %d cookies were sent, and %v arrived", name, sent.Load(), cookies)
		}
	}
}

func TestRulesThatCannotWork(t *testing.T) {
	for rule, want := range map[string]string{
		"{header: ''}": "not the name", "{header: 'a b'}": "not the name", "{header: connection}": "writes itself",
		"{header: Content-Type}": "writes itself", "{header: access-control-allow-origin}": "writes itself",
		"{header: X-A, merge: sum}": "choose append, first, last", "{header: Set-Cookie, merge: last}": "leave it out",
		"{header: Cache-Control, merge: first}": "leave it out", "{header: X-A, merge: restrict}": "choose append",
	} {
		if problems := moduletest.Problems(t, "response_headers: {subgraphs: {people: ["+rule+"]}}"); !strings.Contains(problems, want) ||
			!strings.Contains(problems, "response_headers.subgraphs.people.0") {
			t.Errorf("%s: %q, want %q", rule, problems, want)
		}
	}
}
