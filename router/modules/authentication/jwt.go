package authentication

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
	"github.com/maypok86/otter/v2"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/schema/jwks"
)

// fileInterval is the time between two looks at a file.
const fileInterval = 2 * time.Second

// errNotOurs is what is wrong with a token that is none of a configured issuer.
var errNotOurs = errors.New("the token is not a JWT of a known issuer")

// jwtVerifier checks JSON Web Tokens.
type jwtVerifier struct {
	settings *JWT
	issuers  map[string]*issuer
	// known are verified tokens, by their SHA-256, until they expire; nil when none are remembered.
	known *otter.Cache[[sha256.Size]byte, *verifiedToken]
	now   func() time.Time
}

// issuer is one whose tokens are taken.
type issuer struct {
	*Issuer
	algorithms []jose.SignatureAlgorithm
	keys       *jwks.Set[*keySet]
}

// verifiedToken is what is remembered of a token.
type verifiedToken struct {
	who   *caller.Caller
	until time.Time
	// from issued it, with keys: when these change, it is checked again.
	from *issuer
	keys *keySet
}

func newJWTVerifier(settings *JWT, logger *slog.Logger) (*jwtVerifier, error) {
	v := &jwtVerifier{settings: settings, issuers: map[string]*issuer{}, now: time.Now}
	if settings.Remember > 0 {
		v.known = otter.Must(&otter.Options[[sha256.Size]byte, *verifiedToken]{
			MaximumSize: settings.Remember,
			ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[[sha256.Size]byte, *verifiedToken]) time.Duration {
				return max(time.Until(e.Value.until), time.Millisecond)
			}),
		})
	}
	for i := range settings.Issuers {
		from := &issuer{Issuer: &settings.Issuers[i], algorithms: algorithms}
		if len(from.Algorithms) > 0 {
			from.algorithms = nil
			for _, name := range from.Algorithms {
				from.algorithms = append(from.algorithms, jose.SignatureAlgorithm(name))
			}
		}
		if err := from.follow(settings.Refresh, logger); err != nil {
			v.close()
			return nil, err
		}
		v.issuers[from.Issuer.Issuer] = from
	}
	return v, nil
}

// follow begins to follow the issuer's keys. What is wrong with a file, the start tells; addresses may be away for a
// while.
func (i *issuer) follow(refresh time.Duration, logger *slog.Logger) error {
	load, interval := jwks.FromURL(i.JWKSURL), refresh
	switch {
	case i.Discovery:
		load = discover(i.Issuer.Issuer)
	case i.JWKSFile != "":
		load, interval = jwks.FromFile(i.JWKSFile), fileInterval
		text, err := load(context.Background())
		if err == nil {
			_, err = readKeys(text)
		}
		if err != nil {
			return fmt.Errorf("the keys of %s: %w", i.Issuer.Issuer, err)
		}
	}
	i.keys = jwks.Follow(load, readKeys, jwks.Options{Name: i.Issuer.Issuer, Interval: interval, Logger: logger})
	return nil
}

func (v *jwtVerifier) close() {
	for _, from := range v.issuers {
		from.keys.Close()
	}
}

// verify checks a token and returns who it is of. Callers must not be changed.
func (v *jwtVerifier) verify(ctx context.Context, text string) (*caller.Caller, error) {
	sum := sha256.Sum256(unsafe.Slice(unsafe.StringData(text), len(text))) // without a copy
	if v.known != nil {
		if known, ok := v.known.GetIfPresent(sum); ok && v.now().Before(known.until) {
			if keys, err := known.from.keys.Get(ctx); err == nil && keys == known.keys {
				return known.who, nil
			}
		}
	}
	token, err := v.parse(text)
	if err != nil {
		return nil, err
	}
	keys, err := token.check(ctx)
	if err != nil {
		return nil, err
	}
	who, err := token.caller(v.now(), v.settings.ClockSkew)
	if err != nil {
		return nil, err
	}
	if v.known != nil {
		v.known.Set(sum, &verifiedToken{who, who.Expires, token.from, keys})
	}
	return who, nil
}

// token is a JWT whose issuer is known by what it says of itself.
type token struct {
	from   *issuer
	jws    *jose.JSONWebSignature
	header jose.Header
	claims map[string]any
}

// types are what typ may say; tokens for other purposes (logout tokens, security events) are none for access.
//
// Specification: RFC 8725, section 3.11; RFC 9068, section 2.1.
var types = []string{"", "jwt", "at+jwt", "application/jwt", "application/at+jwt"}

