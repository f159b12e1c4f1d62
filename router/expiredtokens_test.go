package router_test

import (
	"crypto/ed25519"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/authentication"
)

// TestASubscriptionEndsWithItsToken has a client show a token in connection_init: what it follows ends when the token
// does.
func TestASubscriptionEndsWithItsToken(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: public, KeyID: "k"}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, set, 0o600); err != nil {
		t.Fatal(err)
	}
	s := newSubscriptions(t, "websocket", func(c *config.Config) {
		a := modules.In[*authentication.Authentication](c, authentication.Info)
		a.Required, a.JWT.ClockSkew = true, 0
		a.Sources = []authentication.Source{{From: "connection_init", Name: "token"}}
		a.JWT.Issuers = []authentication.Issuer{{Issuer: "issuer", JWKSFile: file, Audiences: []string{"weft"}}}
	})
	key := jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: private, KeyID: "k"}}
	signer, err := jose.NewSigner(key, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(map[string]any{
		"iss": "issuer", "sub": "ada", "aud": "weft", "exp": time.Now().Add(2 * time.Second).Unix(),
	}).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	nobody := s.dialSocket("graphql-transport-ws", nil, map[string]any{"other": token})
	s.write(nobody, subscribe("subscribe", "1", "subscription { tick { n } }"))
	if got, _ := json.Marshal(s.read(nobody)); !strings.Contains(string(got), "UNAUTHENTICATED") {
		t.Errorf("without a token: %s", got)
	}
	ada := s.dialSocket("graphql-transport-ws", nil, map[string]any{"token": token})
	s.write(ada, subscribe("subscribe", "1", "subscription { tick { n } }"))
	if got, _ := json.Marshal(s.read(ada)); !strings.Contains(string(got), "TOKEN_EXPIRED") {
		t.Errorf("when the token has expired: %s", got)
	}
	s.write(ada, subscribe("subscribe", "2", "{ __typename }"))
	if got, _ := json.Marshal(s.read(ada)); !strings.Contains(string(got), "TOKEN_EXPIRED") {
		t.Errorf("afterwards: %s", got)
	}
}
