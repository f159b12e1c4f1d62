package storage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/weft-graphql/weft/router/cache/policy"
)

// Value is one stored field: its JSON and what must hold for it to be used.
type Value struct {
	// Name is the hash field it is stored under (see fieldName of router/cache), hash its hash within this process.
	Name string
	Hash uint64
	// JSON is the raw value as the subgraph sent it.
	JSON []byte
	// Schema is the signature of the field's definition: a router whose schema defines the field differently must not
	// use the value.
	Schema uint32
	// Clock is the reading of the invalidation clock before the value was fetched.
	Clock uint64
	// Born is when the origin made it (stored minus the Age it came with), stored when it was stored, expires when it
	// ends, all in Unix milliseconds.
	Born, Stored, Expires int64
	// WhileRevalidate and ifError are how many milliseconds after expires it may still serve, for those purposes.
	WhileRevalidate, IfError int64
	// Covers is the selection of a composite value in canonical form; empty for leaves and for values that any
	// selection fits (null and the empty list).
	Covers string
	// Deps are what it depends on besides its entity: tags and the entities it contains (see router/cache/clock).
	Deps []string
	// Private tells that it is for one caller only, open that it is for everybody, also for those whose requests carry
	// credentials; negative that it stands for an entity that does not exist.
	Private, Open, Negative bool
	// By is what its lifetime comes from.
	By policy.Bound
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

// EncodeValue appends v's binary form. where is the Redis key it is stored under: key and field are part of the
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
func EncodeValue(dst []byte, where string, v *Value) []byte {
	start := len(dst)
	flags := byte(v.By) << boundShift
	set := func(flag byte, when bool) {
		if when {
			flags |= flag
		}
	}
	set(flagPrivate, v.Private)
	set(flagNegative, v.Negative)
	set(flagTimes, v.Born != v.Stored || v.WhileRevalidate != 0 || v.IfError != 0)
	set(flagCovers, v.Covers != "")
	set(flagDeps, len(v.Deps) > 0)
	magic := byte(recordMagic)
	if v.Open {
		magic = openMagic
	}
	dst = append(dst, magic, flags)
	dst = binary.BigEndian.AppendUint32(dst, v.Schema)
	dst = binary.AppendVarint(dst, v.Stored-timeOrigin)
	dst = binary.AppendVarint(dst, int64(v.Clock)-v.Stored*1000)
	dst = binary.AppendVarint(dst, v.Expires-v.Stored)
	if flags&flagTimes != 0 {
		dst = binary.AppendVarint(dst, v.Stored-v.Born)
		dst = binary.AppendVarint(dst, v.WhileRevalidate)
		dst = binary.AppendVarint(dst, v.IfError)
	}
	if flags&flagCovers != 0 {
		dst = appendCounted(dst, v.Covers)
	}
	if flags&flagDeps != 0 {
		dst = binary.AppendUvarint(dst, uint64(len(v.Deps)))
		for _, d := range v.Deps {
			dst = appendCounted(dst, d)
		}
	}
	dst = append(dst, v.JSON...)
	return binary.BigEndian.AppendUint32(dst, checksum(where, v.Name, dst[start:]))
}

func appendCounted(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// DecodeValue reads what encodeValue wrote. The value refers to b.
func DecodeValue(where, name string, b []byte) (Value, error) {
	if len(b) < fixedHeader+checksumSize || b[0] != recordMagic && b[0] != openMagic {
		return Value{}, errForeign
	}
	body := b[:len(b)-checksumSize]
	if binary.BigEndian.Uint32(b[len(body):]) != checksum(where, name, body) {
		return Value{}, errForeign
	}
	flags := body[1]
	r := valueReader{rest: body[fixedHeader:], ok: true}
	v := Value{
		Name: name, Hash: NameHash(name), Schema: binary.BigEndian.Uint32(body[2:]),
		Private: flags&flagPrivate != 0, Open: b[0] == openMagic, Negative: flags&flagNegative != 0,
		By: policy.Bound(flags >> boundShift & boundMask),
	}
	v.Stored = timeOrigin + r.varint()
	v.Clock = uint64(v.Stored*1000 + r.varint())
	v.Expires = v.Stored + r.varint()
	v.Born = v.Stored
	if flags&flagTimes != 0 {
		v.Born -= r.varint()
		v.WhileRevalidate, v.IfError = r.varint(), r.varint()
	}
	if flags&flagCovers != 0 {
		v.Covers = r.text()
	}
	if flags&flagDeps != 0 {
		v.Deps = r.texts()
	}
	if v.JSON = r.rest; !r.ok {
		return Value{}, errForeign
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

// NameSeed is the seed of hashes within this process.
var NameSeed = maphash.MakeSeed()

// NameHash hashes a field name within this process; equal hashes are always confirmed by comparing names.
func NameHash(name string) uint64 { return maphash.String(NameSeed, name) }

// Freshness is what the age of a value allows.
type Freshness uint8

const (
	Ended Freshness = iota // must not be used
	ErrorOnly
	Stale // may be used while it is fetched anew
	Fresh
)

// Freshness tells what may be done with the value at now (Unix milliseconds). A value from the future is treated like
// an ended one: a clock is wrong somewhere.
func (v *Value) Freshness(now int64) Freshness {
	switch {
	case v.Stored > now+maxSkew.Milliseconds():
		return Ended
	case now < v.Expires:
		return Fresh
	case now < v.Expires+v.WhileRevalidate:
		return Stale
	case now < v.Expires+v.IfError:
		return ErrorOnly
	}
	return Ended
}

// Ends is when the value is of no use any more.
func (v *Value) Ends() int64 { return v.Expires + max(v.WhileRevalidate, v.IfError) }

// Size is about how much memory the value takes in L1.
func (v *Value) Size() int {
	n := 160 + len(v.Name) + len(v.JSON) + len(v.Covers)
	for _, d := range v.Deps {
		n += 16 + len(d)
	}
	return n
}

// maxSkew is how far the clocks of replicas may be apart.
const maxSkew = 5 * time.Second

// Improves tells whether a value that was found in another one is worth storing where another one is: not if that is
// the same and lasts about as long.
func (v *Value) Improves(other *Value, now int64) bool {
	return other.Schema != v.Schema || other.Open != v.Open || other.Covers != v.Covers ||
		other.Freshness(now) != Fresh ||
		4*(other.Expires-now) < 3*(v.Expires-now) || !bytes.Equal(other.JSON, v.JSON)
}
