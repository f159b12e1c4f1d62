package storage

import (
	"bytes"
	"math"
	"strings"
	"sync/atomic"
	"unsafe"

	"github.com/maypok86/otter/v2"
)

// Record is what this process knows of one entity (or of one audience's part of it). Its fields are never changed.
type Record struct {
	Fields []Value
	// Since is the reading below which nothing of the entity counts, as its hash in Redis said.
	Since uint64
	// Self is the entity's member (see router/cache/clock).
	Self string
	// Until is when the record must be read from Redis again, in Unix milliseconds.
	Until int64
	// Verified is the count of clock.Versions.Changes at which all dependencies were found unchanged.
	Verified atomic.Uint64
	// Renewed tells that a value was replaced by another before its time, though nobody invalidated it. Records that
	// follow one upon the other without that have it in common.
	Renewed *atomic.Bool
}

// Find returns the field stored under a name, or nil.
func (r *Record) Find(hash uint64, name string) *Value {
	for i := range r.Fields {
		if f := &r.Fields[i]; f.Hash == hash && f.Name == name {
			return f
		}
	}
	return nil
}

func (r *Record) size() int {
	n := 96 + len(r.Self)
	for i := range r.Fields {
		n += r.Fields[i].Size()
	}
	return n
}

// Holding returns the value whose JSON was handed out, or nil.
func (r *Record) Holding(json []byte) *Value {
	for i := range r.Fields {
		if f := &r.Fields[i]; len(json) > 0 && unsafe.SliceData(f.JSON) == unsafe.SliceData(json) &&
			len(f.JSON) == len(json) {
			return f
		}
	}
	return nil
}

// Local is the L1: records by their local key (see callProgram of router/cache), bounded by bytes.
type Local struct {
	records *otter.Cache[string, *Record]
}

// NewLocal makes an empty one. Without any bytes nothing would bound it.
func NewLocal(maxBytes uint64) *Local {
	return &Local{otter.Must(&otter.Options[string, *Record]{
		MaximumWeight: max(maxBytes, 1),
		Weigher: func(key string, r *Record) uint32 {
			return uint32(min(len(key)+r.size(), math.MaxUint32))
		},
	})}
}

// Get returns the record under a key that is still allowed to be used without asking Redis. The key is only read.
func (l *Local) Get(key []byte, now int64) *Record {
	r, ok := l.records.GetIfPresent(unsafe.String(unsafe.SliceData(key), len(key)))
	if !ok || r.Until <= now {
		return nil
	}
	return r
}

// Merge adds a record's fields to what is held under its key, replacing fields of the same name. What has ended or does
// not count any more goes; a field never replaces one that was fetched later. It tells whether values were renewed.
func (l *Local) Merge(key string, add *Record, now int64) (renewed bool) {
	add.Renewed = new(atomic.Bool)
	l.records.Compute(key, func(old *Record, found bool) (*Record, otter.ComputeOp) {
		if !found || old.Until <= now {
			return add, otter.WriteOp
		}
		merged := &Record{Since: max(old.Since, add.Since), Self: add.Self, Until: add.Until, Renewed: old.Renewed}
		if renewed = add.renews(old, now); renewed {
			old.Renewed.Store(true)
			merged.Renewed = add.Renewed
		}
		merged.Fields = append(make([]Value, 0, len(add.Fields)+len(old.Fields)), add.Fields...)
		for i := range old.Fields {
			f := &old.Fields[i]
			if f.Clock < merged.Since || f.Ends() <= now {
				continue
			}
			merged.Until = min(merged.Until, old.Until)
			if same := merged.Find(f.Hash, f.Name); same == nil {
				merged.Fields = append(merged.Fields, *f)
			} else if f.Clock > same.Clock {
				*same = *f
			}
		}
		return merged, otter.WriteOp
	})
	return renewed
}

// renews tells whether a record has another value than an older one for the same field, or for another selection of it.
func (r *Record) renews(old *Record, now int64) bool {
	for i := range r.Fields {
		f := &r.Fields[i]
		for j := range old.Fields {
			g := &old.Fields[j]
			if f.Negative || g.Negative || g.Expires <= now || g.Clock > f.Clock || bytes.Equal(f.JSON, g.JSON) {
				continue
			}
			if f.Name == g.Name || baseName(f.Name) == baseName(g.Name) {
				return true
			}
		}
	}
	return false
}

// baseName is what the names of all selections of a composite value begin with.
func baseName(name string) string {
	base, _, _ := strings.Cut(name, "~")
	return base
}

// Replace puts a record in the place of the one that was found under a key, unless that was replaced meanwhile.
func (l *Local) Replace(key string, old, with *Record) {
	l.records.ComputeIfPresent(key, func(present *Record) (*Record, otter.ComputeOp) {
		if present != old {
			return present, otter.CancelOp
		}
		if len(with.Fields) == 0 {
			return nil, otter.InvalidateOp
		}
		return with, otter.WriteOp
	})
}

// Size is about how many bytes and records it holds.
func (l *Local) Size() (bytes uint64, entries int) {
	return l.records.WeightedSize(), l.records.EstimatedSize()
}
