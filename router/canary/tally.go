// Package canary tries another graph, or other settings, on some of the requests: it chooses which, compares what
// becomes of them with what becomes of the others, and says whether it is to be used for everybody or for nobody.
package canary

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/server"
)

// buckets are those of durations: four for each doubling, from 100 µs to more than a minute.
const buckets = 80

// Tally counts what becomes of requests.
type Tally struct {
	requests, failed atomic.Uint64
	took             [buckets]atomic.Uint64
}

// Observe counts an answered request. It failed when its answer has errors, whatever they are: a graph without a field
// that clients ask for is worse, too. How long subscriptions last tells nothing.
func (t *Tally) Observe(o *server.Observation) {
	t.requests.Add(1)
	if o.Status >= 400 || o.Operation.Errors > 0 {
		t.failed.Add(1)
	}
	if o.Operation.Kind != "subscription" {
		t.took[bucketOf(o.Duration)].Add(1)
	}
}

func bucketOf(d time.Duration) int {
	if d <= 100*time.Microsecond {
		return 0
	}
	return min(int(math.Ceil(4*math.Log2(float64(d)/float64(100*time.Microsecond)))), buckets-1)
}

// counts are a Tally at one moment.
type counts struct {
	requests, failed uint64
	took             [buckets]uint64
}

func (t *Tally) read() (c counts) {
	// In this order: what is counted meanwhile must not look like more failures than requests.
	c.failed = t.failed.Load()
	for i := range t.took {
		c.took[i] = t.took[i].Load()
	}
	c.requests = t.requests.Load()
	return c
}

// since is what was counted after another moment.
func (c counts) since(before *counts) counts {
	c.requests -= before.requests
	c.failed = min(c.failed-before.failed, c.requests)
	for i := range c.took {
		c.took[i] -= before.took[i]
	}
	return c
}

// timed is how many durations were counted, and above how many of them are in buckets behind one.
func (c *counts) timed(bucket int) (all, above uint64) {
	for i, n := range c.took {
		all += n
		if i > bucket {
			above += n
		}
	}
	return all, above
}

// percentile is the first bucket that has a share of all durations in it and before it.
func (c *counts) percentile(share float64) int {
	all, _ := c.timed(0)
	var before uint64
	for i, n := range c.took {
		if before += n; float64(before) >= share*float64(all) {
			return i
		}
	}
	return buckets - 1
}
