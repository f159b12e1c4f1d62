package kit

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/weft-graphql/weft/schema/jwks"
	"github.com/weft-graphql/weft/schema/wire"
)

const (
	// keyFileInterval and keyURLInterval are the times between two looks at keys in a file, and at an address.
	keyFileInterval = 2 * time.Second
	keyURLInterval  = 5 * time.Minute
	// openedTokens bounds the tokens that are remembered as good: one for each caller in half a minute.
	openedTokens = 10_000
)

// IdentityKeys check who is asking with the public keys of the router.
type IdentityKeys struct {
	set *jwks.Set[*wire.IdentityKeys]
	// opened are tokens that were found good: the router uses one for several requests.
	opened *otter.Cache[[sha256.Size]byte, opened]
}

// opened is what a token said.
type opened struct {
	identity wire.Identity
	until    time.Time
	// keys are those that it was checked with: when they change it is checked again.
	keys *wire.IdentityKeys
}

// FollowIdentityKeys follows the set of the router's public keys (JWKS) in a file or at an address (https://, or
// http:// on this machine). Until they could be read nobody is believed.
func FollowIdentityKeys(source string, logger *slog.Logger) (*IdentityKeys, error) {
	load, interval := jwks.FromFile(source), keyFileInterval
	if strings.Contains(source, "://") {
		if err := jwks.CheckURL(source); err != nil {
			return nil, err
		}
		load, interval = jwks.FromURL(source), keyURLInterval
	}
	return newIdentityKeys(load, jwks.Options{Name: source, Interval: interval, Logger: logger}), nil
}

// FixedIdentityKeys are the public keys of a router in this process, as wire.PublicKeys writes them.
func FixedIdentityKeys(set []byte) *IdentityKeys {
	load := func(context.Context) ([]byte, error) { return set, nil }
	return newIdentityKeys(load, jwks.Options{Name: "of this process", Interval: time.Hour, Logger: slog.Default()})
}

func newIdentityKeys(load func(context.Context) ([]byte, error), options jwks.Options) *IdentityKeys {
	read := func(text []byte) (*wire.IdentityKeys, error) {
		keys, err := wire.ReadPublicKeys(text)
		return &keys, err
	}
	return &IdentityKeys{
		set: jwks.Follow(load, read, options),
		opened: otter.Must(&otter.Options[[sha256.Size]byte, opened]{
			MaximumSize:      openedTokens,
			ExpiryCalculator: otter.ExpiryWriting[[sha256.Size]byte, opened](2 * wire.IdentityLifetime),
		}),
	}
}

// Close ends following the keys.
func (k *IdentityKeys) Close() { k.set.Close() }

// open checks a token that was made for a service.
func (k *IdentityKeys) open(ctx context.Context, token, audience string, now time.Time) (wire.Identity, error) {
	keys, err := k.set.Get(ctx)
	if err != nil {
		k.set.Renew(ctx)
		if keys, err = k.set.Get(ctx); err != nil {
			return wire.Identity{}, err
		}
	}
	sum := sha256.Sum256([]byte(token))
	if known, ok := k.opened.GetIfPresent(sum); ok && known.keys == keys && now.Before(known.until) {
		return known.identity, nil
	}
	id, until, err := keys.Open(token, audience, now)
	if errors.Is(err, wire.ErrIdentityKey) {
		// A key that is new, perhaps.
		k.set.Renew(ctx)
		if keys, err = k.set.Get(ctx); err != nil {
			return wire.Identity{}, err
		}
		id, until, err = keys.Open(token, audience, now)
	}
	if err != nil {
		return wire.Identity{}, err
	}
	k.opened.Set(sum, opened{id, until, keys})
	return id, nil
}
