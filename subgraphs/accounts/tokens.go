package accounts

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

// SigningKey is a key that access tokens are signed with.
type SigningKey struct {
	// ID is the thumbprint of the public key (RFC 7638).
	ID      string
	Private ed25519.PrivateKey
	MadeAt  time.Time
}

const (
	// signFor is how long a key signs; publishFor how long its public half is known, until no token of it is valid any
	// more.
	signFor    = 30 * 24 * time.Hour
	publishFor = signFor + 24*time.Hour
	// lookAgain is how often a process looks for keys that others have made.
	lookAgain = time.Minute
	// accessFor is how long an access token is valid.
	accessFor = 10 * time.Minute
)

var base64url = base64.RawURLEncoding

func newSigningKey(now time.Time) (*SigningKey, error) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + base64url.EncodeToString(public) + `"}`))
	return &SigningKey{ID: base64url.EncodeToString(sum[:]), Private: private, MadeAt: now}, nil
}

// KeyStore keeps signing keys.
type KeyStore interface {
	// SigningKeys returns those that were made since, newest first.
	SigningKeys(ctx context.Context, since time.Time) ([]*SigningKey, error)
	// AddSigningKey adds a key, and forgets those that were made before.
	AddSigningKey(ctx context.Context, key *SigningKey, before time.Time) error
}

// Issuer signs access tokens (JSON Web Tokens, RFC 7519, with EdDSA, RFC 8037), and tells everybody its public keys.
type Issuer struct {
	// Name is the tokens' iss: the address under which clients and routers reach the documents of Handler.
	Name  string
	store KeyStore

	mu     sync.Mutex
	keys   []*SigningKey
	looked time.Time
}

// Audience is the tokens' aud.
const Audience = "weft"

// NewIssuer makes an issuer of that name.
func NewIssuer(name string, store KeyStore) *Issuer {
	return &Issuer{Name: strings.TrimSuffix(name, "/"), store: store}
}

// current returns the keys, newest first. It makes one when none is young enough to sign.
func (i *Issuer) current(ctx context.Context, now time.Time) ([]*SigningKey, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	signs := func() bool { return len(i.keys) > 0 && now.Sub(i.keys[0].MadeAt) < signFor }
	if signs() && now.Sub(i.looked) < lookAgain {
		return i.keys, nil
	}
	var err error
	if i.keys, err = i.store.SigningKeys(ctx, now.Add(-publishFor)); err != nil {
		return nil, err
	}
	i.looked = now
	if signs() {
		return i.keys, nil
	}
	key, err := newSigningKey(now)
	if err != nil {
		return nil, err
	}
	if err := i.store.AddSigningKey(ctx, key, now.Add(-publishFor)); err != nil {
		return nil, err
	}
	// Others may have made one at the same time; both are good.
	i.keys, err = i.store.SigningKeys(ctx, now.Add(-publishFor))
	return i.keys, err
}

// AccessClaims are what an access token says.
type AccessClaims struct {
	Subject, Session string
	Roles            []string
	// ClientID and Scope are of tokens that a client was granted (RFC 9068).
	ClientID, Scope string
}

// Sign makes an access token of the person.
func (i *Issuer) Sign(
	ctx context.Context, c AccessClaims, now time.Time,
) (token string, until time.Time, err error) {
	until = now.Add(accessFor).Truncate(time.Second)
	claims := map[string]any{
		"iss": i.Name, "sub": c.Subject, "aud": Audience, "iat": now.Unix(), "exp": until.Unix(),
		"sid": c.Session, "roles": c.Roles,
	}
	if c.ClientID != "" {
		claims["client_id"], claims["scope"] = c.ClientID, c.Scope
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", until, err
	}
	token, err = i.SignPayload(ctx, "at+jwt", payload, now)
	return token, until, err
}

// SignPayload makes a token of a type (typ) of claims.
func (i *Issuer) SignPayload(ctx context.Context, kind string, claims []byte, now time.Time) (string, error) {
	keys, err := i.current(ctx, now)
	if err != nil {
		return "", err
	}
	head, err := json.Marshal(map[string]string{"alg": "EdDSA", "kid": keys[0].ID, "typ": kind})
	if err != nil {
		return "", err
	}
	signed := base64url.EncodeToString(head) + "." + base64url.EncodeToString(claims)
	return signed + "." + base64url.EncodeToString(ed25519.Sign(keys[0].Private, []byte(signed))), nil
}

// PublicKeys is the set of public keys (JWKS, RFC 7517).
func (i *Issuer) PublicKeys(ctx context.Context) ([]byte, error) {
	keys, err := i.current(ctx, time.Now().UTC())
	if err != nil {
		return nil, err
	}
	list := make([]map[string]string, len(keys))
	for at, key := range keys {
		list[at] = map[string]string{
			"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.ID,
			"x": base64url.EncodeToString(key.Private.Public().(ed25519.PublicKey)),
		}
	}
	return json.Marshal(map[string]any{"keys": list})
}

// KeysPath is where the public keys are.
const KeysPath = "/.well-known/jwks.json"

// ServeKeys answers with the public keys.
func (i *Issuer) ServeKeys(w http.ResponseWriter, r *http.Request) {
	text, err := i.PublicKeys(r.Context())
	if err != nil {
		http.Error(w, "the keys cannot be read at the moment", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write(text) // the peer has gone; there is nobody to tell
}
