package subgraphs_test

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

// routerKey is a key of a router, and what services know of it.
func routerKey(t *testing.T) (*wire.IdentityKey, *kit.IdentityKeys) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key := wire.NewIdentityKey(private)
	keys := kit.FixedIdentityKeys(wire.PublicKeys([]*wire.IdentityKey{key}))
	t.Cleanup(keys.Close)
	return key, keys
}

func signed(t *testing.T, key *wire.IdentityKey, id wire.Identity, service string, at time.Time) string {
	t.Helper()
	token, err := key.Sign(id, service, at)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// whoAmI asks accounts with identity headers.
func whoAmI(h http.Handler, tokens ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"{ me { id } }"}`))
	r.Header.Set("Content-Type", "application/json")
	for _, token := range tokens {
		r.Header.Add(wire.IdentityHeader, token)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestOnlyTheRouterIsBelieved(t *testing.T) {
	key, keys := routerKey(t)
	stranger, _ := routerKey(t)
	config := sqliteConfig(t)
	config.Identity.Keys = keys
	s, _ := open(t, "accounts", config)
	now := time.Now()
	u1 := wire.Identity{Subject: "u1"}
	good := signed(t, key, u1, "accounts", now)
	cases := []struct {
		name   string
		tokens []string
		me     string
	}{
		{"right", []string{good}, `{"id":"u1"}`},
		{"again", []string{good}, `{"id":"u1"}`},
		{"anonymous", []string{signed(t, key, wire.Identity{}, "accounts", now)}, `null`},
		{"missing", nil, ""},
		{"empty", []string{""}, ""},
		{"two", []string{good, good}, ""},
		{"signed with another key", []string{signed(t, stranger, u1, "accounts", now)}, ""},
		{"for another service", []string{signed(t, key, u1, "catalog", now)}, ""},
		{"replayed an hour later", []string{signed(t, key, u1, "accounts", now.Add(-time.Hour))}, ""},
		{"the old form", []string{"eyJzdWIiOiJ1MSJ9"}, ""},
		{"garbage", []string{"!.!"}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := whoAmI(s.Handler(), c.tokens...)
			switch {
			case c.me != "" && (w.Code != http.StatusOK || w.Body.String() != `{"data":{"me":`+c.me+`}}`):
				t.Errorf("%d %s", w.Code, w.Body)
			case c.me != "":
			case w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), `"code":"UNAUTHENTICATED"`):
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	for _, path := range []string{"/healthz", "/readyz", "/status"} {
		w := httptest.NewRecorder()
		if s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil)); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

// TestAServiceCannotForgeCallersToAnother has a service that was taken over do what it can with all that it knows: the
// public keys, and a token of a caller that the router made for it.
func TestAServiceCannotForgeCallersToAnother(t *testing.T) {
	key, keys := routerKey(t)
	config := sqliteConfig(t)
	config.Identity.Keys = keys
	accounts, _ := open(t, "accounts", config)
	got := signed(t, key, wire.Identity{Subject: "u1"}, "reviews", time.Now())
	parts := strings.Split(got, ".")
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	forged := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(text), "reviews", "accounts", 1)))
	set := wire.PublicKeys([]*wire.IdentityKey{key})
	mac := hmac.New(sha256.New, set)
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`))
	mac.Write([]byte(head + "." + forged))
	for name, token := range map[string]string{
		"passed on": got, "with another audience": parts[0] + "." + forged + "." + parts[2],
		"signed with the public key": head + "." + forged + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)),
		"unsigned":                   base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + forged + ".",
	} {
		if w := whoAmI(accounts.Handler(), token); w.Code != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestRouterKeysAreFollowed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys.json")
	keys, err := kit.FollowIdentityKeys(file, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	config := sqliteConfig(t)
	config.Identity.Keys = keys
	s, _ := open(t, "accounts", config)
	first, _ := routerKey(t)
	token := signed(t, first, wire.Identity{Subject: "u1"}, "accounts", time.Now())
	if w := whoAmI(s.Handler(), token); w.Code != http.StatusUnauthorized {
		t.Fatalf("without keys: %d %s", w.Code, w.Body)
	}
	publish := func(key *wire.IdentityKey) {
		if err := os.WriteFile(file, wire.PublicKeys([]*wire.IdentityKey{key}), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	becomes := func(token string, want int) {
		t.Helper()
		looks := time.NewTicker(20 * time.Millisecond)
		defer looks.Stop()
		for whoAmI(s.Handler(), token).Code != want {
			<-looks.C
		}
	}
	publish(first)
	becomes(token, http.StatusOK)
	second, _ := routerKey(t)
	publish(second)
	becomes(token, http.StatusUnauthorized) // although it was good a moment ago
	becomes(signed(t, second, wire.Identity{Subject: "u1"}, "accounts", time.Now()), http.StatusOK)
	if _, err := kit.FollowIdentityKeys("http://router.example/keys", slog.Default()); err == nil {
		t.Error("keys from somewhere, without TLS")
	}
}
