package engine

import (
	"testing"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/upstream"
)

// countingFetches is a module that is told of fetches.
type countingFetches struct{ count int }

func (c *countingFetches) FetchEnded(_ *module.Operation, fetch module.Fetch) {
	if fetch.Trace != nil && fetch.Response != nil {
		c.count++
	}
}

// TestTellingOfFetchesAllocatesNothing tells a module of a fetch, as each request to a subgraph does.
func TestTellingOfFetchesAllocatesNothing(t *testing.T) {
	told := &countingFetches{}
	x := &pipelineRun{engine: &Engine{hooks: &Hooks{Fetches: []module.FetchObserver{told}}}}
	trace, response := &exec.FetchTrace{}, &upstream.Response{}
	if allocs := testing.AllocsPerRun(100, func() { x.fetchEnded(nil, trace, response) }); allocs > 0 || told.count != 101 {
		t.Errorf("%v allocations, told %d times", allocs, told.count)
	}
}
