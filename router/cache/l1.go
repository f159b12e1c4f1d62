package cache

import (
	"bytes"
	"math"
	"strings"
	"sync/atomic"
	"unsafe"

	"github.com/maypok86/otter/v2"
)

// record is what this process knows of one entity (or of one audience's part of it). Its fields are never changed.
type record struct {
	fields []value
	// since is the reading below which nothing of the entity counts, as its hash in Redis said.
	since uint64
	// self is the entity's member (see versions.go).
	self string
	// until is when the record must be read from Redis again, in Unix milliseconds.
	until int64
	// verified is the count of versions.changes at which all dependencies were found unchanged.
	verified atomic.Uint64
	// renewed tells that a value was replaced by another before its time, though nobody invalidated it. Records that
	// follow one upon the other without that have it in common.
	renewed *atomic.Bool
}

// find returns the field stored under a name, or nil.
func (r *record) find(hash uint64, name string) *value {
	for i := range r.fields {
		if f := &r.fields[i]; f.hash == hash && f.name == name {
			return f
		}
	}
	return nil
}

func (r *record) size() int {
	n := 96 + len(r.self)
	for i := range r.fields {
		n += r.fields[i].size()
	}
	return n
}

// localCache is the L1: records by their local key (see callProgram) and printed forms, bounded by bytes.
type localCache struct {
	records *otter.Cache[string, *record]
	printed *printedForms
}

func newLocalCache(c L1Config) *localCache {
	// A quarter is for printed forms. Neither may be nothing at all: that would mean no bound.
	forms := max(c.MaxBytes/4, 1)
	return &localCache{printed: newPrintedForms(forms), records: otter.Must(&otter.Options[string, *record]{
		MaximumWeight: max(c.MaxBytes, forms+1) - forms,
		Weigher: func(key string, r *record) uint32 {
			return uint32(min(len(key)+r.size(), math.MaxUint32))
		},
	})}
}

// get returns the record under a key that is still allowed to be used without asking Redis. The key is only read.
func (l *localCache) get(key []byte, now int64) *record {
	r, ok := l.records.GetIfPresent(unsafe.String(unsafe.SliceData(key), len(key)))
	if !ok || r.until <= now {
		return nil
	}
	return r
}

// merge adds a record's fields to what is held under its key, replacing fields of the same name. What has ended or does
// not count any more goes; a field never replaces one that was fetched later. It tells whether values were renewed.
func (l *localCache) merge(key string, add *record, now int64) (renewed bool) {
	add.renewed = new(atomic.Bool)
	l.records.Compute(key, func(old *record, found bool) (*record, otter.ComputeOp) {
		if !found || old.until <= now {
			return add, otter.WriteOp
		}
		merged := &record{since: max(old.since, add.since), self: add.self, until: add.until, renewed: old.renewed}
		if renewed = add.renews(old, now); renewed {
			old.renewed.Store(true)
			merged.renewed = add.renewed
		}
		merged.fields = append(make([]value, 0, len(add.fields)+len(old.fields)), add.fields...)
		for i := range old.fields {
			f := &old.fields[i]
			if f.clock < merged.since || f.ends() <= now {
				continue
			}
			merged.until = min(merged.until, old.until)
			if same := merged.find(f.hash, f.name); same == nil {
				merged.fields = append(merged.fields, *f)
			} else if f.clock > same.clock {
				*same = *f
			}
		}
		return merged, otter.WriteOp
	})
	return renewed
}

// renews tells whether a record has another value than an older one for the same field, or for another selection of it.
func (r *record) renews(old *record, now int64) bool {
	for i := range r.fields {
		f := &r.fields[i]
		for j := range old.fields {
			g := &old.fields[j]
			if f.negative || g.negative || g.expires <= now || g.clock > f.clock || bytes.Equal(f.json, g.json) {
				continue
			}
			if f.name == g.name || baseName(f.name) == baseName(g.name) {
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

// replace puts a record in the place of the one that was found under a key, unless that was replaced meanwhile.
func (l *localCache) replace(key string, old, with *record) {
	l.records.ComputeIfPresent(key, func(present *record) (*record, otter.ComputeOp) {
		if present != old {
			return present, otter.CancelOp
		}
		if len(with.fields) == 0 {
			return nil, otter.InvalidateOp
		}
		return with, otter.WriteOp
	})
}

func (l *localCache) size() (bytes uint64, entries int) {
	return l.records.WeightedSize() + l.printed.forms.WeightedSize(), l.records.EstimatedSize()
}

// localUntil is when a record that was read from or written to Redis at now has to be read again.
func (c *Cache) localUntil(now int64) int64 {
	if c.redis == nil {
		return math.MaxInt64
	}
	return now + c.cfg.L1.TTL.Milliseconds()
}

// hold keeps a record in process.
func (c *Cache) hold(key string, rec *record, now int64) {
	if c.l1 != nil && c.l1.merge(key, rec, now) {
		// Printed forms look again at what they are made of.
		c.versions.changes.Add(1)
	}
}

// local returns the record held in process under a key, without the fields whose dependencies were invalidated since.
func (c *Cache) local(key []byte, now int64) *record {
	if c.l1 == nil {
		return nil
	}
	r := c.l1.get(key, now)
	if r == nil {
		return nil
	}
	changes := c.versions.changes.Load()
	if r.verified.Load() == changes {
		return r
	}
	counts := func(f *value) bool {
		return c.versions.depsCount(f.deps, f.clock) && c.versions.surelyCounts(r.self, f.clock)
	}
	kept := 0
	for i := range r.fields {
		if counts(&r.fields[i]) {
			kept++
		}
	}
	if kept == len(r.fields) {
		r.verified.Store(changes)
		return r
	}
	filtered := &record{since: r.since, self: r.self, until: r.until, renewed: r.renewed, fields: make([]value, 0, kept)}
	for i := range r.fields {
		if counts(&r.fields[i]) {
			filtered.fields = append(filtered.fields, r.fields[i])
		}
	}
	filtered.verified.Store(changes)
	c.l1.replace(string(key), r, filtered)
	return filtered
}
