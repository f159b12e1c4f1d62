package plan_test

import (
	"fmt"
	"testing"

	"github.com/weft-graphql/weft/router/plan/plantest"
)

// conformance is a graph with its data and operations. The subgraphs refuse wrong requests, and the answers must equal
// those of one graph over all data; requests and waves, where given, are the least possible.
type conformance struct {
	name      string
	subgraphs map[string]string
	world     string
	labels    []string
	asks      []ask
}

type ask struct {
	query, variables string
	// calls is the number of root selections and _entities fields.
	requests, waves, calls int
}

func TestConformance(t *testing.T) {
	for _, c := range conformances {
		t.Run(c.name, func(t *testing.T) {
			world, err := plantest.NewWorld(c.world)
			if err != nil {
				t.Fatal(err)
			}
			sdls := map[string]string{}
			for name, sdl := range c.subgraphs {
				sdls[name] = plantest.Link + sdl
			}
			f, err := plantest.New(sdls, world, c.labels)
			if err != nil {
				t.Fatal(err)
			}
			for i, a := range c.asks {
				t.Run(fmt.Sprint(i), func(t *testing.T) { check(t, f, a, c.labels) })
			}
		})
	}
}

func check(t *testing.T, f *plantest.Fixture, a ask, labels []string) {
	t.Helper()
	op, vars, err := f.Prepare(a.query, a.variables, labels)
	if err != nil {
		t.Fatal(err)
	}
	want := f.World.Answer(f.Supergraph, op, vars)
	p, got, err := f.Run(op, vars)
	if err != nil {
		t.Fatalf("%s\n%v", a.query, err)
	}
	if got.Data != want.Data || len(got.Errors) != len(want.Errors) {
		t.Errorf("%s\ngot  %s %v\nwant %s %v\nrequests:", a.query, got.Data, got.Errors, want.Data, want.Errors)
		for _, r := range f.Log {
			t.Log(r)
		}
	}
	if a.calls > 0 && p.Calls != a.calls {
		t.Errorf("%s\n%d calls, want %d", a.query, p.Calls, a.calls)
	}
	if a.requests > 0 && len(p.Requests) != a.requests || a.waves > 0 && p.Stats.Waves != a.waves {
		t.Errorf("%s\n%d requests in %d waves, want %d in %d", a.query, len(p.Requests), p.Stats.Waves, a.requests, a.waves)
		for _, r := range p.Requests {
			t.Log(r.ID, r.Subgraph.Name, r.After, r.Document)
		}
	}
}
