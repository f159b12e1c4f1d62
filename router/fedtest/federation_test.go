package fedtest

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
)

var (
	graphs     = flag.Int("graphs", 150, "random graphs per test")
	operations = flag.Int("operations", 20, "random operations per graph")
	firstSeed  = flag.Uint64("seed", 1, "seed of the first graph")
)

// try runs an operation and compares.
func (r *rig) try(op *randomOperation) error {
	r.world.version.Store(0)
	want, err := r.expect(op)
	if err != nil {
		return fmt.Errorf("the reference: %w", err)
	}
	got, body, err := r.ask(op)
	if complaints := r.complaints.take(); len(complaints) > 0 {
		return fmt.Errorf("refused: %s", complaints[0])
	}
	if err == nil {
		err = same(want, got)
	}
	if err != nil {
		return fmt.Errorf("%w\nwant %s\n got %s", err, want.Data, body)
	}
	return nil
}

func TestRandomGraphsAgreeWithTheUndividedGraph(t *testing.T) {
	done, refused := 0, map[string]int{}
	for seed := *firstSeed; seed < *firstSeed+uint64(*graphs); seed++ {
		g := generate(seed)
		r, err := newRig(g, nil)
		if err != nil {
			var not *refusedError
			if errors.As(err, &not) {
				dump(t, g, err)
				refused[string(not.errors[0].Code)]++
				continue
			}
			t.Errorf("graph %d: %v", seed, err)
			continue
		}
		dump(t, g, nil)
		r.world.nulls = []uint64{0, 5, 25}[seed%3]
		rnd := rand.New(rand.NewPCG(seed, 3))
		for range *operations {
			op := r.operation(rnd)
			if op == nil {
				continue
			}
			done++
			if err := r.try(op); err != nil {
				t.Errorf("graph %d: %v\n%s", seed, err, report(seed, r, op, r.world.nulls))
				break
			}
		}
		r.close()
	}
	t.Logf("%d operations agree; refused graphs: %v", done, refused)
}
