package exectest

import (
	"flag"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

var (
	cases     = flag.Int("cases", 6_000, "random cases of all differential tests together")
	firstSeed = flag.Uint64("seed", 0, "seed of the first random case of each test")
)

// more is how many cases a campaign goes on trying after the first failure, in search of a smaller one.
const more = 500

// campaign tries random cases on all processors until a share of the -cases was tried, in percent; try tells whether
// the seed made a case at all. The shortest failure is reported with the command that repeats it.
func campaign(t *testing.T, percent int, try func(seed uint64) (bool, error)) {
	t.Helper()
	count := int64(max(1, *cases*percent/100))
	var next, tried, left atomic.Int64
	left.Store(more)
	var mu sync.Mutex
	var failure error
	var failed uint64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for tried.Load() < count && left.Load() > 0 {
				seed := *firstSeed + uint64(next.Add(1)-1)
				done, err := try(seed)
				if done || err != nil {
					tried.Add(1)
				}
				mu.Lock()
				if err != nil && (failure == nil || len(err.Error()) < len(failure.Error())) {
					failure, failed = err, seed
				}
				if failure != nil {
					left.Add(-1)
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	if failure != nil {
		t.Fatalf("seed %d: %v\nagain: go test ./router/exec/exectest -run '^%s$' -seed %d -cases 1", failed, failure, t.Name(), failed)
	}
	seeds := next.Load()
	t.Logf("%d cases from %d seeds", tried.Load(), seeds)
	if seeds > 2*tried.Load()+more {
		t.Errorf("too many seeds make no case: only %d of %d do", tried.Load(), seeds)
	}
}
