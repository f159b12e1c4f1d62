// Package wire holds the names and shapes that the router and the domain services agree on: how the router tells a
// service who is asking, and how a service tells the router what has changed. It depends on nothing but the standard
// library, so both sides can import it without importing each other.
package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// IdentityHeader carries who is asking, from the router to a service. Its value is the base64url (without padding)
// form of an Identity as JSON, followed, when the two share a key, by a dot and the base64url form of the HMAC-SHA256
// of everything before the dot. With a shared key the header is sent for anonymous requests too: it then proves only
// that the request comes from the router.
const IdentityHeader = "Weft-Identity"

// IdentityLifetime is how long a signed identity is accepted after it was issued. The router may reuse a header for
// requests of the same caller for a part of that time.
const IdentityLifetime = 5 * time.Minute

// clockSkew is how far the clock of the router may be ahead of the clock of a service.
const clockSkew = 30 * time.Second

// maxIdentityHeader bounds what Open looks at, in bytes.
const maxIdentityHeader = 8 << 10

// Identity says who is asking.
type Identity struct {
	// Subject is the caller's user id; empty for an anonymous caller.
	Subject string `json:"sub,omitempty"`
	// Roles are the caller's roles, for example "merchant".
	Roles []string `json:"roles,omitempty"`
	// Issued is when the router made the header, in Unix seconds.
	Issued int64 `json:"iat"`
}

// Anonymous reports whether nobody is signed in.
func (id Identity) Anonymous() bool { return id.Subject == "" }

// HasRole reports whether the caller has the role.
func (id Identity) HasRole(role string) bool {
	for _, r := range id.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// The ways an identity header can be wrong.
var (
	ErrIdentityMissing   = errors.New("the identity header is missing")
	ErrIdentityMalformed = errors.New("the identity header is malformed")
	ErrIdentitySignature = errors.New("the identity header's signature is wrong")
	ErrIdentityExpired   = errors.New("the identity header is too old or from the future")
)

// Seal makes the value of the identity header. An empty key makes an unsigned value, which only a service without a
// key accepts. Seal sets nothing by itself: Issued is the caller's to fill in.
func Seal(key []byte, id Identity) (string, error) {
	payload, err := json.Marshal(id)
	if err != nil {
		return "", fmt.Errorf("encode identity: %w", err)
	}
	value := base64.RawURLEncoding.EncodeToString(payload)
	if len(key) == 0 {
		return value, nil
	}
	return value + "." + base64.RawURLEncoding.EncodeToString(sign(key, value)), nil
}

// Open reads the value of an identity header. With a key the signature must be right (compared in constant time) and
// the header fresh; without one the header may be unsigned, or missing, which means an anonymous caller.
func Open(key []byte, value string, now time.Time) (Identity, error) {
	if value == "" {
		if len(key) > 0 {
			return Identity{}, ErrIdentityMissing
		}
		return Identity{}, nil
	}
	if len(value) > maxIdentityHeader {
		return Identity{}, ErrIdentityMalformed
	}
	payload, signature, _ := strings.Cut(value, ".")
	if len(key) > 0 {
		given, err := base64.RawURLEncoding.DecodeString(signature)
		if err != nil || !hmac.Equal(given, sign(key, payload)) {
			return Identity{}, ErrIdentitySignature
		}
	}
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return Identity{}, ErrIdentityMalformed
	}
	var id Identity
	if err := json.Unmarshal(text, &id); err != nil {
		return Identity{}, ErrIdentityMalformed
	}
	if len(key) > 0 {
		age := now.Sub(time.Unix(id.Issued, 0))
		if age > IdentityLifetime || age < -clockSkew {
			return Identity{}, ErrIdentityExpired
		}
	}
	return id, nil
}

func sign(key []byte, payload string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(payload))
	return mac.Sum(nil)
}
