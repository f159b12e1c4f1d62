package cache

import (
	"sync/atomic"

	"github.com/cespare/xxhash/v2"
)

// admission keeps values out of the cache that are hardly ever asked for again, such as a search field whose arguments
// differ in every request: looking these up and storing them would be for nothing. While a root field hits rarely, only
// a sample of its keys takes part, the same one in every replica; when the sample hits, all do again.
type admission struct {
	cold        atomic.Bool
	looks, hits atomic.Uint32
}

const (
	// admissionWindow is how many lookups are judged together.
	admissionWindow = 512
	// admissionHits is how many hits in a window are worth the effort.
	admissionHits = admissionWindow / 50
	// admissionSample is which part of the keys takes part in the cold: one in so many, a power of two.
	admissionSample = 16
)

// admits tells whether a key takes part.
func (a *admission) admits(key []byte) bool {
	return !a.cold.Load() || xxhash.Sum64(key)&(admissionSample-1) == 0
}

// record counts a lookup of a key that takes part.
func (a *admission) record(hit bool) {
	if hit {
		a.hits.Add(1)
	}
	if a.looks.Add(1) != admissionWindow {
		return
	}
	a.cold.Store(a.hits.Swap(0) < admissionHits)
	a.looks.Store(0)
}
