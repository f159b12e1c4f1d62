package cache

import (
	"sync/atomic"
	"time"

	"github.com/cespare/xxhash/v2"
)

// admission keeps values out of the cache that are hardly ever asked for again, such as a search field whose arguments
// differ in every request: looking these up and storing them would be for nothing. While a root field hits rarely, only
// a sample of its keys takes part, and a smaller one the longer nothing hits; when the sample hits, all do again. The
// sample is the same one in every replica and another one every minute, so that a few keys worth caching are noticed.
type admission struct {
	// coldness is 0 when all keys take part, and n when one in admissionStep to the power of n does.
	coldness    atomic.Uint32
	looks, hits atomic.Uint32
}

const (
	// admissionWindow is how many lookups are judged together.
	admissionWindow = 512
	// admissionHits is how many hits in a window are worth the effort.
	admissionHits = admissionWindow / 50
	// admissionStep is how much smaller the sample gets after a window without success, and maxColdness how often.
	admissionStep = 8
	maxColdness   = 3
)

// cold tells whether only a sample takes part.
func (a *admission) cold() bool { return a.coldness.Load() > 0 }

// admits tells whether a key takes part at now (Unix milliseconds).
func (a *admission) admits(key []byte, now int64) bool {
	sample := uint64(1)
	for range a.coldness.Load() {
		sample *= admissionStep
	}
	var d xxhash.Digest
	d.ResetWithSeed(uint64(now / time.Minute.Milliseconds()))
	_, _ = d.Write(key)
	return d.Sum64()%sample == 0
}

// record counts a lookup of a key that takes part.
func (a *admission) record(hit bool) {
	if hit {
		a.hits.Add(1)
	}
	if a.looks.Add(1) != admissionWindow {
		return
	}
	if a.hits.Swap(0) >= admissionHits {
		a.coldness.Store(0)
	} else {
		a.coldness.Store(min(a.coldness.Load()+1, maxColdness))
	}
	a.looks.Store(0)
}
