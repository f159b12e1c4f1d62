package cache

import (
	"encoding/binary"
	"errors"
	"hash/maphash"
	"time"

	"github.com/cespare/xxhash/v2"
)

// value is one stored field: its JSON and what must hold for it to be used.
type value struct {
	// name is the hash field it is stored under (see fieldName), hash its hash within this process.
	name string
	hash uint64
	// json is the raw value as the subgraph sent it.
	json []byte
	// schema is the signature of the field's definition: a router whose schema defines the field differently must not
	// use the value.
	schema uint64
	// clock is the reading of the invalidation clock before the value was fetched.
	clock uint64
	// born is when the origin made it (stored minus the Age it came with), stored when it was stored, expires when it
	// ends, all in Unix milliseconds.
	born, stored, expires int64
	// whileRevalidate and ifError are how many milliseconds after expires it may still serve, for those purposes.
	whileRevalidate, ifError int64
	// covers is the selection of a composite value in canonical form; empty for leaves and for values that any
	// selection fits (null and the empty list).
	covers string
	// deps are what it depends on besides its entity: tags and the entities it contains (see versions.go).
	deps []string
	// private tells that it is for one caller only; negative that it stands for an entity that does not exist.
	private, negative bool
	// by is what its lifetime comes from.
	by bound
}

const (
	// recordMagic begins every stored value and changes with the format.
	recordMagic = 0xE7

	flagPrivate  = 1
	flagNegative = 2
	// The bits above are the bound.
	boundShift, boundMask = 2, 7
)

// fixedHeader is magic, flags, schema, clock, born, stored, expires, whileRevalidate, ifError.
const fixedHeader = 2 + 8 + 8 + 3*8 + 2*8

// checksumSize is the length of the checksum at the end of a stored value.
const checksumSize = 8

// errForeign says that what was found is not a value this cache stored there.
var errForeign = errors.New("not a value of this cache")

// encodeValue appends v's binary form. where is the Redis key it is stored under: key and field are part of the
// checksum, so that a value that got under another key is not taken for its own.
//
//	magic flags schema clock born stored expires whileRevalidate ifError (fixed, big-endian)
//	uvarint length, covers
//	uvarint count, then for each dep: uvarint length, dep
//	json
//	checksum (xxhash64 of key, 0, field, 0 and all of the above)
func encodeValue(dst []byte, where string, v *value) []byte {
	start := len(dst)
	var flags byte
	if v.private {
		flags |= flagPrivate
	}
	if v.negative {
		flags |= flagNegative
	}
	dst = append(dst, recordMagic, flags|byte(v.by)<<boundShift)
	dst = binary.BigEndian.AppendUint64(dst, v.schema)
	dst = binary.BigEndian.AppendUint64(dst, v.clock)
	for _, n := range [...]int64{v.born, v.stored, v.expires, v.whileRevalidate, v.ifError} {
		dst = binary.BigEndian.AppendUint64(dst, uint64(n))
	}
	dst = appendCounted(dst, v.covers)
	dst = binary.AppendUvarint(dst, uint64(len(v.deps)))
	for _, d := range v.deps {
		dst = appendCounted(dst, d)
	}
	dst = append(dst, v.json...)
	return binary.BigEndian.AppendUint64(dst, checksum(where, v.name, dst[start:]))
}

func appendCounted(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// decodeValue reads what encodeValue wrote. The value refers to b.
func decodeValue(where, name string, b []byte) (value, error) {
	if len(b) < fixedHeader+checksumSize || b[0] != recordMagic {
		return value{}, errForeign
	}
	body := b[:len(b)-checksumSize]
	if binary.BigEndian.Uint64(b[len(body):]) != checksum(where, name, body) {
		return value{}, errForeign
	}
	word := func(i int) uint64 { return binary.BigEndian.Uint64(b[2+8*i:]) }
	v := value{
		name: name, schema: word(0), clock: word(1),
		born: int64(word(2)), stored: int64(word(3)), expires: int64(word(4)),
		whileRevalidate: int64(word(5)), ifError: int64(word(6)),
		private: b[1]&flagPrivate != 0, negative: b[1]&flagNegative != 0,
		by: bound(b[1] >> boundShift & boundMask),
	}
	rest := body[fixedHeader:]
	var covers []byte
	var ok bool
	if covers, rest, ok = cutCounted(rest); !ok {
		return value{}, errForeign
	}
	v.covers = string(covers)
	n, used := binary.Uvarint(rest)
	if used <= 0 || n > uint64(len(rest)) {
		return value{}, errForeign
	}
	rest = rest[used:]
	if n > 0 {
		v.deps = make([]string, n)
	}
	for i := range v.deps {
		var d []byte
		if d, rest, ok = cutCounted(rest); !ok {
			return value{}, errForeign
		}
		v.deps[i] = string(d)
	}
	v.json = rest
	v.hash = nameHash(name)
	return v, nil
}

func cutCounted(b []byte) (s, rest []byte, ok bool) {
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)-used) {
		return nil, nil, false
	}
	return b[used : used+int(n)], b[used+int(n):], true
}

func checksum(where, name string, body []byte) uint64 {
	var d xxhash.Digest
	d.Reset()
	_, _ = d.WriteString(where)
	_, _ = d.Write([]byte{0})
	_, _ = d.WriteString(name)
	_, _ = d.Write([]byte{0})
	_, _ = d.Write(body)
	return d.Sum64()
}

var nameSeed = maphash.MakeSeed()

// nameHash hashes a field name within this process; equal hashes are always confirmed by comparing names.
func nameHash(name string) uint64 { return maphash.String(nameSeed, name) }

// freshness is what the age of a value allows.
type freshness uint8

const (
	ended freshness = iota // must not be used
	errorOnly
	stale // may be used while it is fetched anew
	fresh
)

// freshness tells what may be done with the value at now (Unix milliseconds). A value from the future is treated like
// an ended one: a clock is wrong somewhere.
func (v *value) freshness(now int64) freshness {
	switch {
	case v.stored > now+maxSkew.Milliseconds():
		return ended
	case now < v.expires:
		return fresh
	case now < v.expires+v.whileRevalidate:
		return stale
	case now < v.expires+v.ifError:
		return errorOnly
	}
	return ended
}

// ends is when the value is of no use any more.
func (v *value) ends() int64 { return v.expires + max(v.whileRevalidate, v.ifError) }

// size is about how much memory the value takes in L1.
func (v *value) size() int {
	n := 160 + len(v.name) + len(v.json) + len(v.covers)
	for _, d := range v.deps {
		n += 16 + len(d)
	}
	return n
}

// maxSkew is how far the clocks of replicas may be apart.
const maxSkew = 5 * time.Second

// millis is t in Unix milliseconds.
func millis(t time.Time) int64 { return t.UnixMilli() }
