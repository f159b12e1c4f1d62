// Package wire holds the names and shapes that the router and the domain services agree on: how the router tells a
// service who is asking, and how a service tells the router what has changed. It depends on nothing but the standard
// library, so both sides can import it without importing each other.
package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// IdentityHeader carries who is asking, from the router to a service: a JSON Web Token (RFC 7519) that the router has
// signed (EdDSA, Ed25519) for that one service (aud). It comes with anonymous requests, too: then it proves that they
// come from the router.
const IdentityHeader = "Weft-Identity"

// IdentityLifetime is how long a token counts from when it was signed. The router uses one for several requests of the
// same caller for half of that time.
const IdentityLifetime = time.Minute

// IdentityIssuer is who issues the tokens (iss).
const IdentityIssuer = "weft-router"

// clockSkew is how far the clocks of router and service may differ.
const clockSkew = 10 * time.Second

// maxIdentity bounds a token, in bytes.
const maxIdentity = 16 << 10

// Identity says who is asking.
type Identity struct {
	// Issuer vouches for the caller, whose name there is Subject; empty for an anonymous caller. In tokens they are sub
	// and sub_id (RFC 9493, section 3.2.3).
	Issuer, Subject string
	// Roles are the caller's roles, for example "merchant": the claim roles, if the router passes it on.
	Roles []string
	// Claims are all that the router passes on of what was proved about the caller.
	Claims map[string]any
}

// Anonymous reports whether nobody is signed in.
func (id Identity) Anonymous() bool { return id.Subject == "" }

// HasRole reports whether the caller has the role.
func (id Identity) HasRole(role string) bool { return slices.Contains(id.Roles, role) }

// The ways an identity can be wrong.
var (
	ErrIdentityMissing   = errors.New("the identity is missing")
	ErrIdentityMalformed = errors.New("the identity is malformed")
	ErrIdentityKey       = errors.New("the identity is signed with a key that is not known")
	ErrIdentitySignature = errors.New("the signature of the identity is wrong")
	ErrIdentityExpired   = errors.New("the identity has expired, or is from the future")
	ErrIdentityAudience  = errors.New("the identity is for another service")
)

// subjectID is the claim sub_id: whose name a subject is.
type subjectID struct {
	Format  string `json:"format"`
	Issuer  string `json:"iss"`
	Subject string `json:"sub"`
}

// ReservedClaims are those that the router writes itself: no claim of a caller takes their place.
func ReservedClaims() []string {
	return []string{"iss", "sub", "sub_id", "aud", "exp", "nbf", "iat", "jti"}
}

// encode writes the claims of a token.
func (id Identity) encode(audience string, now time.Time) ([]byte, error) {
	claims := map[string]any{}
	maps.Copy(claims, id.Claims)
	if len(id.Roles) > 0 {
		claims["roles"] = id.Roles
	}
	for _, name := range ReservedClaims() {
		delete(claims, name)
	}
	claims["iss"], claims["aud"] = IdentityIssuer, audience
	claims["iat"], claims["exp"] = now.Unix(), now.Add(IdentityLifetime).Unix()
	if !id.Anonymous() {
		claims["sub"] = id.Subject
		if id.Issuer != "" {
			claims["sub_id"] = subjectID{"iss_sub", id.Issuer, id.Subject}
		}
	}
	text, err := json.Marshal(claims)
	if err != nil {
		return nil, fmt.Errorf("encode identity: %w", err)
	}
	return text, nil
}

// decode reads the claims of a token whose signature is right, and checks whom it is for and whether it counts.
func decode(text []byte, audience string, now time.Time) (id Identity, until time.Time, err error) {
	// Into a map: names of claims differ when their letters' case does, which structs do not tell apart.
	if json.Unmarshal(text, &id.Claims) != nil || id.Claims["iss"] != IdentityIssuer {
		return Identity{}, until, ErrIdentityMalformed
	}
	issued, expires := at(id.Claims["iat"]), at(id.Claims["exp"])
	switch {
	case audience == "" || id.Claims["aud"] != audience:
		return Identity{}, until, ErrIdentityAudience
	case !now.Before(expires.Add(clockSkew)), now.Before(issued.Add(-clockSkew)), expires.Sub(issued) > IdentityLifetime:
		return Identity{}, until, ErrIdentityExpired
	}
	id.Subject, _ = id.Claims["sub"].(string)
	of, _ := id.Claims["sub_id"].(map[string]any)
	id.Issuer, _ = of["iss"].(string)
	for _, name := range ReservedClaims() {
		delete(id.Claims, name)
	}
	id.Roles = texts(id.Claims["roles"])
	return id, expires.Add(clockSkew), nil
}

// at reads a claim that is a time.
func at(claim any) time.Time {
	seconds, _ := claim.(float64)
	return time.Unix(int64(seconds), 0)
}

// texts reads a claim with several values: a list, or text with blanks between them.
func texts(claim any) (list []string) {
	switch claim := claim.(type) {
	case string:
		return strings.Fields(claim)
	case []any:
		for _, each := range claim {
			if text, ok := each.(string); ok {
				list = append(list, text)
			}
		}
	}
	return list
}
