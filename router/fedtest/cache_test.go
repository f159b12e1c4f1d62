package fedtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/config"
)

// tryCached runs an operation on an empty or partly filled cache, and again when it is warm: often enough that printed
// forms are made, and used. Errors come and go: what failed must not be remembered. Which fields fail the first time
// depends on what is remembered of other operations, so that only wrong data are a mistake then.
func (r *rig) tryCached(op *randomOperation) error {
	failures := r.world.failures
	defer func() { r.world.failures = failures }()
	for i, f := range []uint64{failures, 0, 0, 0, 0, 0} {
		r.world.failures = f
		check := r.try
		if f > 0 {
			check = r.tryHonest
		}
		if err := check(op); err != nil {
			return fmt.Errorf("time %d: %w", i+1, err)
		}
	}
	return nil
}

// cacheStats are the counts of the router's cache.
func (r *rig) cacheStats() (stats cache.Stats, err error) {
	admin := r.router.Admin()
	rec := httptest.NewRecorder()
	admin.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/cache", nil))
	return stats, json.Unmarshal(rec.Body.Bytes(), &stats)
}

// withForms runs a check of an operation, and counts the operations that were answered with printed forms.
func withForms(t *testing.T, check func(*rig, *randomOperation) error) (counting func(*rig, *randomOperation) error, enough func()) {
	var used, operations atomic.Int64
	counting = func(r *rig, op *randomOperation) error {
		before, err := r.cacheStats()
		if err != nil {
			return err
		}
		if err := check(r, op); err != nil {
			return err
		}
		after, err := r.cacheStats()
		operations.Add(1)
		if after.Printed > before.Printed {
			used.Add(1)
		}
		return err
	}
	return counting, func() {
		t.Helper()
		t.Logf("%d of %d operations were answered with printed forms", used.Load(), operations.Load())
		if used.Load() < operations.Load()/4 {
			t.Errorf("only %d of %d operations were answered with printed forms", used.Load(), operations.Load())
		}
	}
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
	check, enough := withForms(t, (*rig).tryCached)
	campaign{
		check: check, with: traits{uniform: true}, queries: true,
		setUp: func(r *rig, seed uint64) {
			r.world.nulls = []uint64{0, 10}[seed%2]
			r.world.failures = []uint64{0, 5}[seed/2%2]
		},
		rig: func(g *graph) (*rig, error) { return newRig(g, cached("", "")) },
	}.run(t)
	enough()
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
