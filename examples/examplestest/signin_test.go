package examplestest

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
)

// issuer signs people in for the router.
type issuer struct {
	private ed25519.PrivateKey
	file    string
}

func newIssuer(t testing.TB) issuer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "keys.json")
	set := wire.PublicKeys([]*wire.IdentityKey{wire.NewIdentityKey(private)})
	if err := os.WriteFile(file, set, 0o600); err != nil {
		t.Fatal(err)
	}
	return issuer{private, file}
}

// token is a person's, with roles.
func (i issuer) token(t testing.TB, subject string, roles ...string) string {
	t.Helper()
	encode := func(value map[string]any) string {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	signed := encode(map[string]any{"alg": "EdDSA"}) + "." + encode(map[string]any{
		"iss": "https://id.example", "aud": "weft", "sub": subject, "roles": roles, "exp": time.Now().Add(time.Hour).Unix(),
	})
	return signed + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(i.private, []byte(signed)))
}
