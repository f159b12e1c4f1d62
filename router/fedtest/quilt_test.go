package fedtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

// quilts is a campaign over the graphs and operations of the second generator.
type quilts struct {
	campaign
}

// quiltTries is how many graphs are made for a seed until one can be composed.
const quiltTries = 8

func (c quilts) run(t *testing.T) {
	t.Helper()
	if c.rig == nil {
		c.rig = func(g *graph) (*rig, error) { return newRig(g, nil) }
	}
	var mu sync.Mutex
	done, served := 0, 0
	eachGraph(func(seed uint64) {
		attempt := attempt{check: c.check, rig: func(g *graph) (*rig, error) {
			r, err := c.campaign.rig(g)
			if err == nil {
				c.setUp(r, seed)
			}
			return r, err
		}}
		for try := range quiltTries {
			g := stitch(seed, try, c.with)
			r, err := attempt.rig(g)
			dumpAs(t, g, err, fmt.Sprintf("%06d-%d", seed, try))
			if not := (*refusedError)(nil); errors.As(err, &not) {
				continue
			}
			if err != nil {
				t.Errorf("graph %d: %v", seed, err)
				return
			}
			ran := c.operations(t, attempt, r, seed)
			r.close()
			mu.Lock()
			defer mu.Unlock()
			done += ran
			served++
			return
		}
	})
	t.Logf("%d operations on %d graphs agree", done, served)
	if done < *graphs**operations/2 {
		t.Errorf("only %d operations were run", done)
	}
}

// operations runs the operations of one graph up to the first that fails, and counts them.
func (c quilts) operations(t *testing.T, attempt attempt, r *rig, seed uint64) (done int) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 3))
	for range *operations {
		op := r.embroider(rnd, c.queries)
		if op == nil {
			continue
		}
		done++
		if err := c.check(r, op); err != nil {
			t.Errorf("graph %d: %v\n%s\n%s", seed, err, attempt.report(r, op), again(t, seed))
			break
		}
	}
	return done
}

func TestQuiltsAgreeWithTheUndividedGraph(t *testing.T) {
	quilts{campaign{check: (*rig).try, setUp: func(r *rig, seed uint64) { r.world.nulls = []uint64{0, 5, 25}[seed%3] }}}.run(t)
}

func TestErrorsInQuiltsAgreeWithTheUndividedGraph(t *testing.T) {
	quilts{campaign{check: (*rig).try, with: traits{uniform: true}, setUp: (*rig).setFailures}}.run(t)
}
