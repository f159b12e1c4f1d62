package plan_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/plan/plantest"
)

// hardCover is a set cover problem without structure: n fields, each resolved by k of m subgraphs.
func hardCover(n, m, k int) plantest.Case {
	rnd := rand.New(rand.NewPCG(1, 2))
	parts := make([]strings.Builder, m)
	var query strings.Builder
	query.WriteString("{e{")
	for f := range n {
		fmt.Fprintf(&query, "f%d ", f)
		for _, i := range rnd.Perm(m)[:k] {
			fmt.Fprintf(&parts[i], " f%d:String@shareable", f)
		}
	}
	c := plantest.Case{Name: "hard cover", Query: query.String() + "}}", Subgraphs: map[string]string{
		"root": plantest.Link + `type Query{e:E} type E@key(fields:"id"){id:ID!}`,
	}}
	for i := range parts {
		c.Subgraphs[fmt.Sprintf("s%02d", i)] = plantest.Link + `type E@key(fields:"id"){id:ID!` + parts[i].String() + `}`
	}
	return c
}

// TestBudget has a search that cannot be finished: the plan is right and says that it may not be the best.
func TestBudget(t *testing.T) {
	c := hardCover(250, 70, 4)
	sg := composed(t, c)
	p, errs := operation.Prepare(sg, c.Query, "", operation.Limits{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	op := p.Operation(operation.ConditionSet{})
	few := 0
	for _, budget := range []int{1, plan.DefaultBudget} {
		got, err := plan.New(sg).WithBudget(budget).Plan(op)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("budget %d: %d requests, %d nodes", budget, len(got.Requests), got.Stats.Nodes)
		if !got.Stats.BudgetExhausted {
			t.Errorf("budget %d: the search claims to be finished", budget)
		}
		if got.Stats.Nodes > 2*budget+250 {
			t.Errorf("budget %d: %d nodes looked at", budget, got.Stats.Nodes)
		}
		served := map[string]bool{}
		for _, r := range got.Requests {
			for _, call := range r.Calls {
				for _, f := range call.Selection.Fields {
					for _, s := range f.Serves {
						served[s.Key] = true
					}
				}
			}
		}
		if len(served) != 250+1 {
			t.Errorf("budget %d: %d of 251 fields are served", budget, len(served))
		}
		if few > 0 && len(got.Requests) > few {
			t.Errorf("a larger budget makes %d requests out of %d", len(got.Requests), few)
		}
		few = len(got.Requests)
	}
	simple, errs := operation.Prepare(sg, `{e{f1 f2 f3}}`, "", operation.Limits{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if easy, err := plan.New(sg).Plan(simple.Operation(operation.ConditionSet{})); err != nil || easy.Stats.BudgetExhausted {
		t.Errorf("an easy operation is not planned to the end: %v", err)
	}
}

func BenchmarkHardCover(b *testing.B) {
	c := hardCover(250, 70, 4)
	sg := composed(b, c)
	p, errs := operation.Prepare(sg, c.Query, "", operation.Limits{})
	if len(errs) > 0 {
		b.Fatal(errs)
	}
	op := p.Operation(operation.ConditionSet{})
	planner := plan.New(sg)
	for b.Loop() {
		if _, err := planner.Plan(op); err != nil {
			b.Fatal(err)
		}
	}
}
