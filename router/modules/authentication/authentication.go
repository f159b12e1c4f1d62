package authentication

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
)

// state is what a generation has of the module.
type state struct {
	sources []tokenSource
	// keyPlace is where API keys are.
	keyPlace tokenSource
	*verifiers
	challenge string
	// counts are by what became of requests.
	counts map[outcome]prometheus.Counter
}

// verifiers are what tokens and keys are checked with. They outlive generations with the same settings, and with them
// what they remember; what is not configured is nil.
type verifiers struct {
	jwt           *jwtVerifier
	introspection *introspector
	keys          *apiKeys
}

// outcome is what became of a request.
type outcome string

const (
	wasAnonymous   outcome = "anonymous"
	wasVerified    outcome = "verified"
	wasInvalid     outcome = "invalid"
	wasExpired     outcome = "expired"
	wasUnavailable outcome = "unavailable"
)

// The ways a token can be wrong.
var (
	errExpired     = errors.New("the token has expired")
	errUnavailable = errors.New("the token cannot be checked now")
)

// Provision implements module.Module.
func (a *Authentication) Provision(host module.Host) error {
	// Who the caller is, is the claims that were proved, whatever token they came in.
	a.declare(host.VariesBy())
	if a.Required {
		host.KeepPrivate()
	}
	counter := host.Metrics().Counter("weft_authentication_total",
		"GraphQL operations by what became of their tokens and keys.", "result")
	a.counts = map[outcome]prometheus.Counter{}
	for _, o := range []outcome{wasAnonymous, wasVerified, wasInvalid, wasExpired, wasUnavailable} {
		a.counts[o] = counter.WithLabelValues(string(o))
	}
	for _, s := range a.Sources {
		a.sources = append(a.sources, newTokenSource(s))
	}
	a.keyPlace = newTokenSource(Source{a.APIKeys.From, a.APIKeys.Name, a.APIKeys.Prefix})
	a.challenge = "Bearer"
	if len(a.JWT.Issuers) == 0 && a.Introspection.Endpoint == "" {
		a.challenge = "ApiKey"
	}
	key, err := json.Marshal([]any{a.JWT, a.Introspection, a.APIKeys})
	if err != nil {
		return err
	}
	shared, err := host.Shared(string(key), func() (any, func(), error) {
		v := &verifiers{}
		if err := v.open(a, host); err != nil {
			v.close()
			return nil, nil, err
		}
		return v, v.close, nil
	})
	if err != nil {
		return err
	}
	a.verifiers = shared.(*verifiers)
	return nil
}

func (a *Authentication) declare(varies *caller.Declaration) {
	varies.Claim("iss")
	varies.Claim("sub")
}

func (v *verifiers) open(a *Authentication, host module.Host) (err error) {
	if len(a.JWT.Issuers) > 0 {
		if v.jwt, err = newJWTVerifier(&a.JWT, host.Logger()); err != nil {
			return err
		}
	}
	if a.Introspection.Endpoint != "" {
		v.introspection = newIntrospector(&a.Introspection, a.JWT.ClockSkew, host.Logger())
	}
	if a.APIKeys.some() {
		v.keys, err = newAPIKeys(&a.APIKeys, host.Logger())
	}
	return err
}

func (v *verifiers) close() {
	if v.jwt != nil {
		v.jwt.close()
	}
	if v.keys != nil {
		v.keys.close()
	}
}

// Identify implements module.Identifier.
func (a *Authentication) Identify(ctx context.Context, request *server.Request, who *caller.Caller) *server.Refusal {
	found, err := a.identify(ctx, request)
	switch {
	case err != nil:
		return a.refuse(err)
	case found != nil:
		a.counts[wasVerified].Inc()
		*who = caller.Caller{
			Issuer: found.Issuer, Subject: found.Subject, Claims: found.Claims, Labels: who.Labels, Expires: found.Expires,
		}
		return nil
	}
	a.counts[wasAnonymous].Inc()
	if a.Required && who.Anonymous() {
		return a.unauthenticated()
	}
	return nil
}

// identify returns who a request comes from; nil when it does not say.
func (a *Authentication) identify(ctx context.Context, request *server.Request) (*caller.Caller, error) {
	if a.jwt != nil || a.introspection != nil {
		for _, from := range a.sources {
			token, err := from.find(request)
			if err != nil {
				return nil, err
			}
			if token != "" {
				return a.verify(ctx, token)
			}
		}
	}
	if a.keys == nil {
		return nil, nil
	}
	key, err := a.keyPlace.find(request)
	if err != nil || key == "" {
		return nil, err
	}
	return a.keys.verify(ctx, key)
}

// verify checks a token: as a JWT when it is one of a configured issuer, and otherwise by asking about it.
func (a *Authentication) verify(ctx context.Context, token string) (*caller.Caller, error) {
	if a.jwt != nil {
		who, err := a.jwt.verify(ctx, token)
		if a.introspection == nil || !errors.Is(err, errNotOurs) {
			return who, err
		}
	}
	return a.introspection.verify(ctx, token)
}
