package cache

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// Redis keys. None has a hash tag except those that one script touches together, so that entities spread over all
// slots of a cluster; no command touches two entities.
//
//	weft:<ns>:e:<subgraph>:<type>:<digest of the key>              what is the same for everybody
//	weft:<ns>:a:<subgraph>:<type>:<digest of the key>:<audience>   what depends on the caller or on vary headers
//	weft:{<ns>}:epochs, weft:{<ns>}:deps                           the invalidation clock (see clock.go)
//	weft:{<ns>}:news:<digest>                                      news that was followed (see eventonce.go)
//	weft:<ns>:invalidations                                        the pub/sub channel
//
// The key of an entity is its canonical key object, {"upc":"1"}; of a root field its name with arguments,
// topProducts(first:5). Its digest is the first half of its SHA-256, in hex.
type keyspace struct {
	namespace string
}

func (k keyspace) epochs() string            { return "weft:{" + k.namespace + "}:epochs" }
func (k keyspace) deps() string              { return "weft:{" + k.namespace + "}:deps" }
func (k keyspace) news(digest string) string { return "weft:{" + k.namespace + "}:news:" + digest }
func (k keyspace) channel() string           { return "weft:" + k.namespace + ":invalidations" }

// entityKey is the key of what is the same for everybody. prefix is from entityPrefix.
func entityKey(prefix string, key []byte) string {
	sum := sha256.Sum256(key)
	const kept = len(sum) / 2
	b := make([]byte, len(prefix)+2*kept)
	copy(b, prefix)
	hex.Encode(b[len(prefix):], sum[:kept])
	return string(b)
}

func (k keyspace) entityPrefix(subgraph, typ string) string {
	return "weft:" + k.namespace + ":e:" + subgraph + ":" + typ + ":"
}

// audienceKey turns an entity's key into that of its part for one audience.
func (k keyspace) audienceKey(entity, audience string) string {
	head := len("weft:") + len(k.namespace) + 1
	return entity[:head] + "a" + entity[head+1:] + ":" + audience
}

// entityMember names one entity in one subgraph among invalidations and dependencies.
func entityMember(subgraph, typ string, key []byte) string {
	h := sha256.New()
	h.Write([]byte(subgraph))
	h.Write([]byte{0})
	h.Write([]byte(typ))
	h.Write([]byte{0})
	h.Write(key)
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	b := make([]byte, 2, 24)
	b[0], b[1] = 'e', ':'
	return string(base64.RawURLEncoding.AppendEncode(b, sum[:16]))
}

// digest is a short name for something that would be too long, or too private, to be part of a name: 128 bits in hex.
func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}
