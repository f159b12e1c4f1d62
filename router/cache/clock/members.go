package clock

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// IsNarrow tells whether a member is a tag or an entity.
func IsNarrow(member string) bool { return len(member) > 1 && (member[0] == 'e' || member[0] == 'g') }

// SubgraphMember names everything a subgraph said.
func SubgraphMember(subgraph string) string { return "s:" + subgraph }

// TypeMember names everything a subgraph said about entities of a type.
func TypeMember(subgraph, typ string) string { return "t:" + subgraph + ":" + typ }

// ChangedMember names that some entity of a type changed in a subgraph.
func ChangedMember(subgraph, typ string) string { return "c:" + subgraph + ":" + typ }

// UnnamedMember is a digest, because every value of an entity that has several keys can depend on it.
func UnnamedMember(subgraph, typ, key string) string {
	return "u:" + ShortDigest(subgraph+":"+typ+":"+key)
}

// TagMember names a tag. Control characters, which tags have no use for, become blanks: members are lines on the wire.
func TagMember(subgraph, tag string) string {
	tag = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, tag)
	return "g:" + subgraph + ":" + tag
}

// EntityMember names one entity in one subgraph among invalidations and dependencies.
func EntityMember(subgraph, typ string, key []byte) string {
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

// ShortDigest is a short name for something that is not secret and need not be told from everything else for certain.
func ShortDigest(s string) string { return strconv.FormatUint(xxhash.Sum64String(s)&0xFFFFFFFF, 36) }
