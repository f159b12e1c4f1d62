package generation

import (
	"log/slog"
	"sync"
	"time"
)

// complaintPause is the shortest time between two lines of the log about one subgraph.
const complaintPause = 10 * time.Second

// complaint tells operators why a subgraph does not answer: its address and the cause stand in the log, for clients
// only get to know that it failed. One line stands for all failures of a while.
type complaint struct {
	subgraph string
	logger   *slog.Logger

	mu sync.Mutex
	// next is when there may be another line, more how many failures there were since the last.
	next time.Time
	more int
}

func (c *complaint) note(err error) {
	now := time.Now()
	c.mu.Lock()
	if now.Before(c.next) {
		c.more++
		c.mu.Unlock()
		return
	}
	more := c.more
	c.next, c.more = now.Add(complaintPause), 0
	c.mu.Unlock()
	attrs := []any{"subgraph", c.subgraph, "err", err}
	if more > 0 {
		attrs = append(attrs, "more_since_last_line", more)
	}
	c.logger.Warn("a subgraph does not answer", attrs...)
}
