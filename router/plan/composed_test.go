package plan_test

import (
	"flag"
	"math/rand/v2"
	"testing"

	"github.com/weft-graphql/weft/router/compose/oracle"
	"github.com/weft-graphql/weft/router/compose/oracle/hostile"
	"github.com/weft-graphql/weft/router/plan/plantest"
)

// TestWhatComposesIsPlanned composes the whole corpus of composition, and plans every field of what composes after
// every way to come to it.
func TestWhatComposesIsPlanned(t *testing.T) {
	cases, err := oracle.Cases()
	if err != nil {
		t.Fatal(err)
	}
	composed := 0
	for i, c := range cases {
		result, errs := oracle.Compose(c)
		if len(errs) > 0 {
			continue
		}
		composed++
		if err := plantest.Unplanned(result.SupergraphSDL, rand.New(rand.NewPCG(uint64(i), 3)), 20); err != nil {
			t.Errorf("%s composes, but: %v", c.ID(), err)
		}
	}
	if composed < 700 {
		t.Errorf("only %d of %d compose", composed, len(cases))
	}
}

var (
	hostileCases = flag.Int("inputs", 40, "random inputs of each kind that are composed, to be planned")
	hostileSeed  = flag.Uint64("seed", 1, "where the random inputs of composition begin")
)

// TestHostileInputsThatComposeArePlanned does the same with random inputs and mutants of the corpus.
func TestHostileInputsThatComposeArePlanned(t *testing.T) {
	kinds, err := hostile.Kinds()
	if err != nil {
		t.Fatal(err)
	}
	composed := 0
	for _, kind := range kinds {
		for i := range uint64(*hostileCases) {
			c := kind.Case(*hostileSeed + i)
			result, errs := oracle.Compose(c)
			if len(errs) > 0 {
				continue
			}
			composed++
			if err := plantest.Unplanned(result.SupergraphSDL, rand.New(rand.NewPCG(i, 3)), 20); err != nil {
				t.Errorf("%s composes, but: %v", c.ID(), err)
				for _, s := range c.Subgraphs {
					t.Logf("-- %s --\n%s", s.Name, s.SDL)
				}
			}
		}
	}
	if composed < *hostileCases*2 {
		t.Errorf("only %d compose", composed)
	}
	t.Logf("%d composed", composed)
}
