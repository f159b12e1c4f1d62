package metrics

import (
	"context"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// answering answers at once.
type answering struct{}

func (answering) Do(_ context.Context, _ *upstream.Request, resp *upstream.Response) error {
	resp.Status, resp.Attempts = 200, 1
	return nil
}

func counting() *Metrics {
	m := defaults()
	m.counters = newCounters(func() module.State { return module.State{} })
	m.operations.limit(100)
	return m
}

// BenchmarkCount is what a request to the router costs that sends six to subgraphs.
func BenchmarkCount(b *testing.B) {
	m := counting()
	subgraph := m.WrapSubgraph(&supergraph.Subgraph{Name: "people"}, answering{})
	o := &server.Observation{
		Status: 200, Duration: 3 * time.Millisecond, Operation: server.OperationInfo{Name: "Known", Kind: "query", Fetches: 6},
	}
	b.ReportAllocs()
	for b.Loop() {
		m.RequestEnded(o)
		for range 6 {
			var resp upstream.Response
			_ = subgraph.Do(context.Background(), nil, &resp)
		}
	}
}

// TestCountingAllocatesNothing counts what goes well.
func TestCountingAllocatesNothing(t *testing.T) {
	m := counting()
	subgraph := m.WrapSubgraph(&supergraph.Subgraph{Name: "people"}, answering{})
	o := &server.Observation{
		Status: 200, Duration: 3 * time.Millisecond, Operation: server.OperationInfo{Name: "Known", Kind: "query", Errors: 1},
	}
	var resp upstream.Response
	allocs := testing.AllocsPerRun(1000, func() {
		m.RequestEnded(o)
		_ = subgraph.Do(context.Background(), nil, &resp)
	})
	if allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
}
