package authentication

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/weft-graphql/weft/schema/jwks"
)

// algorithms are those that a public key checks. There is no way to switch others on.
var algorithms = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

// Check implements module.Checker.
func (a *Authentication) Check(report func(key, format string, args ...any)) {
	if a.Invalid != invalidRefuse && a.Invalid != invalidAnonymous {
		report("invalid", "%q is not possible; choose refuse or anonymous", a.Invalid)
	}
	tokens := len(a.JWT.Issuers) > 0 || a.Introspection.Endpoint != ""
	if a.Required && !tokens && !a.APIKeys.some() {
		report("required", "would refuse every request: name jwt.issuers, introspection.endpoint or api_keys")
	}
	if tokens && len(a.Sources) == 0 {
		report("sources", "there must be some for tokens to be found")
	}
	for i, s := range a.Sources {
		s.check(fmt.Sprintf("sources.%d", i), report)
	}
	a.JWT.check(report)
	a.Introspection.check(report)
	a.APIKeys.check(report)
}

func (s Source) check(key string, report func(key, format string, args ...any)) {
	if !slices.Contains([]string{fromHeader, fromCookie, fromInit}, s.From) {
		report(key+".from", "%q is not possible; choose header, cookie or connection_init", s.From)
	}
	if s.Name == "" || strings.ContainsAny(s.Name, " \t\r\n:;,=") {
		report(key+".name", "%q is not a name", s.Name)
	}
}

func (j *JWT) check(report func(key, format string, args ...any)) {
	if j.ClockSkew < 0 || j.ClockSkew > 10*time.Minute {
		report("jwt.clock_skew", "%s is not possible; use at most 10m", j.ClockSkew)
	}
	if j.MaxBytes < 256 || j.MaxBytes > 1<<20 {
		report("jwt.max_bytes", "%s is not possible; use between 256 and 1MB", j.MaxBytes)
	}
	if j.Remember < 0 {
		report("jwt.remember", "%d is negative", j.Remember)
	}
	if j.Refresh < time.Second {
		report("jwt.refresh", "%s is too short; use a second or more", j.Refresh)
	}
	seen := map[string]bool{}
	for i := range j.Issuers {
		issuer, key := &j.Issuers[i], fmt.Sprintf("jwt.issuers.%d", i)
		if issuer.Issuer == "" {
			report(key+".issuer", "is missing: what do the tokens' iss say?")
		}
		if seen[issuer.Issuer] {
			report(key+".issuer", "%s stands here twice", issuer.Issuer)
		}
		seen[issuer.Issuer] = true
		issuer.check(key, report)
	}
}

func (i *Issuer) check(key string, report func(key, format string, args ...any)) {
	ways := 0
	for _, there := range []bool{i.JWKSURL != "", i.JWKSFile != "", i.Discovery} {
		if there {
			ways++
		}
	}
	if ways != 1 {
		report(key, "needs exactly one of jwks_url, jwks_file and discovery, to know where the keys are")
	}
	if i.JWKSURL != "" {
		if err := jwks.CheckURL(i.JWKSURL); err != nil {
			report(key+".jwks_url", "%s", err)
		}
	}
	if i.Discovery {
		if err := jwks.CheckURL(i.Issuer); err != nil {
			report(key+".issuer", "%s, to be asked for its keys", err)
		}
	}
	if len(i.Audiences) == 0 {
		report(key+".audiences",
			"is missing: without it, tokens for other services of this issuer would be good for this one")
	}
	for n, name := range i.Algorithms {
		if !slices.Contains(algorithms, jose.SignatureAlgorithm(name)) {
			report(fmt.Sprintf("%s.algorithms.%d", key, n), "%q is not possible; choose of %v", name, algorithms)
		}
	}
}

func (i *Introspection) check(report func(key, format string, args ...any)) {
	if i.Endpoint == "" {
		return
	}
	if err := jwks.CheckURL(i.Endpoint); err != nil {
		report("introspection.endpoint", "%s", err)
	}
	if i.ClientID == "" || i.ClientSecret == "" {
		report("introspection", "needs client_id and client_secret")
	}
	if i.MaxAge < 0 || i.Timeout <= 0 {
		report("introspection", "max_age and timeout must be positive")
	}
	if i.MaxConcurrent < 1 || i.Remember < 1 {
		report("introspection", "max_concurrent and remember must be positive")
	}
	if i.SubjectClaim == "" {
		report("introspection.subject_claim", "must name a claim, such as sub")
	}
}

func (k *APIKeys) check(report func(key, format string, args ...any)) {
	if !k.some() {
		return
	}
	Source{k.From, k.Name, k.Prefix}.check("api_keys", report)
	if k.Issuer == "" {
		report("api_keys.issuer", "must not be empty: subjects are told apart by who vouches for them")
	}
	for i, key := range k.Keys {
		if key.Name == "" {
			report(fmt.Sprintf("api_keys.keys.%d.name", i), "is missing: whose key is it?")
		}
		if sum, err := hex.DecodeString(key.SHA256); err != nil || len(sum) != 32 {
			report(fmt.Sprintf("api_keys.keys.%d.sha256", i),
				"is not a SHA-256 in hexadecimal digits: printf %%s KEY | sha256sum makes one")
		}
	}
}
