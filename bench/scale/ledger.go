package main

import (
	"fmt"
	"sync"
	"time"
)

// ledger knows of one number in the shop, which only grows by one with every write, what was asked for and what was
// acknowledged, by whom and when. So it can tell of every answer whether it may be.
type ledger struct {
	what    string
	initial int64

	mu        sync.Mutex
	attempted int64
	// acked are the moments of acknowledgements, in order.
	acked []time.Time
	// by counts what each router has acknowledged or shown since it was started: it shows nothing older from then on.
	by map[string]int64
}

func newLedger(what string, initial int64) *ledger {
	return &ledger{what: what, initial: initial, by: map[string]int64{}}
}

// attempt notes that a write is about to be sent for the first time.
func (l *ledger) attempt() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.attempted++
}

// ack notes that a router has answered a write with this number.
func (l *ledger) ack(router string, number int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked = append(l.acked, time.Now())
	if router != "" {
		l.by[router] = max(l.by[router], number)
	}
}

// forget lets a router begin anew that was killed.
func (l *ledger) forget(router string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.by, router)
}

// reading is what was known when a read began.
type reading struct {
	began time.Time
	acked int64
	by    map[string]int64
}

// begin notes what a read that begins now may not be behind.
func (l *ledger) begin() reading {
	l.mu.Lock()
	defer l.mu.Unlock()
	by := make(map[string]int64, len(l.by))
	for router, n := range l.by {
		by[router] = n
	}
	return reading{time.Now(), int64(len(l.acked)), by}
}

// judge holds a number that a router has shown against what it may be. behind is how long what it lacks had been
// acknowledged when the read began; the error tells of what no router may show.
func (l *ledger) judge(r reading, router string, shown int64) (behind time.Duration, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if most := l.initial + l.attempted; shown > most {
		return 0, fmt.Errorf("%s: %d was shown, but no write made it more than %d", l.what, shown, most)
	}
	if shown < l.initial {
		return 0, fmt.Errorf("%s: %d was shown, which is less than at the start (%d)", l.what, shown, l.initial)
	}
	if lacks := shown - l.initial; lacks < r.acked {
		behind = r.began.Sub(l.acked[lacks])
	}
	if least := r.by[router]; shown < least && router != "" {
		return behind, fmt.Errorf("%s: %s showed %d after it had acknowledged %d", l.what, router, shown, least)
	}
	return behind, nil
}

// bounds are the least and the most that the number may be once everything has come to rest.
func (l *ledger) bounds() (least, most int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.initial + int64(len(l.acked)), l.initial + l.attempted
}
