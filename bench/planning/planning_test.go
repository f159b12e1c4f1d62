package planning

import (
	"testing"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
)

func ready(tb testing.TB, c Case) (*plan.Planner, *operation.Operation) {
	tb.Helper()
	sdl, err := c.Supergraph()
	if err != nil {
		tb.Fatal(err)
	}
	sg, planner, err := Planner(sdl)
	if err != nil {
		tb.Fatal(err)
	}
	op, err := c.Prepare(sg)
	if err != nil {
		tb.Fatal(err)
	}
	return planner, op
}

func TestPlansAreTheBest(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Cases() {
		if seen[c.Name] {
			t.Errorf("two cases are called %s", c.Name)
		}
		seen[c.Name] = true
		t.Run(c.Name, func(t *testing.T) {
			planner, op := ready(t, c)
			p, err := planner.Plan(op)
			if err != nil {
				t.Fatal(err)
			}
			best := len(p.Requests) == c.Requests || c.BeyondBudget && len(p.Requests) < c.Requests
			if !best || p.Stats.Waves != c.Waves {
				t.Errorf("%d requests in %d waves, want %d in %d", len(p.Requests), p.Stats.Waves, c.Requests, c.Waves)
			}
			if p.Stats.BudgetExhausted != c.BeyondBudget {
				t.Errorf("after %d nodes: at the budget's end: %v, want %v", p.Stats.Nodes, p.Stats.BudgetExhausted, c.BeyondBudget)
			}
		})
	}
}

// BenchmarkPlan measures planning alone: the graph is loaded and the operation prepared.
func BenchmarkPlan(b *testing.B) {
	for _, c := range Cases() {
		b.Run(c.Name, func(b *testing.B) {
			planner, op := ready(b, c)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := planner.Plan(op); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPrepare measures what comes before planning: parsing, validating and normalising the operation.
func BenchmarkPrepare(b *testing.B) {
	for _, c := range Cases() {
		b.Run(c.Name, func(b *testing.B) {
			sdl, err := c.Supergraph()
			if err != nil {
				b.Fatal(err)
			}
			sg, _, err := Planner(sdl)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Prepare(sg); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
