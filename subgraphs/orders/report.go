package orders

import (
	"context"
	"time"
)

// SagaReport is what operators want to know of all checkouts that are not done.
type SagaReport struct {
	// Open is how many there are, and Late how many of them should have ended before: somebody's money or stock is held for
	// longer than it should be.
	Open, Late int
	// Due is when the one of them was to go on that should have first; zero when there is none.
	Due time.Time
}

// Waits is how long the most overdue saga has been waiting for the process manager.
func (r SagaReport) Waits(now time.Time) time.Duration {
	if r.Due.IsZero() {
		return 0
	}
	return max(0, now.Sub(r.Due))
}

// SagaReport counts the checkouts that are not done.
func (c *Core) SagaReport(ctx context.Context) (SagaReport, error) {
	return c.store.SagaReport(ctx, c.now())
}
