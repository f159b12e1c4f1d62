package wire_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/weft-graphql/weft/schema/wire"
)

func newKey(t testing.TB) (ed25519.PrivateKey, *wire.IdentityKey) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return private, wire.NewIdentityKey(private)
}

func public(t testing.TB, keys ...*wire.IdentityKey) wire.IdentityKeys {
	t.Helper()
	set, err := wire.ReadPublicKeys(wire.PublicKeys(keys))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func sign(t testing.TB, key *wire.IdentityKey, id wire.Identity, audience string) string {
	t.Helper()
	token, err := key.Sign(id, audience, now)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestIdentityRoundTrip(t *testing.T) {
	_, key := newKey(t)
	id := wire.Identity{
		Issuer: "https://id.example", Subject: "u1", Roles: []string{"merchant"},
		Claims: map[string]any{"tenant": "t", "exp": 1, "Sub": "x"},
	}
	got, until, err := public(t, key).Open(sign(t, key, id, "accounts"), "accounts", now)
	if err != nil || got.Subject != "u1" || got.Issuer != "https://id.example" || !got.HasRole("merchant") ||
		got.HasRole("admin") || got.Claims["tenant"] != "t" || got.Anonymous() || until.Sub(now) > 2*wire.IdentityLifetime {
		t.Errorf("%+v until %v, %v", got, until, err)
	}
	anonymous := sign(t, key, wire.Identity{Claims: map[string]any{"Sub": "u1", "sub": "u1"}}, "accounts")
	nobody, _, err := public(t, key).Open(anonymous, "accounts", now)
	if err != nil || !nobody.Anonymous() {
		t.Errorf("an anonymous caller: %+v, %v", nobody, err)
	}
}

// TestOthersReadWhatWeSign has another implementation check a token with the published keys.
func TestOthersReadWhatWeSign(t *testing.T) {
	_, key := newKey(t)
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(wire.PublicKeys([]*wire.IdentityKey{key}), &set); err != nil {
		t.Fatal(err)
	}
	token := sign(t, key, wire.Identity{Subject: "u1"}, "accounts")
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jws.Verify(set.Keys[0]); err != nil {
		t.Error(err)
	}
	thumbprint, err := set.Keys[0].Thumbprint(5 /* SHA-256 */)
	if id := base64.RawURLEncoding.EncodeToString(thumbprint); err != nil || jws.Signatures[0].Protected.KeyID != id {
		t.Errorf("the key id %q is not the thumbprint %q (RFC 7638)", jws.Signatures[0].Protected.KeyID, id)
	}
}

func TestIdentityRefusals(t *testing.T) {
	private, key := newKey(t)
	_, stranger := newKey(t)
	token := sign(t, key, wire.Identity{Subject: "u1"}, "accounts")
	parts := strings.Split(token, ".")
	others := strings.Split(sign(t, key, wire.Identity{Subject: "u2"}, "accounts"), ".")[1]
	const ours = `{"iss":"weft-router","aud":"accounts","iat":1772366400`
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	resign := func(head, claims string) string {
		signed := encode(head) + "." + encode(claims)
		return signed + "." + encode(string(ed25519.Sign(private, []byte(signed))))
	}
	headOf, _ := base64.RawURLEncoding.DecodeString(parts[0])
	head := string(headOf)
	cases := []struct {
		name, token string
		at          time.Time
		want        error
	}{
		{"missing", "", now, wire.ErrIdentityMissing},
		{"unsigned", parts[0] + "." + parts[1] + ".", now, wire.ErrIdentitySignature},
		{"without a signature", parts[0] + "." + parts[1], now, wire.ErrIdentityMalformed},
		{"a stranger's", sign(t, stranger, wire.Identity{Subject: "u1"}, "accounts"), now, wire.ErrIdentityKey},
		{"another's claims", parts[0] + "." + others + "." + parts[2], now, wire.ErrIdentitySignature},
		{"replayed later", token, now.Add(wire.IdentityLifetime + 11*time.Second), wire.ErrIdentityExpired},
		{"from the future", token, now.Add(-time.Minute), wire.ErrIdentityExpired},
		{"for another service", sign(t, key, wire.Identity{Subject: "u1"}, "catalog"), now, wire.ErrIdentityAudience},
		{"alg none", encode(`{"alg":"none"}`) + "." + parts[1] + ".", now, wire.ErrIdentityMalformed},
		{"alg HS256", resign(`{"alg":"HS256"}`, `{}`), now, wire.ErrIdentityMalformed},
		{"crit", resign(strings.Replace(head, "{", `{"crit":["x"],`, 1), `{}`), now, wire.ErrIdentityMalformed},
		{"no expiry", resign(head, ours+`}`), now, wire.ErrIdentityExpired},
		{"a long life", resign(head, ours+`,"exp":1772370000}`), now, wire.ErrIdentityExpired},
		{"another issuer", resign(head, `{"iss":"me",`+ours[24:]+`}`), now, wire.ErrIdentityMalformed},
		{"not JSON", resign(head, `x`), now, wire.ErrIdentityMalformed},
		{"not base64", "!.!.!", now, wire.ErrIdentityMalformed},
		{"four parts", token + ".x", now, wire.ErrIdentityMalformed},
		{"too long", token + strings.Repeat("A", 20_000), now, wire.ErrIdentityMalformed},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if id, _, err := public(t, key).Open(c.token, "accounts", c.at); !errors.Is(err, c.want) || id.Subject != "" {
				t.Errorf("got %+v, %v, want %v", id, err, c.want)
			}
		})
	}
	forNobody := sign(t, key, wire.Identity{Subject: "u1"}, "")
	if _, _, err := public(t, key).Open(forNobody, "", now); !errors.Is(err, wire.ErrIdentityAudience) {
		t.Errorf("for nobody in particular: %v", err)
	}
}

func TestKeysRotate(t *testing.T) {
	_, old := newKey(t)
	_, next := newKey(t)
	both := public(t, next, old)
	for name, key := range map[string]*wire.IdentityKey{"old": old, "next": next} {
		if _, _, err := both.Open(sign(t, key, wire.Identity{}, "accounts"), "accounts", now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	token := sign(t, old, wire.Identity{}, "accounts")
	if _, _, err := public(t, next).Open(token, "accounts", now); !errors.Is(err, wire.ErrIdentityKey) {
		t.Errorf("a key that was taken away: %v", err)
	}
}

func TestKeyFiles(t *testing.T) {
	private, _ := newKey(t)
	block := func(key any, kind string) string {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	good := block(private, "PRIVATE KEY")
	if keys, err := wire.ReadIdentityKeys([]byte(good + good)); err != nil || len(keys) != 2 {
		t.Errorf("two keys: %d, %v", len(keys), err)
	}
	for name, text := range map[string]string{
		"nothing": "", "another kind": block(other, "PRIVATE KEY"), "another block": block(private, "CERTIFICATE"),
		"garbage": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
	} {
		if keys, err := wire.ReadIdentityKeys([]byte(text)); err == nil {
			t.Errorf("%s: %v", name, keys)
		}
	}
	for _, text := range []string{
		"", "{}", `{"keys":[{"kty":"oct","k":"AAAA"}]}`, `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}`,
	} {
		if keys, err := wire.ReadPublicKeys([]byte(text)); err == nil {
			t.Errorf("%q: %v", text, keys)
		}
	}
}
