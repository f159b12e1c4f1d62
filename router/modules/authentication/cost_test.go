package authentication

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// newKey makes a key for an algorithm.
func newKey(tb testing.TB, algorithm jose.SignatureAlgorithm) (key crypto.Signer) {
	tb.Helper()
	var err error
	switch algorithm {
	case jose.ES256:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jose.RS256:
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		_, key, err = ed25519.GenerateKey(nil)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

// warm is a verifier that knows its issuer's key, and a token.
func warm(tb testing.TB, algorithm jose.SignatureAlgorithm, remember int) (*jwtVerifier, string) {
	tb.Helper()
	private := newKey(tb, algorithm)
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: private.Public(), KeyID: "k"}}})
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
	key := jose.SigningKey{Algorithm: algorithm, Key: jose.JSONWebKey{Key: private, KeyID: "k"}}
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
	v, token := warm(t, jose.EdDSA, 10)
	if n := testing.AllocsPerRun(100, func() { _, _ = v.verify(t.Context(), token) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkKnownToken(b *testing.B) { benchmarkToken(b, 10) }

func BenchmarkNewToken(b *testing.B) { benchmarkToken(b, 0) }

// BenchmarkSignature is what checking a token's signature takes alone: BenchmarkNewToken cannot take less.
func BenchmarkSignature(b *testing.B) {
	for _, algorithm := range []jose.SignatureAlgorithm{jose.EdDSA, jose.ES256, jose.RS256} {
		b.Run(string(algorithm), func(b *testing.B) {
			private := newKey(b, algorithm)
			message := []byte(strings.Repeat("m", 200))
			digest := sha256.Sum256(message)
			options, signed := crypto.SignerOpts(crypto.SHA256), digest[:]
			if algorithm == jose.EdDSA {
				options, signed = crypto.Hash(0), message
			}
			signature, err := private.Sign(rand.Reader, signed, options)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				right := false
				switch public := private.Public().(type) {
				case ed25519.PublicKey:
					right = ed25519.Verify(public, message, signature)
				case *ecdsa.PublicKey:
					right = ecdsa.VerifyASN1(public, digest[:], signature)
				case *rsa.PublicKey:
					right = rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature) == nil
				}
				if !right {
					b.Fatal("the signature is wrong")
				}
			}
		})
	}
}

func benchmarkToken(b *testing.B, remember int) {
	for _, algorithm := range []jose.SignatureAlgorithm{jose.EdDSA, jose.ES256, jose.RS256} {
		b.Run(string(algorithm), func(b *testing.B) {
			v, token := warm(b, algorithm, remember)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.verify(b.Context(), token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
