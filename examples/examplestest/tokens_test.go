package examplestest

import (
	"crypto/ed25519"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
)

// newIdentity makes a key of a router, and a file with its public part.
func newIdentity(t testing.TB) (key *wire.IdentityKey, file string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key = wire.NewIdentityKey(private)
	file = filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, wire.PublicKeys([]*wire.IdentityKey{key}), 0o600); err != nil {
		t.Fatal(err)
	}
	return key, file
}

// believesTheRouterOnly sends a service tokens, of which one is the router's for it and counts now.
func believesTheRouterOnly(t *testing.T, address, service string, key *wire.IdentityKey) {
	t.Helper()
	stranger, _ := newIdentity(t)
	sign := func(key *wire.IdentityKey, audience string, at time.Duration) string {
		token, err := key.Sign(wire.Identity{Subject: "u1"}, audience, time.Now().Add(at))
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	good := sign(key, service, 0)
	head, rest, _ := strings.Cut(good, ".")
	_, signature, _ := strings.Cut(rest, ".")
	_, other, _ := strings.Cut(sign(stranger, service, 0), ".")
	body, _, _ := strings.Cut(other, ".")
	for name, c := range map[string]struct {
		tokens []string
		status int
	}{
		"the router's":            {[]string{good}, http.StatusOK},
		"none":                    {nil, http.StatusUnauthorized},
		"nonsense":                {[]string{"a.b.c"}, http.StatusUnauthorized},
		"two":                     {[]string{good, good}, http.StatusUnauthorized},
		"for another service":     {[]string{sign(key, "catalog", 0)}, http.StatusUnauthorized},
		"expired":                 {[]string{sign(key, service, -2*time.Minute)}, http.StatusUnauthorized},
		"from the future":         {[]string{sign(key, service, time.Minute)}, http.StatusUnauthorized},
		"of a stranger":           {[]string{sign(stranger, service, 0)}, http.StatusUnauthorized},
		"a stranger's, our key":   {[]string{head + "." + other}, http.StatusUnauthorized},
		"signed for other claims": {[]string{head + "." + body + "." + strings.Replace(signature, "A", "B", 1) + "AA"}, http.StatusUnauthorized},
		"without its signature":   {[]string{head + "." + body}, http.StatusUnauthorized},
	} {
		if status, err := statusOf(address, c.tokens); err != nil || status != c.status {
			t.Errorf("%s: the token %s is answered %d, %v; want %d", service, name, status, err, c.status)
		}
	}
}

func statusOf(address string, tokens []string) (int, error) {
	req, err := http.NewRequest(http.MethodPost, fmt.Sprintf("http://%s/graphql", address), strings.NewReader(`{"query":"{ __typename }"}`))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header[wire.IdentityHeader] = tokens
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}
