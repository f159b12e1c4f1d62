package prepared

import (
	"hash/maphash"
	"strings"
	"unsafe"

	"github.com/weft-graphql/weft/router/operation"
)

// key is what an entry or an alias is found by: a document and the operation's name, or a form, which has the name in
// it.
type key struct {
	sum        uint64
	text, name string
	formed     bool
}

// key makes a key that refers to the bytes, for a lookup.
func (c *Cache[P]) key(text, name []byte, formed bool) key {
	var h maphash.Hash
	h.SetSeed(c.seed)
	h.Write(text)
	h.WriteByte(0)
	h.Write(name)
	if formed {
		h.WriteByte(1)
	}
	return key{
		sum: h.Sum64(), formed: formed,
		text: unsafe.String(unsafe.SliceData(text), len(text)), name: unsafe.String(unsafe.SliceData(name), len(name)),
	}
}

func (k key) equal(o key) bool { return k.formed == o.formed && k.text == o.text && k.name == o.name }

// keep returns the key for a cache to keep.
func (k key) keep() key {
	if k.formed {
		k.text = strings.Clone(k.text)
	}
	return k
}

func (c *Cache[P]) shard(k key) *shard[P] { return &c.shards[k.sum%shards] }

// maxAliases bounds the aliases of an entry; each of a further one takes the place of the first.
const maxAliases = 8

// aliasBytes is what an alias costs besides its texts.
const aliasBytes = 256

// alias remembers the entry of a document, once it is seen for the second time.
func (c *Cache[P]) alias(k key, e *Entry[P], query, operationName []byte, literals *operation.Literals) {
	s := c.shard(k)
	s.mu.Lock()
	seen := s.seenAlone.see(k.sum)
	s.mu.Unlock()
	if !seen {
		return
	}
	a := &alias[P]{shard: s, entry: e, literals: literals.Clone(), key: key{
		sum: k.sum, text: string(query), name: string(operationName),
	}}
	grown := a.bytes()
	e.aliasing.Lock()
	if e.retired {
		e.aliasing.Unlock()
		return
	}
	if len(e.aliases) == maxAliases {
		grown -= e.aliases[0].bytes()
		e.aliases[0].drop()
		e.aliases = append(e.aliases[:0], e.aliases[1:]...)
	}
	e.aliases = append(e.aliases, a)
	s.mu.Lock()
	s.aliases[a.key.sum] = a
	s.mu.Unlock()
	e.aliasing.Unlock()
	e.grow(grown)
}

func (a *alias[P]) bytes() int64 {
	return aliasBytes + int64(len(a.key.text)+len(a.key.name)) + a.literals.Bytes()
}

// drop takes the alias out of its shard.
func (a *alias[P]) drop() {
	a.shard.mu.Lock()
	defer a.shard.mu.Unlock()
	if a.shard.aliases[a.key.sum] == a {
		delete(a.shard.aliases, a.key.sum)
	}
}

// retire takes an entry's aliases with it when it has left the cache.
func (e *Entry[P]) retire() {
	e.aliasing.Lock()
	defer e.aliasing.Unlock()
	e.retired = true
	for _, a := range e.aliases {
		a.drop()
	}
	e.aliases = nil
}
