package authentication_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// issuerName is who issues the tokens of these tests.
const issuerName = "https://id.example"

// pair is a key of an issuer.
type pair struct {
	id        string
	private   crypto.Signer
	algorithm jose.SignatureAlgorithm
}

// rsaPair is made once: it takes long.
var rsaPair = sync.OnceValue(func() *pair {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return &pair{"rsa", key, jose.RS256}
})

func ecPair(t testing.TB, id string) *pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &pair{id, key, jose.ES256}
}

func edPair(t testing.TB, id string) *pair {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &pair{id, key, jose.EdDSA}
}

// keySet is the JWKS of some keys.
func keySet(t testing.TB, keys ...*pair) string {
	t.Helper()
	set := jose.JSONWebKeySet{}
	for _, k := range keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: k.private.Public(), KeyID: k.id, Use: "sig"})
	}
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func keyFile(t testing.TB, keys ...*pair) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, []byte(keySet(t, keys...)), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// claims are those of a token that is good, changed by what is given; nil takes one out.
func claims(changes map[string]any) map[string]any {
	c := map[string]any{
		"iss": issuerName, "sub": "ada", "aud": "weft", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, value any) bool { return value == nil })
	return c
}

// sign makes a token. header are further entries of its header; kid replaces that of the key.
func (p *pair) sign(t testing.TB, claims map[string]any, header map[string]any) string {
	t.Helper()
	body, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return p.signText(t, body, header)
}

func (p *pair) signText(t testing.TB, body []byte, header map[string]any) string {
	t.Helper()
	options := &jose.SignerOptions{ExtraHeaders: map[jose.HeaderKey]any{"kid": p.id, "typ": "JWT"}}
	for name, value := range header {
		options.ExtraHeaders[jose.HeaderKey(name)] = value
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: p.algorithm, Key: p.private}, options)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := signer.Sign(body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// trusting are the settings that take tokens of the issuer, signed with one of some keys.
func trusting(t testing.TB, keys ...*pair) string {
	t.Helper()
	return `jwt: {issuers: [{issuer: "` + issuerName + `", jwks_file: "` + keyFile(t, keys...) + `", audiences: [weft]}]}`
}
