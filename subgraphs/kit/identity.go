package kit

import (
	"context"
	"net/http"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// IdentityConfig says whom a service believes about who is asking.
type IdentityConfig struct {
	// Keys are the router's. When there are some, only requests that the router has signed for this service are answered.
	// When it is nil everybody is answered, and nobody is believed to be somebody: for development only.
	Keys *IdentityKeys
	// Assume says who is behind a request that comes from nobody in particular: whoever tries the development playground.
	// Nil means anonymous.
	Assume func(*http.Request) wire.Identity
}

type identityKey struct{}

// Caller is who is asking; the zero Identity when nobody is signed in.
func Caller(ctx context.Context) wire.Identity {
	id, _ := ctx.Value(identityKey{}).(wire.Identity)
	return id
}

// WithCaller returns a context in which Caller is id. A program that serves a service without keys says by it who is
// asking.
func WithCaller(ctx context.Context, id wire.Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, id)
}

// withIdentity reads who is asking, and answers for the service when that cannot be believed. name is the service's,
// for which identities are signed.
func withIdentity(name string, config IdentityConfig, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := Caller(r.Context())
		if config.Keys != nil {
			tokens := r.Header[wire.IdentityHeader]
			token := ""
			if len(tokens) == 1 {
				token = tokens[0]
			}
			var err error
			if id, err = config.Keys.open(r.Context(), token, name, time.Now()); err != nil {
				refuse(w, http.StatusUnauthorized, fault.New(fault.Unauthenticated,
					"%s; this service, %s, answers nobody but the router, and must know its key (--identity-keys)", err, name))
				return
			}
		}
		if id.Anonymous() && config.Assume != nil {
			id = config.Assume(r)
		}
		next.ServeHTTP(w, r.WithContext(WithCaller(r.Context(), id)))
	})
}
