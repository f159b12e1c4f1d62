package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestForeignRequests makes the requests that a page of another site can make a browser send, and those of honest
// clients.
func TestForeignRequests(t *testing.T) {
	h, err := NewHandler(Options{Engine: plainEngine{}, PreflightHeaders: []string{"Apollo-Require-Preflight"}})
	if err != nil {
		t.Fatal(err)
	}
	const get, post = http.MethodGet, http.MethodPost
	for _, c := range []struct {
		what, method string
		header       []string
		status       int
	}{
		{"curl", get, nil, 200},
		{"curl", post, []string{"Content-Type", "application/json"}, 200},
		{"a CDN", get, []string{"Authorization", "Bearer x"}, 200},
		{"the playground", get, []string{"Sec-Fetch-Site", "same-origin", "Cookie", "a=b"}, 200},
		{"a person", get, []string{"Sec-Fetch-Site", "none", "Cookie", "a=b"}, 200},
		{"a client of another origin", get, []string{"Sec-Fetch-Site", "cross-site", "Apollo-Require-Preflight", "1"}, 200},
		{"one that was asked about", get, []string{"Sec-Fetch-Site", "cross-site", "Content-Type", "application/json"}, 200},
		{"an old browser", get, []string{"Origin", "http://example.com"}, 200},
		{"an image", get, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "image", "Cookie", "a=b"}, 403},
		{"a link", get, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, 403},
		{"a neighbour", get, []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"fetch", get, []string{"Origin", "https://evil.example"}, 403},
		{"a sandbox", get, []string{"Origin", "null"}, 403},
		{"an old browser's image", get, []string{"Cookie", "a=b"}, 403},
		{"an image", http.MethodHead, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		// GHSA-hff2-gcpx-8f4p: types that some browsers sent without asking.
		{"an odd type", get, []string{"Content-Type", "message/x"}, 415},
		{"an odd type", get, []string{"Content-Type", "application/json;x=\"text/plain\", text/plain"}, 415},
		{"a simple type", get, []string{"Content-Type", "text/plain"}, 415},
		{"a form", post, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
		{"a form", post, []string{"Content-Type", "multipart/form-data; boundary=x"}, 415},
		{"a form", post, []string{"Content-Type", "text/plain"}, 415},
		{"a form", post, []string{"Content-Type", "text/plain; application/json"}, 415},
		{"a list of types", post, []string{"Content-Type", "application/json;x=y, text/plain"}, 415},
		{"a beacon without a type", post, nil, 415},
	} {
		body := ""
		if c.method == post {
			body = `{"query":"{a}"}`
		}
		r := httptest.NewRequest(c.method, "/graphql?query={a}", strings.NewReader(body))
		r.Header.Set("Accept", "*/*")
		for i := 0; i < len(c.header); i += 2 {
			r.Header.Set(c.header[i], c.header[i+1])
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if rec.Code != c.status {
			t.Errorf("%s: %s %v: %d, want %d: %s", c.what, c.method, c.header, rec.Code, c.status, rec.Body)
		}
	}
}
