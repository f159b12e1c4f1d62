package events

import (
	"sync"
	"time"
)

// tracker knows how far the events of one subgraph have come. It is safe for use by many goroutines.
type tracker struct {
	mu sync.Mutex
	// done is the place up to which every event was settled.
	done int64
	// beyond holds what has come after it: true for what is settled, false for what is still worked on.
	beyond map[int64]bool
	last   int64
	// missing is since when a place is known to be missing; zero when none is.
	missing time.Time
}

func newTracker(done int64) *tracker { return &tracker{done: done, beyond: map[int64]bool{}} }

// arrived notes an event that was received.
func (t *tracker) arrived(sequence int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if sequence <= t.done {
		return
	}
	if _, known := t.beyond[sequence]; !known {
		t.beyond[sequence] = false
	}
	t.last = max(t.last, sequence)
	t.look()
}

// settled notes an event that needs nothing more.
func (t *tracker) settled(sequence int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if sequence > t.done {
		t.beyond[sequence] = true
		t.last = max(t.last, sequence)
	}
	t.look()
}

// caughtUp notes that everything up to the place is settled.
func (t *tracker) caughtUp(sequence int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done = max(t.done, sequence)
	for at := range t.beyond {
		if at <= t.done {
			delete(t.beyond, at)
		}
	}
	t.missing = time.Time{}
	t.look()
}

// look moves done on, and sees whether a place is missing. The caller has the lock.
func (t *tracker) look() {
	for t.beyond[t.done+1] {
		t.done++
		delete(t.beyond, t.done)
	}
	for at := t.done + 1; at <= t.last; at++ {
		if _, known := t.beyond[at]; !known {
			if t.missing.IsZero() {
				t.missing = time.Now()
			}
			return
		}
	}
	t.missing = time.Time{}
}

// state is the place up to which every event was settled, and whether one has been missing for so long.
func (t *tracker) state(grace time.Duration) (done int64, gap bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.done, !t.missing.IsZero() && time.Since(t.missing) >= grace
}
