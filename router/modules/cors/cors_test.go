package cors

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestPreflightsAndAnswers(t *testing.T) {
	h := (&CORS{Origins: []string{"https://shop.example"}}).WrapHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "{}")
	}))
	allowed := func(method, origin string, header ...string) string {
		r := httptest.NewRequest(method, "/graphql", nil)
		r.Header.Set("Origin", origin)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec.Header().Get("Access-Control-Allow-Origin")
	}
	asks := []string{"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type"}
	for _, method := range []string{http.MethodOptions, http.MethodPost} {
		if got := allowed(method, "https://shop.example", asks...); got != "https://shop.example" {
			t.Errorf("%s from the shop: %q", method, got)
		}
		if got := allowed(method, "https://evil.example", asks...); got != "" {
			t.Errorf("%s from elsewhere: %q", method, got)
		}
	}
}

func TestCredentialsAndAnyOrigin(t *testing.T) {
	var wrong []string
	(&CORS{Origins: []string{"*", "shop"}, Credentials: true, MaxAge: -1}).Check(func(key, _ string, _ ...any) { wrong = append(wrong, key) })
	if len(wrong) != 3 || wrong[0] != "credentials" || wrong[1] != "origins.1" || wrong[2] != "max_age" {
		t.Errorf("reported: %v", wrong)
	}
}

func TestEveryOriginHasItsPolicy(t *testing.T) {
	c := &CORS{
		Origins: []string{"https://shop.example"}, Patterns: []string{`https://pr-[0-9]+\.shop\.example`},
		Policies: []CORSPolicy{
			{Origins: []string{"https://admin.example"}, Credentials: true, PrivateNetwork: true},
			{Origins: []string{"https://*.partner.example"}, ExposedHeaders: []string{"X-A"}},
		},
	}
	h := c.WrapHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }))
	for origin, want := range map[string][3]string{
		"https://shop.example":            {"https://shop.example", "", ""},
		"https://pr-17.shop.example":      {"https://pr-17.shop.example", "", ""},
		"https://pr-17.shop.example.evil": {},
		"https://evil.pr-17.shop.example": {},
		"https://pr-17xshop.example":      {},
		"https://admin.example":           {"https://admin.example", "true", "true"},
		"https://a.partner.example":       {"https://a.partner.example", "", ""},
		"https://partner.example":         {},
		"https://admin.example.evil":      {},
		"null":                            {},
	} {
		r := httptest.NewRequest(http.MethodOptions, "/graphql", nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", "POST")
		r.Header.Set("Access-Control-Request-Private-Network", "true")
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		got := [3]string{rec.Header().Get("Access-Control-Allow-Origin"), rec.Header().Get("Access-Control-Allow-Credentials"),
			rec.Header().Get("Access-Control-Allow-Private-Network")}
		if got != want {
			t.Errorf("%s: %q, want %q", origin, got, want)
		}
	}
}
