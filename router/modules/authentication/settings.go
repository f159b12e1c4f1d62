// Package authentication finds out who a request comes from: JSON Web Tokens, opaque tokens that an authorization
// server is asked about, and keys of machines. What it proves are the claims of the caller, which everything else
// goes by.
//
// Specifications: RFC 7519 (JWT), RFC 8725 (JWT best current practices), RFC 7517 (JWKS), OpenID Connect Discovery 1.0,
// RFC 7662 (token introspection), RFC 6750 (bearer tokens).
package authentication

import (
	_ "embed" // the settings' descriptions are their doc comments
	"time"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/module"
)

//go:embed settings.go
var source string

// Info describes the module.
var Info = module.Info{Name: "authentication", New: func() module.Module {
	return &Authentication{
		Invalid: invalidRefuse, Sources: []Source{{From: fromHeader, Name: "Authorization", Prefix: "Bearer"}},
		JWT: JWT{MaxBytes: 16 << 10, Remember: 10_000, ClockSkew: 30 * time.Second, Refresh: 10 * time.Minute},
		Introspection: Introspection{
			MaxAge: 5 * time.Minute, Timeout: 2 * time.Second, MaxConcurrent: 64, Remember: 10_000, SubjectClaim: "sub",
		},
		APIKeys: APIKeys{From: fromHeader, Name: "X-Api-Key", Issuer: "api-keys"},
	}
}, Source: source}

// Authentication finds out who requests come from.
type Authentication struct {
	// Refuse requests that come from nobody (401). Answers are private then, for caches in front.
	Required bool `yaml:"required"`
	// What becomes of requests with a token or key that is not valid: refuse (401), or anonymous (as if it were not
	// there).
	Invalid string `yaml:"invalid"`
	// Where tokens are; the first that is there counts.
	Sources []Source `yaml:"sources"`
	// JSON Web Tokens.
	JWT JWT `yaml:"jwt"`
	// Opaque tokens, about which an authorization server is asked.
	Introspection Introspection `yaml:"introspection"`
	// Keys of machines.
	APIKeys APIKeys `yaml:"api_keys"`

	state
}

// Source is a place in a request.
type Source struct {
	// header, cookie or connection_init (an entry of its payload, for WebSockets).
	From string `yaml:"from"`
	// Name of the header, the cookie or the entry.
	Name string `yaml:"name"`
	// Word in front of the token, with a blank between, such as Bearer. What has another in front, or none, is no token.
	Prefix string `yaml:"prefix"`
}

// JWT is about JSON Web Tokens.
type JWT struct {
	// Who issues tokens.
	Issuers []Issuer `yaml:"issuers"`
	// How far clocks may differ.
	ClockSkew time.Duration `yaml:"clock_skew"`
	// Largest token.
	MaxBytes config.ByteSize `yaml:"max_bytes"`
	// How many verified tokens are remembered until they expire, so that their signatures are checked once.
	Remember int `yaml:"remember"`
	// How often keys at addresses are read again. Keys in files are followed, and a token with an unknown key has them
	// read at once, every ten seconds at most.
	Refresh time.Duration `yaml:"refresh"`
}

// Issuer is who issues tokens.
type Issuer struct {
	// What the tokens' iss says, exactly.
	Issuer string `yaml:"issuer"`
	// Address of the public keys (JWKS). One of this, jwks_file and discovery.
	JWKSURL string `yaml:"jwks_url"`
	// File with the public keys (JWKS).
	JWKSFile string `yaml:"jwks_file"`
	// Ask the issuer where its keys are (OpenID Connect Discovery): at <issuer>/.well-known/openid-configuration.
	Discovery bool `yaml:"discovery"`
	// Who tokens may be for: one of these must be in aud.
	Audiences []string `yaml:"audiences"`
	// Signature algorithms: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA. All of them when empty.
	// What shares a secret (HS256 and the like) is not possible.
	Algorithms []string `yaml:"algorithms"`
	// Claims that tokens must have; those with a value must have that one.
	RequiredClaims map[string]string `yaml:"required_claims"`
	// Claim that names the caller; sub when empty.
	SubjectClaim string `yaml:"subject_claim"`
}

// Introspection is about opaque tokens.
type Introspection struct {
	// Where to ask about tokens (RFC 7662).
	Endpoint string `yaml:"endpoint"`
	// The router's own name and secret there. Give the secret as ${VARIABLE}.
	ClientID     string `yaml:"client_id"`
	ClientSecret string `yaml:"client_secret"`
	// Who vouches for callers when the answer does not say (iss); the endpoint when empty.
	Issuer string `yaml:"issuer"`
	// Who tokens may be for: when there are some, one of them must be in aud of the answer.
	Audiences []string `yaml:"audiences"`
	// Claim of the answer that names the caller.
	SubjectClaim string `yaml:"subject_claim"`
	// Longest time for which an answer is remembered; less when the token expires before.
	MaxAge time.Duration `yaml:"max_age"`
	// How long an answer may take.
	Timeout time.Duration `yaml:"timeout"`
	// Most requests to the endpoint at a time.
	MaxConcurrent int `yaml:"max_concurrent"`
	// How many answers are remembered.
	Remember int `yaml:"remember"`
}

// APIKeys are keys of machines.
type APIKeys struct {
	// Where keys are: header, cookie or connection_init.
	From string `yaml:"from"`
	// Name of the header, the cookie or the entry.
	Name string `yaml:"name"`
	// Word in front of the key, with a blank between.
	Prefix string `yaml:"prefix"`
	// Who vouches for the callers (iss).
	Issuer string `yaml:"issuer"`
	// The keys.
	Keys []APIKey `yaml:"keys"`
	// File with more keys: lines of a SHA-256, a name and scopes, with blanks between. Changes are followed.
	File string `yaml:"file"`
}

// APIKey is the key of a machine.
type APIKey struct {
	// Who has it: the caller's subject.
	Name string `yaml:"name"`
	// SHA-256 of the key in hexadecimal digits: printf %s KEY | sha256sum. The key itself should be random, of 128 bits or
	// more: openssl rand -hex 32.
	SHA256 string `yaml:"sha256"`
	// What the caller may do (the claim scope).
	Scopes []string `yaml:"scopes"`
	// Further claims.
	Claims map[string]string `yaml:"claims"`
}

// Places, and what becomes of invalid tokens.
const (
	fromHeader = "header"
	fromCookie = "cookie"
	fromInit   = "connection_init"

	invalidRefuse    = "refuse"
	invalidAnonymous = "anonymous"
)

// Enabled implements module.Module.
func (a *Authentication) Enabled() bool {
	return a.Required || len(a.JWT.Issuers) > 0 || a.Introspection.Endpoint != "" || a.APIKeys.some()
}

func (k *APIKeys) some() bool { return len(k.Keys) > 0 || k.File != "" }
