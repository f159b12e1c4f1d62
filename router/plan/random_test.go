package plan_test

import (
	"flag"
	"math/rand/v2"
	"testing"

	"github.com/weft-graphql/weft/router/plan/plantest"
)

// randomFixture composes a random graph; nil when it does not compose.
func randomFixture(t testing.TB, rnd *rand.Rand, shape plantest.Shape) *plantest.Fixture {
	t.Helper()
	sdls, text := plantest.RandomGraph(rnd, shape)
	world, err := plantest.NewWorld(text)
	if err != nil {
		t.Fatal(err)
	}
	f, err := plantest.New(sdls, world, nil)
	if err != nil {
		return nil
	}
	return f
}

var randomGraphs = flag.Int("graphs", 300, "random graphs that operations are planned and executed over")

// TestRandomGraphs executes random operations over random graphs and compares with the same data as one graph.
func TestRandomGraphs(t *testing.T) {
	composed, ran := 0, 0
	for seed := range uint64(*randomGraphs) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		f := randomFixture(t, rnd, plantest.Shape{
			Subgraphs: 2 + rnd.IntN(3), Entities: 1 + rnd.IntN(3), Values: rnd.IntN(2),
			Abstract: rnd.IntN(2) == 0, Nested: rnd.IntN(3) == 0, Provides: rnd.IntN(2) == 0, Objects: rnd.IntN(3) == 0,
			Chains: rnd.IntN(2) == 0,
		})
		if f == nil {
			continue
		}
		composed++
		for range 5 {
			query := plantest.RandomQuery(rnd, f.Supergraph.API, 3)
			op, vars, err := f.Prepare(query, "", nil)
			if err != nil {
				// Members of a union can have fields of one name and different types, which do not merge.
				continue
			}
			want := f.World.Answer(f.Supergraph, op, vars)
			p, got, err := f.Run(op, vars)
			if err == nil && got.Data == want.Data {
				ran++
				continue
			}
			t.Errorf("seed %d: %s\n%v\n got  %+v\n want %+v", seed, query, err, got, want)
			if p != nil {
				for _, r := range p.Requests {
					t.Log(r.ID, r.Subgraph.Name, r.After, r.Document)
				}
			}
			return
		}
	}
	t.Logf("%d graphs, %d operations", composed, ran)
	if composed < *randomGraphs/6 || ran < 3*composed {
		t.Errorf("only %d random graphs compose, only %d operations are valid", composed, ran)
	}
}
