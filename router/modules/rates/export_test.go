package rates

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/config"
)

// Limiter is a limiter for tests.
type Limiter struct{ l *limiter }

// NewLimiter makes one that counts in Redis.
func NewLimiter(t testing.TB, address string) *Limiter {
	t.Helper()
	l, err := newLimiter(&config.Redis{Addresses: []string{address}}, "test", time.Minute, 1000, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.close)
	return &Limiter{l}
}

// Take takes one of a rate.
func (l *Limiter) Take(rate Rate, key string) (passed bool, retry time.Duration) {
	worst := l.l.take(context.Background(), []take{{bucket: newBucket("r", rate), key: key, quantity: 1}})
	if worst == nil {
		return true, 0
	}
	return false, worst.retry
}
