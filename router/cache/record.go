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
	schema uint32
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
	// private tells that it is for one caller only, open that it is for everybody, also for those whose requests carry
	// credentials; negative that it stands for an entity that does not exist.
	private, open, negative bool
	// by is what its lifetime comes from.
	by bound
}

const (
	// recordMagic begins every stored value and changes with the format; openMagic those that are open.
	recordMagic, openMagic = 0xE8, 0xE9

	flagPrivate  = 1
	flagNegative = 2
	// The next three bits are the bound.
	boundShift, boundMask = 2, 7
	// What is hardly ever there takes no room when it is not: a time before it was stored and stale windows; a selection;
	// dependencies.
	flagTimes  = 1 << 5
	flagCovers = 1 << 6
	flagDeps   = 1 << 7
)

// fixedHeader is magic, flags and schema.
const fixedHeader = 2 + 4

// checksumSize is the length of the checksum at the end of a stored value.
const checksumSize = 4

// timeOrigin is the time from which stored is counted, in Unix milliseconds: the beginning of 2020.
const timeOrigin = 1_577_836_800_000

// errForeign says that what was found is not a value this cache stored there.
var errForeign = errors.New("not a value of this cache")

// encodeValue appends v's binary form. where is the Redis key it is stored under: key and field are part of the
// checksum, so that a value that got under another key is not taken for its own. Small values, whose form has 64
// bytes at most, are kept by Redis without an object for each.
//
//	magic flags schema (fixed, big-endian)
//	varint stored - timeOrigin
//	varint clock - stored in microseconds
//	varint expires - stored
//	varint stored - born, whileRevalidate, ifError (flagTimes)
//	uvarint length, covers (flagCovers)
//	uvarint count, then for each dep: uvarint length, dep (flagDeps)
//	json
//	checksum (half of xxhash64 of key, 0, field, 0 and all of the above)
func encodeValue(dst []byte, where string, v *value) []byte {
	start := len(dst)
	flags := byte(v.by) << boundShift
	set := func(flag byte, when bool) {
		if when {
			flags |= flag
		}
	}
	set(flagPrivate, v.private)
	set(flagNegative, v.negative)
	set(flagTimes, v.born != v.stored || v.whileRevalidate != 0 || v.ifError != 0)
	set(flagCovers, v.covers != "")
	set(flagDeps, len(v.deps) > 0)
	magic := byte(recordMagic)
	if v.open {
		magic = openMagic
	}
	dst = append(dst, magic, flags)
	dst = binary.BigEndian.AppendUint32(dst, v.schema)
	dst = binary.AppendVarint(dst, v.stored-timeOrigin)
	dst = binary.AppendVarint(dst, int64(v.clock)-v.stored*1000)
	dst = binary.AppendVarint(dst, v.expires-v.stored)
	if flags&flagTimes != 0 {
		dst = binary.AppendVarint(dst, v.stored-v.born)
		dst = binary.AppendVarint(dst, v.whileRevalidate)
		dst = binary.AppendVarint(dst, v.ifError)
	}
	if flags&flagCovers != 0 {
		dst = appendCounted(dst, v.covers)
	}
	if flags&flagDeps != 0 {
		dst = binary.AppendUvarint(dst, uint64(len(v.deps)))
		for _, d := range v.deps {
			dst = appendCounted(dst, d)
		}
	}
	dst = append(dst, v.json...)
	return binary.BigEndian.AppendUint32(dst, checksum(where, v.name, dst[start:]))
}

func appendCounted(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// decodeValue reads what encodeValue wrote. The value refers to b.
func decodeValue(where, name string, b []byte) (value, error) {
	if len(b) < fixedHeader+checksumSize || b[0] != recordMagic && b[0] != openMagic {
		return value{}, errForeign
	}
	body := b[:len(b)-checksumSize]
	if binary.BigEndian.Uint32(b[len(body):]) != checksum(where, name, body) {
		return value{}, errForeign
	}
	flags := body[1]
	r := valueReader{rest: body[fixedHeader:], ok: true}
	v := value{
		name: name, hash: nameHash(name), schema: binary.BigEndian.Uint32(body[2:]),
		private: flags&flagPrivate != 0, open: b[0] == openMagic, negative: flags&flagNegative != 0, by: bound(flags >> boundShift & boundMask),
	}
	v.stored = timeOrigin + r.varint()
	v.clock = uint64(v.stored*1000 + r.varint())
	v.expires = v.stored + r.varint()
	v.born = v.stored
	if flags&flagTimes != 0 {
		v.born -= r.varint()
		v.whileRevalidate, v.ifError = r.varint(), r.varint()
	}
	if flags&flagCovers != 0 {
		v.covers = r.text()
	}
	if flags&flagDeps != 0 {
		v.deps = r.texts()
	}
	if v.json = r.rest; !r.ok {
		return value{}, errForeign
	}
	return v, nil
}

// valueReader reads the parts of a stored value. After a failure ok is false and everything read is empty.
type valueReader struct {
	rest []byte
	ok   bool
}

func (r *valueReader) varint() int64 {
	n, used := binary.Varint(r.rest)
	if used <= 0 {
		r.rest, r.ok = nil, false
		return 0
	}
	r.rest = r.rest[used:]
	return n
}

func (r *valueReader) text() string {
	s, rest, ok := cutCounted(r.rest)
	r.rest, r.ok = rest, r.ok && ok
	return string(s)
}

func (r *valueReader) texts() []string {
	n, used := binary.Uvarint(r.rest)
	if used <= 0 || n > uint64(len(r.rest)) {
		r.rest, r.ok = nil, false
		return nil
	}
	r.rest = r.rest[used:]
	list := make([]string, n)
	for i := range list {
		list[i] = r.text()
	}
	return list
}

func cutCounted(b []byte) (s, rest []byte, ok bool) {
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)-used) {
		return nil, nil, false
	}
	return b[used : used+int(n)], b[used+int(n):], true
}

func checksum(where, name string, body []byte) uint32 {
	var d xxhash.Digest
	d.Reset()
	_, _ = d.WriteString(where)
	_, _ = d.Write([]byte{0})
	_, _ = d.WriteString(name)
	_, _ = d.Write([]byte{0})
	_, _ = d.Write(body)
	return uint32(d.Sum64())
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
