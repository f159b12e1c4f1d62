package fedtest

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
)

var (
	graphs     = flag.Int("graphs", 250, "random graphs per test")
	operations = flag.Int("operations", 15, "random operations per graph")
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

// campaign runs random operations on random graphs.
type campaign struct {
	with  traits
	setUp func(r *rig, seed uint64)
	check func(r *rig, op *randomOperation) error
	rig   func(g *graph) (*rig, error)
	// queries leaves out mutations.
	queries bool
}

func (c campaign) run(t *testing.T) {
	t.Helper()
	if c.rig == nil {
		c.rig = func(g *graph) (*rig, error) { return newRig(g, nil) }
	}
	done, refused := 0, map[string]int{}
	for seed := *firstSeed; seed < *firstSeed+uint64(*graphs); seed++ {
		g := generate(seed, c.with)
		attempt := attempt{check: c.check, rig: func(g *graph) (*rig, error) {
			r, err := c.rig(g)
			if err == nil {
				c.setUp(r, seed)
			}
			return r, err
		}}
		r, err := attempt.rig(g)
		if not := (*refusedError)(nil); errors.As(err, &not) {
			dump(t, g, err)
			refused[string(not.errors[0].Code)]++
			continue
		}
		if err != nil {
			t.Errorf("graph %d: %v", seed, err)
			continue
		}
		dump(t, g, nil)
		rnd := rand.New(rand.NewPCG(seed, 3))
		for range *operations {
			op := r.operation(rnd, c.queries)
			if op == nil {
				continue
			}
			done++
			if err := c.check(r, op); err != nil {
				t.Errorf("graph %d: %v\n%s", seed, err, attempt.report(r, op))
				break
			}
		}
		r.close()
	}
	t.Logf("%d operations agree; refused graphs: %v", done, refused)
	if done < *graphs**operations/4 {
		t.Errorf("only %d operations were run", done)
	}
}

func TestRandomGraphsAgreeWithTheUndividedGraph(t *testing.T) {
	campaign{check: (*rig).try, setUp: func(r *rig, seed uint64) { r.world.nulls = []uint64{0, 5, 25}[seed%3] }}.run(t)
}

func TestErrorsOfFieldsAgreeWithTheUndividedGraph(t *testing.T) {
	campaign{check: (*rig).try, with: traits{uniform: true}, setUp: func(r *rig, seed uint64) {
		r.world.nulls = []uint64{0, 5, 25}[seed%3]
		r.world.failures = []uint64{2, 10, 30}[seed/3%3]
	}}.run(t)
}

func TestErrorsOfInputsNeverMakeWrongData(t *testing.T) {
	campaign{check: (*rig).tryHonest, with: traits{stored: true, uniform: true}, setUp: func(r *rig, seed uint64) {
		r.world.nulls = []uint64{0, 5, 25}[seed%3]
		r.world.failures, r.world.everywhere = []uint64{2, 10, 30}[seed/3%3], true
	}}.run(t)
}

// tryHonest runs an operation whose subgraphs fail.
func (r *rig) tryHonest(op *randomOperation) error {
	r.world.version.Store(0)
	failures := r.world.failures
	r.world.failures = 0
	truth, err := r.expect(op)
	r.world.failures = failures
	if err != nil {
		return fmt.Errorf("the reference: %w", err)
	}
	got, body, err := r.ask(op)
	if complaints := r.complaints.take(); len(complaints) > 0 {
		return fmt.Errorf("refused: %s", complaints[0])
	}
	if err == nil {
		err = honest(truth.Data, got)
	}
	if err != nil {
		return fmt.Errorf("%w\ntruth %s\n got %s", err, truth.Data, body)
	}
	return nil
}
