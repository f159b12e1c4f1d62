package authentication

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/weft-graphql/weft/schema/jwks"
)

const (
	// maxKeys bounds the keys of an issuer, and maxTries those that a token without a key id is checked with.
	maxKeys  = 200
	maxTries = 8
	// minRSA and maxRSA bound keys, in bits: less is weak, and more takes long to check with.
	minRSA, maxRSA = 2048, 8192
)

// keySet are the public keys of an issuer.
type keySet struct {
	all  []*publicKey
	byID map[string][]*publicKey
}

// publicKey is a key that checks signatures.
type publicKey struct {
	public any
	// pinned is the one algorithm that the key is for; empty when the set does not say.
	pinned jose.SignatureAlgorithm
}

// readKeys reads a set of keys (JWKS). Keys of kinds that cannot check signatures are left out.
func readKeys(text []byte) (*keySet, error) {
	var document struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("it is not a set of keys (JWKS): %w", err)
	}
	if len(document.Keys) > maxKeys {
		return nil, fmt.Errorf("it has more than %d keys", maxKeys)
	}
	set := &keySet{byID: map[string][]*publicKey{}}
	for _, raw := range document.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(raw) != nil || !usable(&key) {
			continue
		}
		made := &publicKey{key.Key, jose.SignatureAlgorithm(key.Algorithm)}
		set.all = append(set.all, made)
		set.byID[key.KeyID] = append(set.byID[key.KeyID], made)
	}
	if len(set.all) == 0 {
		return nil, errors.New("it has no public key that can check signatures")
	}
	return set, nil
}

// usable tells whether a key is a public one, for signatures, and strong enough.
func usable(key *jose.JSONWebKey) bool {
	if key.Use != "" && key.Use != "sig" {
		return false
	}
	if key.Algorithm != "" && !slices.Contains(algorithms, jose.SignatureAlgorithm(key.Algorithm)) {
		return false
	}
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		return public.N.BitLen() >= minRSA && public.N.BitLen() <= maxRSA
	case *ecdsa.PublicKey, ed25519.PublicKey:
		return true
	}
	return false
}

// has tells whether a token with a key id can be checked.
func (s *keySet) has(id string) bool { return id == "" || s.byID[id] != nil }

// candidates are the keys that a token may be signed with.
func (s *keySet) candidates(id string) []*publicKey {
	keys := s.byID[id]
	if id == "" {
		keys = s.all
	}
	return keys[:min(len(keys), maxTries)]
}

// checks tells whether the key is for an algorithm.
func (k *publicKey) checks(algorithm jose.SignatureAlgorithm) bool {
	if k.pinned != "" {
		return k.pinned == algorithm
	}
	switch public := k.public.(type) {
	case *rsa.PublicKey:
		return strings.HasPrefix(string(algorithm), "RS") || strings.HasPrefix(string(algorithm), "PS")
	case *ecdsa.PublicKey:
		of := map[int]jose.SignatureAlgorithm{256: jose.ES256, 384: jose.ES384, 521: jose.ES512}
		return of[public.Params().BitSize] == algorithm
	case ed25519.PublicKey:
		return algorithm == jose.EdDSA
	}
	return false
}

// discover loads the keys from where an issuer says that they are.
//
// Specification: OpenID Connect Discovery 1.0, section 4.
func discover(issuer string) func(context.Context) ([]byte, error) {
	return func(ctx context.Context) ([]byte, error) {
		text, err := jwks.Fetch(ctx, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration")
		if err != nil {
			return nil, err
		}
		var document struct {
			Issuer string `json:"issuer"`
			Keys   string `json:"jwks_uri"`
		}
		if err := json.Unmarshal(text, &document); err != nil {
			return nil, fmt.Errorf("its openid-configuration is not JSON: %w", err)
		}
		if document.Issuer != issuer {
			return nil, fmt.Errorf("its openid-configuration is that of %q", document.Issuer)
		}
		return jwks.Fetch(ctx, document.Keys)
	}
}
