package plan_test

import (
	"fmt"
	"testing"

	"github.com/weft-graphql/weft/router/plan/plantest"
)

func TestConformance(t *testing.T) {
	for _, c := range plantest.Conformances() {
		t.Run(c.Name, func(t *testing.T) {
			f, err := c.Fixture()
			if err != nil {
				t.Fatal(err)
			}
			for i, a := range c.Asks {
				t.Run(fmt.Sprint(i), func(t *testing.T) { check(t, f, a, c.Labels) })
			}
		})
	}
}

func check(t *testing.T, f *plantest.Fixture, a plantest.Ask, labels []string) {
	t.Helper()
	op, vars, err := f.Prepare(a.Query, a.Variables, labels)
	if err != nil {
		t.Fatal(err)
	}
	want := f.World.Answer(f.Supergraph, op, vars)
	p, got, err := f.Run(op, vars)
	if err != nil {
		t.Fatalf("%s\n%v", a.Query, err)
	}
	if got.Data != want.Data || len(got.Errors) != len(want.Errors) {
		t.Errorf("%s\ngot  %s %v\nwant %s %v\nrequests:", a.Query, got.Data, got.Errors, want.Data, want.Errors)
		for _, r := range f.Log {
			t.Log(r)
		}
	}
	if a.Calls > 0 && p.Calls != a.Calls {
		t.Errorf("%s\n%d calls, want %d", a.Query, p.Calls, a.Calls)
	}
	if a.Requests > 0 && len(p.Requests) != a.Requests || a.Waves > 0 && p.Stats.Waves != a.Waves {
		t.Errorf("%s\n%d requests in %d waves, want %d in %d", a.Query, len(p.Requests), p.Stats.Waves, a.Requests, a.Waves)
		for _, r := range p.Requests {
			t.Log(r.ID, r.Subgraph.Name, r.After, r.Document)
		}
	}
}
