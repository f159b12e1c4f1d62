package openid

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/weft-graphql/weft/subgraphs/accounts"
)

// claims are those of tokens that this provider has signed, as far as it reads them again.
type claims struct {
	jwt.Claims
	// AuthorizedParty is an ID token's client, ClientID an access token's.
	AuthorizedParty string `json:"azp,omitempty"`
	ClientID        string `json:"client_id,omitempty"`
	Session         string `json:"sid,omitempty"`
	Scope           string `json:"scope,omitempty"`
}

// idToken tells a client who has signed in. Its audience is the client and nobody else: it gives no access.
func (p *Provider) idToken(ctx context.Context, granted *accounts.Granted, now time.Time) (string, error) {
	sum := sha512.Sum512([]byte(granted.AccessToken)) // the hash of Ed25519
	said := map[string]any{
		"iss": p.issuer.Name, "sub": granted.User.ID, "aud": granted.Grant.ClientID, "azp": granted.Grant.ClientID,
		"iat": now.Unix(), "exp": granted.ExpiresAt.Unix(), "auth_time": granted.Grant.At.Unix(),
		"at_hash": base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2]), "sid": granted.Session,
	}
	if granted.Nonce != "" {
		said["nonce"] = granted.Nonce
	}
	payload, err := json.Marshal(said)
	if err != nil {
		return "", err
	}
	return p.issuer.SignPayload(ctx, "JWT", payload, now)
}

var errForeign = errors.New("this token is not one of this issuer")

// readToken reads a token that this provider has signed, however long ago.
func (p *Provider) readToken(ctx context.Context, text string) (*claims, error) {
	token, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil || len(token.Headers) != 1 {
		return nil, errForeign
	}
	published, err := p.issuer.PublicKeys(ctx)
	if err != nil {
		return nil, err
	}
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(published, &keys); err != nil {
		return nil, err
	}
	for _, key := range keys.Key(token.Headers[0].KeyID) {
		var read claims
		if token.Claims(key, &read) == nil && read.Issuer == p.issuer.Name {
			return &read, nil
		}
	}
	return nil, errForeign
}

// readIDToken reads an ID token that this provider has signed. It may have ended: it says who somebody was.
func (p *Provider) readIDToken(ctx context.Context, text string) (*claims, error) {
	read, err := p.readToken(ctx, text)
	if err != nil {
		return nil, err
	}
	if read.AuthorizedParty == "" || !slices.Equal(read.Audience, jwt.Audience{read.AuthorizedParty}) {
		return nil, errForeign
	}
	return read, nil
}

// readAccessToken reads an access token that is valid.
func (p *Provider) readAccessToken(ctx context.Context, text string) (*claims, error) {
	read, err := p.readToken(ctx, text)
	if err != nil {
		return nil, err
	}
	expected := jwt.Expected{AnyAudience: jwt.Audience{accounts.Audience}, Time: time.Now()}
	if read.Expiry == nil || read.ValidateWithLeeway(expected, 0) != nil {
		return nil, errForeign
	}
	return read, nil
}
