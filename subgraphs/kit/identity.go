package kit

import (
	"context"
	"net/http"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

type identityKey struct{}

// Caller is who is asking; the zero Identity when nobody is signed in.
func Caller(ctx context.Context) wire.Identity {
	id, _ := ctx.Value(identityKey{}).(wire.Identity)
	return id
}

// WithCaller returns a context in which Caller is id.
func WithCaller(ctx context.Context, id wire.Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, id)
}

// withIdentity reads the identity header, and answers for the service when the header cannot be believed.
func withIdentity(config IdentityConfig, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		value := r.Header.Get(wire.IdentityHeader)
		id, err := wire.Open(config.Key, value, time.Now())
		if err != nil {
			refuse(w, http.StatusUnauthorized, fault.New(fault.Unauthenticated,
				"%s; this service answers the router only, which must share its identity key", err))
			return
		}
		if value == "" && config.Assume != nil {
			id = *config.Assume
		}
		next.ServeHTTP(w, r.WithContext(WithCaller(r.Context(), id)))
	})
}