// parse reads a token without believing anything of it.
func (v *jwtVerifier) parse(text string) (*token, error) {
	if len(text) > int(v.settings.MaxBytes) {
		return nil, errors.New("the token is too long")
	}
	// Three parts: encrypted tokens have five, and nothing here could read them.
	if strings.Count(text, ".") != 2 {
		return nil, errNotOurs
	}
	jws, err := jose.ParseSignedCompact(text, algorithms)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotOurs, err)
	}
	t := &token{jws: jws, header: jws.Signatures[0].Protected}
	// go-jose's JSON refuses what stands twice.
	if err := json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &t.claims); err != nil {
		return nil, errNotOurs
	}
	name, _ := t.claims["iss"].(string)
	if t.from = v.issuers[name]; t.from == nil {
		return nil, errNotOurs
	}
	return t, nil
}

var (
	errMalformed = errors.New("the token is malformed")
	errSignature = errors.New("the token is not signed with a key of its issuer")
)

// check checks the signature with the issuer's own keys. What the token says of keys (jwk, jku, x5u, x5c) counts for
// nothing, and its kid only chooses among them.
func (t *token) check(ctx context.Context) (*keySet, error) {
	algorithm := jose.SignatureAlgorithm(t.header.Algorithm)
	typ, _ := t.header.ExtraHeaders[jose.HeaderType].(string)
	_, critical := t.header.ExtraHeaders["crit"]
	_, nested := t.header.ExtraHeaders[jose.HeaderContentType]
	switch {
	case critical, nested, !slices.Contains(types, strings.ToLower(typ)):
		return nil, errMalformed
	case !slices.Contains(t.from.algorithms, algorithm):
		return nil, errSignature
	}
	keys, err := t.from.keys.Get(ctx)
	if err == nil && keys.has(t.header.KeyID) {
		return keys, t.checkWith(keys, algorithm)
	}
	// A key that is new, perhaps.
	t.from.keys.Renew(ctx)
	if keys, err = t.from.keys.Get(ctx); err != nil {
		return nil, errUnavailable
	}
	if !keys.has(t.header.KeyID) && t.from.keys.Failing() {
		return nil, errUnavailable
	}
	return keys, t.checkWith(keys, algorithm)
}

func (t *token) checkWith(keys *keySet, algorithm jose.SignatureAlgorithm) error {
	for _, key := range keys.candidates(t.header.KeyID) {
		if !key.checks(algorithm) {
			continue
		}
		if _, err := t.jws.Verify(key.public); err == nil {
			return nil
		}
	}
	return errSignature
}

// caller checks the claims of a token whose signature is right, and returns who it is of.
func (t *token) caller(now time.Time, skew time.Duration) (*caller.Caller, error) {
	expires, ok := timeOf(t.claims["exp"])
	if !ok {
		return nil, errors.New("the token has no expiry")
	}
	expires = expires.Add(skew)
	if !now.Before(expires) {
		return nil, errExpired
	}
	for _, name := range []string{"nbf", "iat"} {
		if claim, there := t.claims[name]; there {
			if from, ok := timeOf(claim); !ok || now.Add(skew).Before(from) {
				return nil, errors.New("the token is not valid yet")
			}
		}
	}
	if !names(t.claims["aud"], t.from.Audiences) {
		return nil, errors.New("the token is for others")
	}
	for name, want := range t.from.RequiredClaims {
		if got, there := t.claims[name]; !there || want != "" && !names(got, []string{want}) {
			return nil, fmt.Errorf("the token lacks the claim %s", name)
		}
	}
	claim := t.from.SubjectClaim
	if claim == "" {
		claim = "sub"
	}
	subject, _ := t.claims[claim].(string)
	if subject == "" {
		return nil, errors.New("the token names nobody")
	}
	return verified(t.from.Issuer.Issuer, subject, t.claims, expires), nil
}

// names tells whether a claim, text or a list of it, has one of some values.
func names(claim any, wanted []string) bool {
	switch claim := claim.(type) {
	case string:
		return slices.Contains(wanted, claim)
	case []any:
		return slices.ContainsFunc(claim, func(each any) bool {
			text, ok := each.(string)
			return ok && slices.Contains(wanted, text)
		})
	}
	return false
}

// farFuture is as far as times are understood: the year 9999.
const farFuture = 253402300799

// timeOf reads a claim that is a time (NumericDate).
func timeOf(claim any) (time.Time, bool) {
	seconds, ok := claim.(float64)
	if !ok || !(seconds >= 0 && seconds <= farFuture) {
		return time.Time{}, false
	}
	return time.Unix(int64(seconds), 0), true
}
