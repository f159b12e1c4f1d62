package rates

import (
	"hash/maphash"
	"sync"
)

// local keeps arrival times in this process.
type local struct {
	// mu is one for all: taking from several buckets at once needs a few hundred nanoseconds.
	mu      sync.Mutex
	seed    maphash.Seed
	buckets map[string]*arrivals
	// most is how many keys a bucket may have.
	most int
	// before and arrivals are memory for one take.
	before []float64
}

// arrivals are the arrival times of a bucket's keys, by what the keys hash to: nobody can choose a key that has the
// hash of another one's.
type arrivals struct {
	times map[uint64]float64
	// swept is how many there were after those that say nothing any more were last dropped.
	swept int
}

func newLocal(most int) *local {
	return &local{seed: maphash.MakeSeed(), buckets: map[string]*arrivals{}, most: most}
}

func (l *local) take(takes []take, now float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.before = l.before[:0]
	for i := range takes {
		a := l.buckets[takes[i].bucket.name]
		if a == nil {
			a = &arrivals{times: map[uint64]float64{}}
			l.buckets[takes[i].bucket.name] = a
		}
		l.before = append(l.before, a.times[maphash.String(l.seed, takes[i].key)])
	}
	if !decide(takes, now, l.before) {
		return
	}
	for i := range takes {
		a := l.buckets[takes[i].bucket.name]
		a.times[maphash.String(l.seed, takes[i].key)] = l.before[i]
		a.sweep(now, l.most)
	}
}

// sweep drops what is past when it has become twice as many, and anything when there are too many: a caller that is
// forgotten begins anew.
func (a *arrivals) sweep(now float64, most int) {
	if len(a.times) <= most && len(a.times) < 2*a.swept+1024 {
		return
	}
	for key, at := range a.times {
		if at <= now {
			delete(a.times, key)
		}
	}
	for key := range a.times {
		if len(a.times) <= most-most/8 {
			break
		}
		delete(a.times, key)
	}
	a.swept = len(a.times)
}
