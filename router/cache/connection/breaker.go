package connection

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// Breaker keeps requests away from a Redis that is slow or gone. A few failures in a row open it; from then on a
// goroutine probes with growing pauses, and only a successful probe closes it, so that no request ever pays for
// finding out.
type Breaker struct {
	isClosed atomic.Bool
	// failures counts those in a row.
	failures atomic.Int32
	wake     chan struct{}
	log      *slog.Logger
	// probe makes Redis usable again: it reports whether it is, having caught up with everything missed.
	probe       func(context.Context) error
	first, most time.Duration
}

const (
	// MaxFailures in a row open the breaker: one may be an accident.
	MaxFailures = 3
	// maxPause is the longest pause before a probe, unless the first is longer.
	maxPause = 900 * time.Millisecond
)

// NewBreaker makes an open breaker, whose first pause is before the first probe.
func NewBreaker(first time.Duration, log *slog.Logger, probe func(context.Context) error) *Breaker {
	return &Breaker{
		wake: make(chan struct{}, 1), log: log, probe: probe,
		first: first, most: max(first, min(8*first, maxPause)),
	}
}

// Closed tells whether requests may use Redis.
func (b *Breaker) Closed() bool { return b.isClosed.Load() }

// Close closes the breaker: whoever opened it knows that Redis can be used.
func (b *Breaker) Close() { b.isClosed.Store(true) }

// Failed counts a failure, which opens the breaker if it is one too many in a row.
func (b *Breaker) Failed(err error) {
	if b.failures.Add(1) >= MaxFailures {
		b.Open(err)
	}
}

// Succeeded ends a row of failures.
func (b *Breaker) Succeeded() {
	if b.failures.Load() != 0 {
		b.failures.Store(0)
	}
}

// Open opens the breaker because of err. Opening an open breaker does nothing.
func (b *Breaker) Open(err error) {
	if b.isClosed.CompareAndSwap(true, false) {
		b.log.Warn("cache: Redis cannot be used; going on without it", "error", err)
		b.Kick()
	}
}

// Kick makes the prober look at once.
func (b *Breaker) Kick() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Run probes whenever the breaker is open, until ctx ends.
func (b *Breaker) Run(ctx context.Context) {
	pause := b.first
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.wake:
			pause = b.first
			timer.Reset(pause)
			continue
		case <-timer.C:
		}
		if b.Closed() {
			pause = b.first
			timer.Reset(b.most)
			continue
		}
		if err := b.probe(ctx); err == nil {
			b.failures.Store(0)
			b.Close()
			b.log.Info("cache: Redis is in use")
			pause = b.first
		} else {
			pause = min(2*pause, b.most)
		}
		timer.Reset(pause)
	}
}
