package upstream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// breaker stops calling a subgraph that keeps failing. While it is open one call after each pause goes through, however
// long the one before takes: a subgraph that answers again is noticed although earlier calls still hang in it.
type breaker struct {
	next    Subgraph
	config  Breaker
	timeout time.Duration

	mu sync.Mutex
	// failures in a row; the breaker is open when they are as many as configured.
	failures int
	// tryAt is when an open breaker lets the next call through, closedAt when it was closed last.
	tryAt, closedAt time.Time
}

func newBreaker(next Subgraph, config Config) *breaker {
	return &breaker{next: next, config: config.Breaker, timeout: config.Timeout}
}

func (b *breaker) Do(ctx context.Context, req *Request, resp *Response) error {
	began := time.Now()
	if !b.admit(began) {
		return fmt.Errorf("%w: it failed too often just now", ErrRejected)
	}
	err := b.next.Do(ctx, req, resp)
	now := time.Now()
	switch {
	case passing(resp, err), errors.Is(err, ErrTimeout) && ctx.Err() != context.Canceled && 2*now.Sub(began) >= b.timeout:
		b.failed(began, now)
	case errors.Is(err, ErrRejected), errors.Is(err, ErrTimeout), errors.Is(err, context.Canceled):
		// It was not sent, or its client had too little time or has gone: that says nothing about the subgraph.
	default:
		b.succeeded(now)
	}
	return err
}

// admit tells whether a call may be made.
func (b *breaker) admit(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < b.config.Failures {
		return true
	}
	if now.Before(b.tryAt) {
		return false
	}
	b.tryAt = now.Add(b.config.OpenFor)
	return true
}

// failed counts a failure of a call. What was asked before the subgraph answered again says nothing about it now.
func (b *breaker) failed(began, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if began.Before(b.closedAt) {
		return
	}
	if b.failures < b.config.Failures {
		if b.failures++; b.failures == b.config.Failures {
			b.tryAt = now.Add(b.config.OpenFor)
		}
	}
}

func (b *breaker) succeeded(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures >= b.config.Failures {
		b.closedAt = now
	}
	b.failures = 0
}

// isOpen tells whether calls are being kept away.
func (b *breaker) isOpen() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failures >= b.config.Failures
}
