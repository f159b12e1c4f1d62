package fedtest

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/weft-graphql/weft/router/config"
)

// tryCached runs an operation on an empty or partly filled cache, and again when it is warm. Errors come and go: what
// failed must not be remembered.
func (r *rig) tryCached(op *randomOperation) error {
	failures := r.world.failures
	defer func() { r.world.failures = failures }()
	for i, f := range []uint64{failures, 0, 0} {
		r.world.failures = f
		if err := r.try(op); err != nil {
			return fmt.Errorf("time %d: %w", i+1, err)
		}
	}
	return nil
}

// cached configures a cache in process, or in the Redis at an address under a namespace.
func cached(address, namespace string) func(*config.Config) {
	return func(c *config.Config) {
		c.Cache.Enabled, c.Cache.TTL = true, time.Hour
		if address != "" {
			c.Cache.Redis.Addresses, c.Cache.Namespace = []string{address}, namespace
			c.Cache.Timeout = time.Second
			c.Cache.L1.Enabled = false
		}
	}
}

func TestAnswersFromTheCacheInProcessAgree(t *testing.T) {
	campaign{
		check: (*rig).tryCached, with: traits{uniform: true}, queries: true,
		setUp: func(r *rig, seed uint64) {
			r.world.nulls = []uint64{0, 10}[seed%2]
		},
		rig: func(g *graph) (*rig, error) { return newRig(g, cached("", "")) },
	}.run(t)
}

func TestAnswersFromRedisAgree(t *testing.T) {
	server := miniredis.RunT(t)
	var rigs atomic.Int64
	campaign{
		check: (*rig).tryCached, with: traits{uniform: true}, queries: true,
		setUp: func(r *rig, seed uint64) {
			r.world.nulls = []uint64{0, 10}[seed%2]
		},
		rig: func(g *graph) (*rig, error) {
			return newRig(g, cached(server.Addr(), fmt.Sprint("rig", rigs.Add(1))))
		},
	}.run(t)
}

// A mutation is asked for the keys of what it answers with when there is a cache, even when nothing is ever stored.
// Clients see nothing of them, and subgraphs are asked for nothing they cannot answer.
func TestMutationsThatAreAskedForKeysAgree(t *testing.T) {
	var asked atomic.Int64
	campaign{
		check: func(r *rig, op *randomOperation) error {
			if !strings.HasPrefix(op.text, "mutation") {
				return nil
			}
			asked.Add(1)
			return r.try(op)
		},
		setUp: func(r *rig, seed uint64) { r.world.nulls = []uint64{0, 5, 25}[seed%3] },
		rig: func(g *graph) (*rig, error) {
			return newRig(g, func(c *config.Config) { c.Cache.Enabled = true })
		},
	}.run(t)
	if int(asked.Load()) < *graphs/2 {
		t.Errorf("only %d mutations were run", asked.Load())
	}
}
