package canary

import (
	"encoding/base64"
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/weft-graphql/weft/router/config"
)

// TestTheShareOfCallers counts callers, each of whom gets the same for each request.
func TestTheShareOfCallers(t *testing.T) {
	settings := config.Default().Canary
	settings.Percent = 10
	chosen := func(salt string) map[int]bool {
		all := map[int]bool{}
		for i := range 10_000 {
			r := httptest.NewRequest("POST", "/graphql", nil)
			r.Header.Set("Authorization", fmt.Sprint("Bearer ", i))
			first := takes(&settings, salt, r)
			r.RemoteAddr = "10.0.0.1:1"
			if takes(&settings, salt, r) != first {
				t.Fatal("a caller gets one and the other")
			}
			if first {
				all[i] = true
			}
		}
		return all
	}
	a, b := chosen("a"), chosen("b")
	both := 0
	for i := range a {
		if b[i] {
			both++
		}
	}
	if len(a) < 850 || len(a) > 1150 || len(b) < 850 || len(b) > 1150 || both > 200 {
		t.Errorf("%d and %d of 10000, %d of them the same", len(a), len(b), both)
	}
}

func TestLabels(t *testing.T) {
	token := func(payload string) string {
		return "Bearer e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".x"
	}
	settings := config.Default().Canary
	settings.Header = config.CanaryLabel{Name: "X-Canary", Value: "yes"}
	settings.Claim = config.CanaryLabel{Name: "tier"}
	for i, c := range []struct {
		name, value string
		takes       bool
	}{
		{"X-Canary", "yes", true}, {"X-Canary", "no", false}, {"X-Other", "yes", false},
		{"Authorization", token(`{"tier":"inner"}`), true}, {"Authorization", token(`{"tier":7}`), true},
		{"Authorization", token(`{"other":1}`), false}, {"Authorization", token(`garbage`), false},
		{"Authorization", "Bearer a.b", false}, {"Authorization", "Basic abc", false},
	} {
		r := httptest.NewRequest("POST", "/graphql", nil)
		r.Header.Set(c.name, c.value)
		if got := takes(&settings, "", r); got != c.takes {
			t.Errorf("%d: %v", i, got)
		}
	}
	r := httptest.NewRequest("POST", "/graphql", nil)
	r.Header.Set("X-Canary", "yes")
	r.Header.Set("Accept", "text/event-stream")
	if takes(&settings, "", r) {
		t.Error("what lasts is for the canary")
	}
}
