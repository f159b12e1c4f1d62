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
