package cache

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// breaker keeps requests away from a Redis that is slow or gone. A few failures in a row open it; from then on a
// goroutine probes with growing pauses, and only a successful probe closes it, so that no request ever pays for
// finding out.
type breaker struct {
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
	// maxFailures in a row open the breaker: one may be an accident.
	maxFailures = 3
	// maxPause is the longest pause before a probe, unless the first is longer.
	maxPause = 900 * time.Millisecond
)

func newBreaker(c Config, probe func(context.Context) error) *breaker {
	return &breaker{
		wake: make(chan struct{}, 1), log: c.Logger, probe: probe,
		first: c.ProbeInterval, most: max(c.ProbeInterval, min(8*c.ProbeInterval, maxPause)),
	}
}

func (b *breaker) closed() bool { return b.isClosed.Load() }

// failed counts a failure, which opens the breaker if it is one too many in a row.
func (b *breaker) failed(err error) {
	if b.failures.Add(1) >= maxFailures {
		b.open(err)
	}
}

// succeeded ends a row of failures.
func (b *breaker) succeeded() {
	if b.failures.Load() != 0 {
		b.failures.Store(0)
	}
}

// open opens the breaker because of err. Opening an open breaker does nothing.
func (b *breaker) open(err error) {
	if b.isClosed.CompareAndSwap(true, false) {
		b.log.Warn("cache: Redis cannot be used; going on without it", "error", err)
		b.kick()
	}
}

// kick makes the prober look at once.
func (b *breaker) kick() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// run probes whenever the breaker is open, until ctx ends.
func (b *breaker) run(ctx context.Context) {
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
		if b.closed() {
			pause = b.first
			timer.Reset(b.most)
			continue
		}
		if err := b.probe(ctx); err == nil {
			b.failures.Store(0)
			b.isClosed.Store(true)
			b.log.Info("cache: Redis is in use")
			pause = b.first
		} else {
			pause = min(2*pause, b.most)
		}
		timer.Reset(pause)
	}
}
