package plan_test

import (
	"syscall"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/plan/plantest"
	"github.com/weft-graphql/weft/router/supergraph"
)

func composed(t testing.TB, c plantest.Case) *supergraph.Supergraph {
	t.Helper()
	var inputs []compose.Subgraph
	for name, sdl := range c.Subgraphs {
		inputs = append(inputs, compose.Subgraph{Name: name, SDL: sdl, URL: "http://" + name})
	}
	result, errs := compose.Compose(inputs, compose.Options{})
	if len(errs) > 0 {
		t.Fatalf("%s: %v", c.Name, errs[0])
	}
	sg, err := supergraph.Load(result.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	return sg
}

// corpusLimits let the absurd operations through.
var corpusLimits = operation.Limits{Aliases: -1, RootFields: -1}

// TestCorpus holds the number of requests and waves for each operation of the corpus, which are the least possible.
func TestCorpus(t *testing.T) {
	want := map[string][2]int{
		"one field": {1, 1}, "shop": {6, 4}, "8 fields shared by 8": {2, 2}, "cover": {3, 2},
		"recursion, 5 subgraphs, 16 KB": {1, 1}, "recursion, 8 subgraphs, 64 KB": {1, 1},
		"100 implementations": {2, 2}, "5,000 fields": {4, 2}, "4,900 aliases of one field": {4, 2}, "10 chained requirements": {11, 11},
	}
	for _, c := range plantest.Corpus() {
		t.Run(c.Name, func(t *testing.T) {
			sg := composed(t, c)
			p, errs := operation.Prepare(sg, c.Query, "", corpusLimits)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			op := p.Operation(operation.ConditionSet{})
			pl, err := plan.New(sg).Plan(op)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d bytes, %d fields: %d requests in %d waves, %d search nodes, exhausted %v",
				len(c.Query), len(op.Fields), len(pl.Requests), pl.Stats.Waves, pl.Stats.Nodes, pl.Stats.BudgetExhausted)
			if w, ok := want[c.Name]; ok && (w[0] != len(pl.Requests) || w[1] != pl.Stats.Waves) {
				t.Errorf("%d requests in %d waves, want %d in %d", len(pl.Requests), pl.Stats.Waves, w[0], w[1])
			}
		})
	}
}

func BenchmarkPlan(b *testing.B) {
	for _, c := range plantest.Corpus() {
		b.Run(c.Name, func(b *testing.B) {
			sg := composed(b, c)
			p, errs := operation.Prepare(sg, c.Query, "", corpusLimits)
			if len(errs) > 0 {
				b.Fatal(errs)
			}
			op := p.Operation(operation.ConditionSet{})
			planner := plan.New(sg)
			b.ReportAllocs()
			start := processorTime(b)
			for b.Loop() {
				if _, err := planner.Plan(op); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(processorTime(b)-start)/float64(b.N), "cpu-ns/op")
		})
	}
}

// processorTime is what the process used so far, garbage collection included: on a machine that others use, too, it
// tells more than the clock.
func processorTime(b *testing.B) int64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return r.Utime.Nano() + r.Stime.Nano()
}

func BenchmarkPrepare(b *testing.B) {
	for _, c := range plantest.Corpus() {
		b.Run(c.Name, func(b *testing.B) {
			sg := composed(b, c)
			b.ReportAllocs()
			for b.Loop() {
				p, errs := operation.Prepare(sg, c.Query, "", corpusLimits)
				if len(errs) > 0 {
					b.Fatal(errs)
				}
				p.Operation(operation.ConditionSet{})
			}
		})
	}
}
