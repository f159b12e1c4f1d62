package cache

import (
	"math"

	"github.com/weft-graphql/weft/router/cache/storage"
)

// localUntil is when a record that was read from or written to Redis at now has to be read again.
func (c *Cache) localUntil(now int64) int64 {
	if c.redis == nil {
		return math.MaxInt64
	}
	return now + c.cfg.L1.TTL.Milliseconds()
}

// hold keeps a record in process.
func (c *Cache) hold(key string, rec *storage.Record, now int64) {
	if c.l1 != nil && c.l1.Merge(key, rec, now) {
		// Printed forms look again at what they are made of.
		c.versions.Changes.Add(1)
	}
}

// local returns the record held in process under a key, without the fields whose dependencies were invalidated since.
func (c *Cache) local(key []byte, now int64) *storage.Record {
	if c.l1 == nil {
		return nil
	}
	r := c.l1.Get(key, now)
	if r == nil {
		return nil
	}
	changes := c.versions.Changes.Load()
	if r.Verified.Load() == changes {
		return r
	}
	counts := func(f *storage.Value) bool {
		return c.versions.DepsCount(f.Deps, f.Clock) && c.versions.SurelyCounts(r.Self, f.Clock)
	}
	kept := 0
	for i := range r.Fields {
		if counts(&r.Fields[i]) {
			kept++
		}
	}
	if kept == len(r.Fields) {
		r.Verified.Store(changes)
		return r
	}
	filtered := &storage.Record{Since: r.Since, Self: r.Self, Until: r.Until, Renewed: r.Renewed}
	filtered.Fields = make([]storage.Value, 0, kept)
	for i := range r.Fields {
		if counts(&r.Fields[i]) {
			filtered.Fields = append(filtered.Fields, r.Fields[i])
		}
	}
	filtered.Verified.Store(changes)
	c.l1.Replace(string(key), r, filtered)
	return filtered
}
