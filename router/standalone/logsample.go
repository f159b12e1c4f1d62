package standalone

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// sampled is a log handler that leaves out lines which are repeated: what goes wrong with every request must not fill
// the disk. It tells how many it left out.
type sampled struct {
	slog.Handler
	seen *repeats
}

// repeats count the lines of each level and message in the present period.
type repeats struct {
	first int
	per   time.Duration

	mu     sync.Mutex
	counts map[repeated]*count
}

type repeated struct {
	level   slog.Level
	message string
}

type count struct {
	began time.Time
	lines int
}

// mostMessages bounds how many different messages are counted: more are written as they come.
const mostMessages = 1024

func newSampled(handler slog.Handler, first int, per time.Duration) slog.Handler {
	return sampled{handler, &repeats{first: first, per: per, counts: map[repeated]*count{}}}
}

// Handle implements slog.Handler.
func (s sampled) Handle(ctx context.Context, r slog.Record) error {
	if !s.seen.passes(s.Handler, repeated{r.Level, r.Message}, r.Time) {
		return nil
	}
	return s.Handler.Handle(ctx, r)
}

// passes tells that a line is to be written.
func (c *repeats) passes(to slog.Handler, line repeated, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.counts[line]
	if n == nil || now.Sub(n.began) >= c.per {
		if n == nil && len(c.counts) >= mostMessages && !c.forget(now) {
			return true
		}
		n = &count{began: now}
		c.counts[line] = n
	}
	n.lines++
	if n.lines == c.first+1 {
		time.AfterFunc(c.per-now.Sub(n.began), func() { c.tell(to, line, n) })
	}
	return n.lines <= c.first
}

// forget makes room where periods are over. It tells whether there is any.
func (c *repeats) forget(now time.Time) bool {
	for line, n := range c.counts {
		if now.Sub(n.began) >= c.per {
			delete(c.counts, line)
		}
	}
	return len(c.counts) < mostMessages
}

// tell writes how many lines were left out in a period that is over.
func (c *repeats) tell(to slog.Handler, line repeated, n *count) {
	c.mu.Lock()
	more := n.lines - c.first
	if c.counts[line] == n {
		delete(c.counts, line)
	}
	c.mu.Unlock()
	r := slog.NewRecord(time.Now(), line.level, "lines were left out", 0)
	r.AddAttrs(slog.String("line", line.message), slog.Int("lines", more), slog.Duration("in", c.per))
	_ = to.Handle(context.Background(), r) // who cannot write lines cannot write this one either
}

// WithAttrs implements slog.Handler.
func (s sampled) WithAttrs(attrs []slog.Attr) slog.Handler {
	return sampled{s.Handler.WithAttrs(attrs), s.seen}
}

// WithGroup implements slog.Handler.
func (s sampled) WithGroup(name string) slog.Handler {
	return sampled{s.Handler.WithGroup(name), s.seen}
}

// Unsampled is the handler that writes every line, for those who decide themselves which there are.
func (s sampled) Unsampled() slog.Handler { return s.Handler }
