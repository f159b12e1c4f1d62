package fedtest

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

var (
	graphs     = flag.Int("graphs", 40, "random graphs per test")
	operations = flag.Int("operations", 25, "random operations per graph")
	firstSeed  = flag.Uint64("seed", 1, "seed of the first graph")
)

// try runs an operation and compares.
func (r *rig) try(op *randomOperation) error {
	r.begin()
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
	if err == nil {
		err = r.located(op, got.Errors)
	}
	if err != nil {
		return fmt.Errorf("%w\nwant %s\n got %s", err, want.Data, body)
	}
	return nil
}

// generator makes random graphs and operations over them.
type generator struct {
	// graph makes the graph of a seed. Each try for one seed is another graph: the first that can be composed is used.
	graph func(seed uint64, try int, with traits) *graph
	tries int
	// operation writes an operation over a graph that is served, nil when it finds none.
	operation func(r *rig, rnd *rand.Rand, queries bool) *randomOperation
	// share is how many graphs are made, in percent of -graphs.
	share int
}

var plainGraphs = generator{
	graph: func(seed uint64, _ int, with traits) *graph { return generate(seed, with) }, tries: 1,
	operation: (*rig).operation, share: 100,
}

// campaign runs random operations on random graphs.
type campaign struct {
	// of makes the graphs; plainGraphs if there is nothing.
	of    generator
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
	if c.of.graph == nil {
		c.of = plainGraphs
	}
	var mu sync.Mutex
	done, refused := 0, map[string]int{}
	count := max(1, *graphs*c.of.share/100)
	eachOf(count, func(seed uint64) {
		attempt := attempt{check: c.check, rig: func(g *graph) (*rig, error) {
			r, err := c.rig(g)
			if err == nil {
				c.setUp(r, seed)
			}
			return r, err
		}}
		for try := range c.of.tries {
			g := c.of.graph(seed, try, c.with)
			r, err := attempt.rig(g)
			dump(t, g, try, err)
			if not := (*refusedError)(nil); errors.As(err, &not) {
				mu.Lock()
				refused[string(not.errors[0].Code)]++
				mu.Unlock()
				continue
			}
			if err != nil {
				t.Errorf("graph %d: %v", seed, err)
				return
			}
			ran := c.operations(t, attempt, r, seed)
			r.close()
			mu.Lock()
			done += ran
			mu.Unlock()
			return
		}
	})
	t.Logf("%d operations agree; refused graphs: %v", done, refused)
	if done < count**operations/4 {
		t.Errorf("only %d operations were run", done)
	}
}

// operations runs the operations of one graph up to the first that fails, and counts them.
func (c campaign) operations(t *testing.T, attempt attempt, r *rig, seed uint64) (done int) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 3))
	for range *operations {
		op := c.of.operation(r, rnd, c.queries)
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

// again is the command that repeats the failure of a graph.
func again(t *testing.T, seed uint64) string {
	return fmt.Sprintf("again: go test ./router/fedtest -run '^%s$' -seed %d -graphs 1", t.Name(), seed)
}

// eachGraph calls try with the seed of every graph, on all processors.
func eachGraph(try func(seed uint64)) { eachOf(*graphs, try) }

// eachOf is eachGraph for that many graphs.
func eachOf(count int, try func(seed uint64)) {
	var next atomic.Uint64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for n := next.Add(1); n <= uint64(count); n = next.Add(1) {
				try(*firstSeed + n - 1)
			}
		})
	}
	workers.Wait()
}

func TestRandomGraphsAgreeWithTheUndividedGraph(t *testing.T) {
	campaign{check: (*rig).try, setUp: func(r *rig, seed uint64) { r.world.nulls = []uint64{0, 5, 25}[seed%3] }}.run(t)
}

func TestErrorsOfFieldsAgreeWithTheUndividedGraph(t *testing.T) {
	campaign{check: (*rig).try, with: traits{uniform: true}, setUp: (*rig).setFailures}.run(t)
}

// setFailures lets values be null and fields fail.
func (r *rig) setFailures(seed uint64) {
	r.world.nulls = []uint64{0, 5, 25}[seed%3]
	r.world.failures = []uint64{2, 10, 30}[seed/3%3]
}

func TestErrorsOfInputsNeverMakeWrongData(t *testing.T) {
	campaign{check: (*rig).tryHonest, with: traits{stored: true, uniform: true}, setUp: func(r *rig, seed uint64) {
		r.world.nulls = []uint64{0, 5, 25}[seed%3]
		r.world.failures, r.world.everywhere = []uint64{2, 10, 30}[seed/3%3], true
	}}.run(t)
}

// mayHaveSkipped tells that a mutation has several fields and that one was not answered in time: whether it was run,
// and so what the fields after it are about, is not known then.
func (a *answer) mayHaveSkipped(truth json.RawMessage) bool {
	var fields map[string]json.RawMessage
	return json.Unmarshal(truth, &fields) == nil && len(fields) > 1 && slices.ContainsFunc(a.Errors, func(e answerError) bool {
		return strings.Contains(e.Message, "no answer in time")
	})
}

// tryHonest runs an operation whose subgraphs fail.
func (r *rig) tryHonest(op *randomOperation) error {
	r.begin()
	truth, err := r.expectWith(op, 0)
	if err != nil {
		return fmt.Errorf("the reference: %w", err)
	}
	got, body, err := r.ask(op)
	if complaints := r.complaints.take(); len(complaints) > 0 {
		return fmt.Errorf("refused: %s", complaints[0])
	}
	if err == nil && !(strings.Contains(op.text, "mutation") && got.mayHaveSkipped(truth.Data)) {
		err = honest(truth.Data, got)
	}
	if err == nil {
		err = r.located(op, got.Errors)
	}
	if err != nil {
		return fmt.Errorf("%w\ntruth %s\n got %s", err, truth.Data, body)
	}
	return nil
}
