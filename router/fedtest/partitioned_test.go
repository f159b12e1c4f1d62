package fedtest

import (
	"testing"
)

// partitionedGraphs are the graphs of the second generator.
var partitionedGraphs = generator{graph: generatePartitioned, tries: 8, operation: (*rig).writeOperation, share: 40}

func TestPartitionedGraphsAgreeWithTheUndividedGraph(t *testing.T) {
	campaign{of: partitionedGraphs, check: (*rig).try, setUp: func(r *rig, seed uint64) { r.world.nulls = []uint64{0, 5, 25}[seed%3] }}.run(t)
}

func TestErrorsInPartitionedGraphsAgreeWithTheUndividedGraph(t *testing.T) {
	campaign{of: partitionedGraphs, check: (*rig).try, with: traits{uniform: true}, setUp: (*rig).setFailures}.run(t)
}

// The cache is asked and filled by partitioned graphs, too: every operation several times, with and without errors.
func TestPartitionedGraphsFromTheCacheAgree(t *testing.T) {
	check, enough := withForms(t, (*rig).tryCached)
	few := partitionedGraphs
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
