package fedtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
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
	admin, err := r.router.Admin()
	if err != nil {
		return stats, err
	}
	rec := httptest.NewRecorder()
	admin.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/cache", nil))
	return stats, json.Unmarshal(rec.Body.Bytes(), &stats)
}

// withForms runs a check of an operation, and counts the operations that were answered with printed forms.
func withForms(t *testing.T, check func(*rig, *randomOperation) error) (counting func(*rig, *randomOperation) error, enough func()) {
	var used, operations int
	printed := func(r *rig) uint64 {
		stats, err := r.cacheStats()
		if err != nil {
			t.Fatal(err)
		}
		return stats.Printed
	}
	counting = func(r *rig, op *randomOperation) error {
		before := printed(r)
		err := check(r, op)
		operations++
		if printed(r) > before {
			used++
		}
		return err
	}
	return counting, func() {
		t.Helper()
		t.Logf("%d of %d operations were answered with printed forms", used, operations)
		if used < operations/4 {
			t.Errorf("only %d of %d operations were answered with printed forms", used, operations)
		}
	}
}

func cached(address string) func(*config.Config) {
	return func(c *config.Config) {
		c.Cache.Enabled, c.Cache.TTL = true, time.Hour
		if address != "" {
			c.Cache.Redis.Addresses = []string{address}
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
		rig: func(g *graph) (*rig, error) { return newRig(g, cached("")) },
	}.run(t)
	enough()
}

func TestAnswersFromRedisAgree(t *testing.T) {
	server := miniredis.RunT(t)
	campaign{
		check: (*rig).tryCached, with: traits{uniform: true}, queries: true,
		setUp: func(r *rig, seed uint64) {
			r.world.nulls = []uint64{0, 10}[seed%2]
		},
		rig: func(g *graph) (*rig, error) {
			server.FlushAll()
			return newRig(g, cached(server.Addr()))
		},
	}.run(t)
}

// A mutation is asked for the keys of what it answers with when there is a cache, even when nothing is ever stored.
// Clients see nothing of them, and subgraphs are asked for nothing they cannot answer.
func TestMutationsThatAreAskedForKeysAgree(t *testing.T) {
	asked := 0
	campaign{
		check: func(r *rig, op *randomOperation) error {
			if !strings.HasPrefix(op.text, "mutation") {
				return nil
			}
			asked++
			return r.try(op)
		},
		setUp: func(r *rig, seed uint64) { r.world.nulls = []uint64{0, 5, 25}[seed%3] },
		rig: func(g *graph) (*rig, error) {
			return newRig(g, func(c *config.Config) { c.Cache.Enabled = true })
		},
	}.run(t)
	if asked < *graphs/2 {
		t.Errorf("only %d mutations were run", asked)
	}
}
