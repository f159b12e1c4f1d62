package storage

import (
	"crypto/sha256"
	"encoding/hex"
)

// Redis keys. None has a hash tag except those that one script touches together, so that entities spread over all
// slots of a cluster; no command touches two entities.
//
//	weft:<ns>:e:<subgraph>:<type>:<digest of the key>              what is the same for everybody
//	weft:<ns>:a:<subgraph>:<type>:<digest of the key>:<audience>   what depends on the caller or on vary headers
//	weft:{<ns>}:epochs, weft:{<ns>}:deps                           the invalidation clock (see router/cache/clock)
//	weft:{<ns>}:news:<digest>                                      news that was followed (router/cache/eventonce.go)
//	weft:<ns>:invalidations                                        the pub/sub channel
//
// The key of an entity is its canonical key object, {"upc":"1"}; of a root field its name with arguments,
// topProducts(first:5). Its digest is the first half of its SHA-256, in hex.
type Keyspace struct {
	namespace string
}

// NewKeyspace has the keys of one namespace.
func NewKeyspace(namespace string) Keyspace { return Keyspace{namespace} }

// Epochs is the key of the wide members of the clock.
func (k Keyspace) Epochs() string { return "weft:{" + k.namespace + "}:epochs" }

// Deps is the key of the narrow members of the clock.
func (k Keyspace) Deps() string { return "weft:{" + k.namespace + "}:deps" }

// News is the key of news that was followed.
func (k Keyspace) News(digest string) string { return "weft:{" + k.namespace + "}:news:" + digest }

// Channel is where replicas tell each other of invalidations.
func (k Keyspace) Channel() string { return "weft:" + k.namespace + ":invalidations" }

// EntityKey is the key of what is the same for everybody. prefix is from entityPrefix.
func EntityKey(prefix string, key []byte) string {
	sum := sha256.Sum256(key)
	const kept = len(sum) / 2
	b := make([]byte, len(prefix)+2*kept)
	copy(b, prefix)
	hex.Encode(b[len(prefix):], sum[:kept])
	return string(b)
}

// EntityPrefix is what the keys of all entities of a type in a subgraph begin with.
func (k Keyspace) EntityPrefix(subgraph, typ string) string {
	return "weft:" + k.namespace + ":e:" + subgraph + ":" + typ + ":"
}

// AudienceKey turns an entity's key into that of its part for one audience.
func (k Keyspace) AudienceKey(entity, audience string) string {
	head := len("weft:") + len(k.namespace) + 1
	return entity[:head] + "a" + entity[head+1:] + ":" + audience
}

// Digest is a short name for something that would be too long, or too private, to be part of a name: 128 bits in hex.
func Digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}
