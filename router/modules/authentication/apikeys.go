package authentication

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/schema/jwks"
)

// maxAPIKeys bounds the keys: each is compared with.
const maxAPIKeys = 10_000

// errUnknownKey is what is wrong with a key that nobody has.
var errUnknownKey = errors.New("the key is not known")

// apiKeys are the keys of machines.
type apiKeys struct {
	fixed []apiKey
	// file has those of the file; nil when there is none.
	file *jwks.Set[[]apiKey]
}

// apiKey is the hash of a key, and who has it.
type apiKey struct {
	sum [sha256.Size]byte
	who *caller.Caller
}

func newAPIKeys(settings *APIKeys, logger *slog.Logger) (*apiKeys, error) {
	k := &apiKeys{}
	for _, key := range settings.Keys {
		claims := map[string]any{}
		for name, value := range key.Claims {
			claims[name] = value
		}
		made, err := newAPIKey(settings.Issuer, key.Name, key.SHA256, key.Scopes, claims)
		if err != nil {
			return nil, err
		}
		k.fixed = append(k.fixed, made)
	}
	if settings.File == "" {
		return k, nil
	}
	load := jwks.FromFile(settings.File)
	read := func(text []byte) ([]apiKey, error) { return readAPIKeys(settings.Issuer, string(text)) }
	text, err := load(context.Background())
	if err == nil {
		_, err = read(text)
	}
	if err != nil {
		return nil, fmt.Errorf("api_keys.file: %w", err)
	}
	k.file = jwks.Follow(load, read, jwks.Options{Name: "api_keys.file", Interval: fileInterval, Logger: logger})
	return k, nil
}

func newAPIKey(issuer, name, sum string, scopes []string, claims map[string]any) (apiKey, error) {
	key := apiKey{}
	text, err := hex.DecodeString(sum)
	if err != nil || len(text) != len(key.sum) || name == "" {
		return key, fmt.Errorf("%q is not a SHA-256 in hexadecimal digits with a name", sum)
	}
	copy(key.sum[:], text)
	if len(scopes) > 0 {
		claims["scope"] = strings.Join(scopes, " ")
	}
	key.who = verified(issuer, name, claims, time.Time{})
	return key, nil
}

// readAPIKeys reads the lines of a file.
func readAPIKeys(issuer, text string) (keys []apiKey, err error) {
	line := 0
	for each := range strings.Lines(text) {
		line++
		words := strings.Fields(each)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) == 1 {
			words = append(words, "")
		}
		key, err := newAPIKey(issuer, words[1], words[0], words[2:], map[string]any{})
		if err != nil {
			// The line is not told: somebody may have written the key itself.
			return nil, fmt.Errorf("line %d is not a SHA-256 in hexadecimal digits, a name and scopes", line)
		}
		keys = append(keys, key)
		if len(keys) > maxAPIKeys {
			return nil, fmt.Errorf("it has more than %d keys", maxAPIKeys)
		}
	}
	return keys, nil
}

func (k *apiKeys) close() {
	if k.file != nil {
		k.file.Close()
	}
}

// verify finds out whose key it is. It takes as long for every key.
func (k *apiKeys) verify(ctx context.Context, key string) (*caller.Caller, error) {
	sum := sha256.Sum256([]byte(key))
	who := match(k.fixed, sum)
	if k.file != nil {
		more, err := k.file.Get(ctx)
		if err != nil {
			return nil, errUnavailable
		}
		if other := match(more, sum); who == nil {
			who = other
		}
	}
	if who == nil {
		return nil, errUnknownKey
	}
	return who, nil
}

func match(keys []apiKey, sum [sha256.Size]byte) (who *caller.Caller) {
	for i := range keys {
		if subtle.ConstantTimeCompare(keys[i].sum[:], sum[:]) == 1 {
			who = keys[i].who
		}
	}
	return who
}

// verified is a caller whom somebody vouches for. The claims say so, too, under the names that everybody reads them by.
func verified(issuer, subject string, claims map[string]any, expires time.Time) *caller.Caller {
	claims["iss"], claims["sub"] = issuer, subject
	return &caller.Caller{Issuer: issuer, Subject: subject, Claims: claims, Expires: expires}
}
