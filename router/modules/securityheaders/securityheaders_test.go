package securityheaders_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

const names = "X-Content-Type-Options Referrer-Policy X-Frame-Options Content-Security-Policy Strict-Transport-Security"

// said are the headers of an answer, each with its first word.
func said(a moduletest.Answer) string {
	var out []string
	for name := range strings.FieldsSeq(names) {
		if lines := a.Header.Values(name); len(lines) > 0 {
			out = append(out, strings.Join(lines, "|"))
		} else {
			out = append(out, "-")
		}
	}
	return strings.Join(out, ", ")
}

func TestBrowsersAreToldWhatNotToDo(t *testing.T) {
	r := moduletest.New(t, "playground: {enabled: true}", nil)
	for name, c := range map[string]struct {
		request *http.Request
		status  int
		want    string
	}{
		"POST":                                {post(), 200, "nosniff, no-referrer, -, -, -"},
		"POST, TLS":                           {overTLS(post()), 200, "nosniff, no-referrer, -, -, max-age=31536000"},
		"GET":                                 {get("/graphql?query=" + url.QueryEscape("{person(id: 1) {name}}")), 200, "nosniff, no-referrer, DENY, frame-ancestors 'none', -"},
		"nothing here":                        {get("/nothing"), 404, "nosniff, no-referrer, DENY, frame-ancestors 'none', -"},
		"a proxy with TLS that nobody trusts": {forwarded(post()), 200, "nosniff, no-referrer, -, -, -"},
	} {
		a := r.Do(c.request)
		if got := said(a); a.Status != c.status || got != c.want {
			t.Errorf("%s: %d %s, want %s", name, a.Status, got, c.want)
		}
	}
	// The playground says more, and no less.
	page := r.Do(get("/"), "Accept", "text/html")
	if policy := page.Header.Values("Content-Security-Policy"); page.Status != 200 || len(policy) != 1 ||
		!strings.Contains(policy[0], "frame-ancestors 'none'") || !strings.Contains(policy[0], "script-src") || page.Header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("the playground: %d %v", page.Status, page.Header)
	}
}

func TestSecurityHeadersAreSettings(t *testing.T) {
	for settings, want := range map[string]string{
		"{hsts: 0s}":                              "nosniff, no-referrer, -, -, -",
		"{hsts: 1h, hsts_subdomains: true}":       "nosniff, no-referrer, -, -, max-age=3600; includeSubDomains",
		"{hsts: 1h, trust_forwarded_proto: true}": "nosniff, no-referrer, -, -, max-age=3600",
		"{enabled: false}":                        "-, -, -, -, -",
	} {
		r := moduletest.New(t, "security_headers: "+settings, nil)
		request := overTLS(post())
		if strings.Contains(settings, "proto") {
			request = forwarded(post())
		}
		if got := said(r.Do(request)); got != want {
			t.Errorf("%s: %s, want %s", settings, got, want)
		}
	}
	if problems := moduletest.Problems(t, "security_headers: {hsts: -1s}"); !strings.Contains(problems, "security_headers.hsts") {
		t.Errorf("%q", problems)
	}
}

func get(path string) *http.Request { return httptest.NewRequest(http.MethodGet, path, nil) }

func post() *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"{person(id: 1) {name}}"}`))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func overTLS(r *http.Request) *http.Request {
	r.TLS = &tls.ConnectionState{}
	return r
}

func forwarded(r *http.Request) *http.Request {
	r.Header.Set("X-Forwarded-Proto", "https")
	return r
}
