// Package adaptive bounds the requests in progress by how long they take: the bound falls when answers take longer than
// they use to, because more at a time only wait for each other then, and rises when they do not. Who finds no place
// waits in a queue that is short, and from which places are refused the more often the longer it is.
package adaptive

import (
	"context"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go/adaptivelimiter"
)

// Settings of a Limiter.
type Settings struct {
	// Min and Max are between what the bound moves.
	Min, Max int
	// Queue is how many requests may wait, as a multiple of the bound; at half of that refusals begin. Zero: none may.
	Queue float64
	// MaxWait is how long a request may wait.
	MaxWait time.Duration
	// Share is the part of the places that one client may have while there is none free; zero: all.
	Share float64
	// Warn only tells what would have been refused, and lets everybody pass.
	Warn bool
}

// initial is the bound before anything is known.
const initial = 20

// Limiter is safe for concurrent use.
type Limiter struct {
	settings Settings
	limiter  adaptivelimiter.AdaptiveLimiter[any]

	mu      sync.Mutex
	clients map[string]int
}

// New makes a limiter.
func New(s Settings) *Limiter {
	builder := adaptivelimiter.NewBuilder[any]().
		WithLimits(uint(s.Min), uint(s.Max), uint(min(s.Max, max(s.Min, initial)))) //nolint:gosec // both are checked
	if s.Queue > 0 {
		builder = builder.WithQueueing(max(1, s.Queue/2), max(1, s.Queue)).WithMaxWaitTime(s.MaxWait)
	}
	return &Limiter{settings: s, limiter: builder.Build(), clients: map[string]int{}}
}

// Verdict is what became of a request that wants a place.
type Verdict uint8

const (
	// Admitted means that it has one.
	Admitted Verdict = iota
	// Full means that there is none, and too many wait.
	Full
	// Greedy means that there is none, and that its client has its share.
	Greedy
)

// Place is where a request is in progress. The zero value is none.
type Place struct {
	limiter *Limiter
	permit  adaptivelimiter.Permit
	client  string
}

// Enter gives a request of a client a place, waiting for one if it must. With Settings.Warn there always is one; the
// verdict tells whether there would have been.
func (l *Limiter) Enter(ctx context.Context, client string) (Place, Verdict) {
	if l.settings.Share == 0 {
		client = ""
	}
	permit, free := l.limiter.TryAcquirePermit()
	verdict := Admitted
	switch {
	case free:
	case l.greedy(client):
		verdict = Greedy
	case l.settings.Queue == 0 || l.settings.Warn && !l.limiter.CanAcquirePermit():
		verdict = Full
	case l.settings.Warn:
		// It would have waited, and probably not in vain.
	default:
		var err error
		if permit, err = l.limiter.AcquirePermitWithMaxWait(ctx, l.settings.MaxWait); err != nil {
			verdict = Full
		}
	}
	if verdict != Admitted && !l.settings.Warn {
		return Place{}, verdict
	}
	l.count(client, 1)
	return Place{l, permit, client}, verdict
}

// Warns tells that requests are let pass that would have been refused.
func (l *Limiter) Warns() bool { return l.settings.Warn }

// Leave gives the place back. executed tells that how long the request took says something about how busy everybody is.
func (p *Place) Leave(executed bool) {
	if p.limiter == nil {
		return
	}
	p.limiter.count(p.client, -1)
	switch {
	case p.permit == nil:
	case executed:
		p.permit.Record()
	default:
		p.permit.Drop()
	}
	*p = Place{}
}

// greedy tells that a client has its share.
func (l *Limiter) greedy(client string) bool {
	if client == "" {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return float64(l.clients[client]) >= max(1, l.settings.Share*float64(l.limiter.Limit()))
}

func (l *Limiter) count(client string, n int) {
	if client == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.clients[client] += n; l.clients[client] == 0 {
		delete(l.clients, client)
	}
}

// Stats are what a Limiter tells of itself.
type Stats struct {
	// Limit is the present bound, InProgress and Queued count requests.
	Limit, InProgress, Queued int
}

// Stats returns the present ones.
func (l *Limiter) Stats() Stats {
	return Stats{l.limiter.Limit(), l.limiter.Inflight(), l.limiter.Queued()}
}
