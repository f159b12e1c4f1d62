package cache

import (
	"net/http"

	"github.com/weft-graphql/weft/router/cache/storage"
	"github.com/weft-graphql/weft/router/exec"
)

// Rescue implements exec.RequestCache.
// Specification: RFC 5861, section 4 "The stale-if-error Cache-Control Extension".
func (r *requestCache) Rescue(f *exec.CacheFetch, status int) {
	v := visitOf(f)
	if v == nil || refuses(status) {
		return
	}
	now := millis(r.cache.cfg.Now())
	var t tally
	for i := range f.Entities {
		e := &f.Entities[i]
		if st, ok := e.State.(*entityState); ok && e.Fetched && e.Status == exec.CacheMiss && r.rescuable(st, now) {
			e.Status = exec.CacheHit
			for j := range st.items {
				for k := range st.items[j].wants {
					w := &st.items[j].wants[k]
					e.Values[w.slot] = w.found.JSON
					t.addValue(w.found, now)
				}
			}
			st.tp.scope.stats.stale.Add(1)
		}
	}
	v.contribute(r, &t)
}

// refuses tells whether a status says that something is wrong with the request or the caller. The subgraph has not
// failed then; 408 and 429 say that it has too much to do.
func refuses(status int) bool {
	return status/100 == 4 && status != http.StatusRequestTimeout && status != http.StatusTooManyRequests
}

// rescuable tells whether there are values for all that is wanted of an entity that ended not long ago, or have not.
func (r *requestCache) rescuable(st *entityState, now int64) bool {
	c := r.cache
	for i := range st.items {
		it := &st.items[i]
		for j := range it.wants {
			f := it.wants[j].found
			if f == nil {
				return false
			}
			age := f.Freshness(now)
			if age == storage.Ended || age == storage.Stale && now >= f.Expires+f.IfError {
				return false
			}
			if !c.versions.DepsCount(f.Deps, f.Clock) || !c.versions.EntityCounts(it.self, f.Clock) ||
				f.Clock < st.tp.scope.Min.Load() {
				return false
			}
		}
	}
	return true
}
