package graphiql

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func TestPageNamesItsAssetsAndNothingElse(t *testing.T) {
	p, err := New(Options{Endpoint: "/api/graphql", Path: "/play", DefaultQuery: `{ a(b: "<\"c\">") }`, Tour: `{ d(e: "<\"f\">") }`})
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	p.ServePage(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	page := rec.Body.String()
	if !strings.Contains(page, `data-endpoint="/api/graphql" data-path="/play"`) {
		t.Errorf("the page does not tell its endpoint and its own path:\n%s", page)
	}
	if strings.Contains(page, `<\"c`) {
		t.Errorf("the default query is not escaped:\n%s", page)
	}
	if !strings.Contains(page, ` data-tour="{ d(e: &#34;&lt;\&#34;f\&#34;&gt;&#34;) }"`) {
		t.Errorf("the page does not have its tour, escaped:\n%s", page)
	}
	if strings.Contains(page, "//") {
		t.Errorf("the page refers to another origin:\n%s", page)
	}
	links := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(links) != 3 {
		t.Fatalf("the page has %d links, want script, style and icon", len(links))
	}
	for _, link := range links {
		rec := httptest.NewRecorder()
		p.ServeAsset(rec, httptest.NewRequest(http.MethodGet, link[1], nil))
		if rec.Code != http.StatusOK || rec.Body.Len() == 0 {
			t.Errorf("%s: status %d, %d bytes", link[1], rec.Code, rec.Body.Len())
		}
		if got := rec.Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control %q", link[1], got)
		}
	}
	if csp := rec.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self';") {
		t.Errorf("Content-Security-Policy = %q", csp)
	}
}

func TestAssetsTravelCompressedWhereTheClientTakesIt(t *testing.T) {
	p, err := New(Options{Endpoint: "/graphql"})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		accept string
		packed bool
	}{{"", false}, {"gzip, deflate, br", true}, {"br, gzip;q=0", false}, {"br;q=1.0, GZIP;q=0.5", true}} {
		r := httptest.NewRequest(http.MethodGet, AssetPrefix+"playground.js", nil)
		r.Header.Set("Accept-Encoding", test.accept)
		rec := httptest.NewRecorder()
		p.ServeAsset(rec, r)
		if got := rec.Header().Get("Content-Encoding") == "gzip"; got != test.packed {
			t.Errorf("Accept-Encoding %q: compressed %v, want %v", test.accept, got, test.packed)
		}
		if plain := strings.HasPrefix(rec.Body.String(), "\x1f\x8b"); plain != test.packed {
			t.Errorf("Accept-Encoding %q: the body's encoding does not match the header", test.accept)
		}
	}
	r := httptest.NewRequest(http.MethodGet, AssetPrefix+"playground.js", nil)
	r.Header.Set("If-None-Match", `"`+p.assets[AssetPrefix+"playground.js"].tag+`"`)
	rec := httptest.NewRecorder()
	p.ServeAsset(rec, r)
	if rec.Code != http.StatusNotModified {
		t.Errorf("a known asset answers %d, want 304", rec.Code)
	}
	rec = httptest.NewRecorder()
	p.ServeAsset(rec, httptest.NewRequest(http.MethodGet, AssetPrefix+"../secret", nil))
	if rec.Code != http.StatusNotFound {
		t.Errorf("an unknown asset answers %d, want 404", rec.Code)
	}
}
