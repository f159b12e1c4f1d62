package cache

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// breaker keeps requests away from a Redis that is slow or gone. The first failure opens it; from then on a goroutine
// probes with growing pauses, and only a successful probe closes it, so that no request ever pays for finding out.
type breaker struct {
	isClosed atomic.Bool
	wake     chan struct{}
	log      *slog.Logger
	// probe makes Redis usable again: it reports whether it is, having caught up with everything missed.
	probe       func(context.Context) error
	first, most time.Duration
}

func newBreaker(c Config, probe func(context.Context) error) *breaker {
	return &breaker{
		wake: make(chan struct{}, 1), log: c.Logger, probe: probe,
		first: c.ProbeInterval, most: 50 * c.ProbeInterval,
	}
}

func (b *breaker) closed() bool { return b.isClosed.Load() }

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
			b.isClosed.Store(true)
			b.log.Info("cache: Redis is in use")
			pause = b.first
		} else {
			pause = min(2*pause, b.most)
		}
		timer.Reset(pause)
	}
}
