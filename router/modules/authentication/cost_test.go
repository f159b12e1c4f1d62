package authentication

import (
	"crypto/ed25519"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// warm is a verifier that knows its issuer's key, and a token.
func warm(tb testing.TB, remember int) (*jwtVerifier, string) {
	tb.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		tb.Fatal(err)
	}
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: public, KeyID: "k"}}})
	if err != nil {
		tb.Fatal(err)
	}
	file := filepath.Join(tb.TempDir(), "keys.json")
	if err := os.WriteFile(file, set, 0o600); err != nil {
		tb.Fatal(err)
	}
	v, err := newJWTVerifier(&JWT{
		Issuers:   []Issuer{{Issuer: "issuer", JWKSFile: file, Audiences: []string{"weft"}}},
		ClockSkew: time.Second, MaxBytes: 16 << 10, Remember: remember, Refresh: time.Minute,
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(v.close)
	key := jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: private, KeyID: "k"}}
	signer, err := jose.NewSigner(key, nil)
	if err != nil {
		tb.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(map[string]any{
		"iss": "issuer", "sub": "ada", "aud": "weft", "exp": time.Now().Add(time.Hour).Unix(), "scope": "read write",
	}).Serialize()
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := v.verify(tb.Context(), token); err != nil {
		tb.Fatal(err)
	}
	return v, token
}

func TestAKnownTokenTakesNoMemory(t *testing.T) {
	v, token := warm(t, 10)
	if n := testing.AllocsPerRun(100, func() { _, _ = v.verify(t.Context(), token) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkKnownToken(b *testing.B) {
	v, token := warm(b, 10)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.verify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewToken(b *testing.B) {
	v, token := warm(b, 0)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.verify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}
