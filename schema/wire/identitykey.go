package wire

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"
)

// encoding is base64url without padding, and without a second way to write the same.
var encoding = base64.RawURLEncoding.Strict()

// IdentityKey signs identities.
type IdentityKey struct {
	private ed25519.PrivateKey
	// head is the encoded header of every token.
	head string
}

// NewIdentityKey makes a key of an Ed25519 private key.
func NewIdentityKey(private ed25519.PrivateKey) *IdentityKey {
	id := keyID(private.Public().(ed25519.PublicKey))
	head := `{"alg":"EdDSA","kid":"` + id + `","typ":"JWT"}`
	return &IdentityKey{private: private, head: encoding.EncodeToString([]byte(head))}
}

// ReadIdentityKeys reads the private keys of a text in PEM, PKCS #8, as openssl genpkey -algorithm ed25519 writes them.
func ReadIdentityKeys(text []byte) (keys []*IdentityKey, err error) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		if block.Type != "PRIVATE KEY" {
			return nil, fmt.Errorf("a block is %q; make the key with openssl genpkey -algorithm ed25519", block.Type)
		}
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, err
		}
		private, ok := key.(ed25519.PrivateKey)
		if !ok {
			return nil, errors.New("a key is not an Ed25519 key; make it with openssl genpkey -algorithm ed25519")
		}
		keys = append(keys, NewIdentityKey(private))
	}
	if len(keys) == 0 {
		return nil, errors.New("there is no private key in PEM; make one with openssl genpkey -algorithm ed25519")
	}
	return keys, nil
}

// Sign makes the token that tells a service (audience) who is asking.
func (k *IdentityKey) Sign(id Identity, audience string, now time.Time) (string, error) {
	claims, err := id.encode(audience, now)
	if err != nil {
		return "", err
	}
	signed := k.head + "." + encoding.EncodeToString(claims)
	token := signed + "." + encoding.EncodeToString(ed25519.Sign(k.private, []byte(signed)))
	if len(token) > maxIdentity {
		return "", fmt.Errorf("the identity has %d bytes, more than %d: pass fewer claims on", len(token), maxIdentity)
	}
	return token, nil
}

// keyID is the thumbprint of a public key.
//
// Specification: RFC 7638; RFC 8037, appendix A.3.
func keyID(public ed25519.PublicKey) string {
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + encoding.EncodeToString(public) + `"}`))
	return encoding.EncodeToString(sum[:])
}

// publicKey is a key of a set.
//
// Specification: RFC 7517; RFC 8037, section 2.
type publicKey struct {
	Type  string `json:"kty"`
	Curve string `json:"crv"`
	X     string `json:"x"`
	ID    string `json:"kid,omitempty"`
	Use   string `json:"use,omitempty"`
	Alg   string `json:"alg,omitempty"`
}

type keySet struct {
	Keys []publicKey `json:"keys"`
}

// PublicKeys writes the set of the public keys with which identities that these keys sign are checked.
func PublicKeys(keys []*IdentityKey) []byte {
	set := keySet{Keys: []publicKey{}}
	for _, k := range keys {
		public := k.private.Public().(ed25519.PublicKey)
		x := encoding.EncodeToString(public)
		set.Keys = append(set.Keys, publicKey{"OKP", "Ed25519", x, keyID(public), "sig", "EdDSA"})
	}
	text, _ := json.Marshal(set) // strings can always be written
	return text
}

// IdentityKeys check identities: public keys by their id.
type IdentityKeys map[string]ed25519.PublicKey

// ReadPublicKeys reads a set of public keys. Keys of other kinds are left out.
func ReadPublicKeys(text []byte) (IdentityKeys, error) {
	var set keySet
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("it is not a set of keys (JWKS): %w", err)
	}
	keys := IdentityKeys{}
	for _, k := range set.Keys {
		x, err := encoding.DecodeString(k.X)
		ours := k.Type == "OKP" && k.Curve == "Ed25519" && (k.Use == "" || k.Use == "sig")
		if ours && err == nil && len(x) == ed25519.PublicKeySize {
			keys[keyID(x)] = x
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("it has no Ed25519 key for signatures")
	}
	return keys, nil
}

// Open checks a token for a service (audience). It returns until when the token counts, too.
func (keys IdentityKeys) Open(token, audience string, now time.Time) (id Identity, expires time.Time, err error) {
	head, rest, _ := strings.Cut(token, ".")
	body, signature, ok := strings.Cut(rest, ".")
	switch {
	case token == "":
		return id, expires, ErrIdentityMissing
	case !ok || len(token) > maxIdentity || strings.Contains(signature, "."):
		return id, expires, ErrIdentityMalformed
	}
	text, err := encoding.DecodeString(head)
	var header struct {
		Alg  string          `json:"alg"`
		ID   string          `json:"kid"`
		Crit json.RawMessage `json:"crit"`
	}
	// One algorithm, whatever the token says, and nothing in it that would have to be understood.
	if err != nil || json.Unmarshal(text, &header) != nil || header.Alg != "EdDSA" || header.Crit != nil {
		return id, expires, ErrIdentityMalformed
	}
	key := keys[header.ID]
	if key == nil {
		return id, expires, ErrIdentityKey
	}
	given, err := encoding.DecodeString(signature)
	if err != nil || !ed25519.Verify(key, []byte(head+"."+body), given) {
		return id, expires, ErrIdentitySignature
	}
	claims, err := encoding.DecodeString(body)
	if err != nil {
		return id, expires, ErrIdentityMalformed
	}
	return decode(claims, audience, now)
}
