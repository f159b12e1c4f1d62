package fedtest

import (
	"testing"
)

// quilts are the graphs of the second generator.
var quilts = generator{graph: stitch, tries: 8, operation: (*rig).embroider, share: 40}

func TestQuiltsAgreeWithTheUndividedGraph(t *testing.T) {
	campaign{of: quilts, check: (*rig).try, setUp: func(r *rig, seed uint64) { r.world.nulls = []uint64{0, 5, 25}[seed%3] }}.run(t)
}

func TestErrorsInQuiltsAgreeWithTheUndividedGraph(t *testing.T) {
	campaign{of: quilts, check: (*rig).try, with: traits{uniform: true}, setUp: (*rig).setFailures}.run(t)
}

// The cache is asked and filled by quilts, too: every operation several times, with and without errors.
func TestQuiltsFromTheCacheAgree(t *testing.T) {
	check, enough := withForms(t, (*rig).tryCached)
	few := quilts
	few.share = 15
	campaign{
		of: few, check: check, with: traits{uniform: true}, queries: true,
		setUp: func(r *rig, seed uint64) {
			r.world.nulls = []uint64{0, 10}[seed%2]
			r.world.failures = []uint64{0, 5}[seed/2%2]
		},
		rig: func(g *graph) (*rig, error) { return newRig(g, cached("", "")) },
	}.run(t)
	enough()
}
