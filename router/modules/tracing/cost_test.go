package tracing

import (
	"context"
	"math"
	"net/http"
	"testing"
	"time"

	"go.opentelemetry.io/otel/propagation"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// keeping answers at once, and keeps what it was told.
type keeping struct{ told []upstream.Header }

func (a *keeping) Do(_ context.Context, req *upstream.Request, resp *upstream.Response) error {
	a.told = req.Header
	resp.Status, resp.Attempts = 200, 1
	return nil
}

// unsampled runs an operation with calls to a subgraph, which is not sampled and turns out to be worth no trace.
func unsampled(t *Tracing, subgraph upstream.Subgraph, calls int) {
	op := &module.Operation{}
	op.Begin(&server.Request{Header: http.Header{}}, &server.Response{}, nil, 1)
	ctx := t.OperationBegan(context.Background(), op)
	for range calls {
		var req upstream.Request
		var resp upstream.Response
		_ = subgraph.Do(ctx, &req, &resp)
	}
	t.OperationEnded(ctx, op, &server.Response{})
}

func seldom() *Tracing {
	t := defaults()
	t.Sampling = Sampling{Parent: true, Errors: true, SlowerThan: time.Hour}
	t.plain, t.propagator = true, propagation.TraceContext{}
	return t
}

// TestCallsOfUnsampledOperationsAllocateNothing has the same operation with one call and with many.
func TestCallsOfUnsampledOperationsAllocateNothing(t *testing.T) {
	tracing, to := seldom(), &keeping{}
	subgraph := tracing.WrapSubgraph(&supergraph.Subgraph{Name: "people"}, to)
	few := testing.AllocsPerRun(1000, func() { unsampled(tracing, subgraph, 1) })
	many := testing.AllocsPerRun(1000, func() { unsampled(tracing, subgraph, 21) })
	// Request and answer are the test's. A pool may have been emptied meanwhile, which is not one for each call.
	if each := (many-few)/20 - 2; each > 0.5 {
		t.Errorf("a call allocates %v times", each)
	}
	if len(to.told) != 1 || to.told[0].Name != "Traceparent" || len(to.told[0].Value) != 55 || to.told[0].Value[53:] != "00" {
		t.Errorf("the subgraph is told %v", to.told)
	}
}

// TestUnsampledOperationsAllocateTheirContextOnly has an operation with calls and fetches, which are the test's.
func TestUnsampledOperationsAllocateTheirContextOnly(t *testing.T) {
	tracing := seldom()
	subgraph := tracing.WrapSubgraph(&supergraph.Subgraph{Name: "people"}, &keeping{})
	op, req, resp := &module.Operation{}, &upstream.Request{}, &upstream.Response{}
	op.Begin(&server.Request{Header: http.Header{}}, &server.Response{}, nil, 1)
	fetch := module.Fetch{
		Request: &plan.Request{Subgraph: &supergraph.Subgraph{Name: "people"}}, Trace: &module.FetchTrace{}, Response: resp,
	}
	answer := &server.Response{}
	// Records are from a pool, which the race detector empties at times: the least counts.
	least := math.Inf(1)
	for range 200 {
		least = min(least, testing.AllocsPerRun(1, func() {
			ctx := tracing.OperationBegan(context.Background(), op)
			for range 8 {
				_ = subgraph.Do(ctx, req, resp)
				tracing.FetchEnded(op, fetch)
			}
			tracing.OperationEnded(ctx, op, answer)
		}))
	}
	if least > 1 {
		t.Errorf("%v allocations", least)
	}
}

// BenchmarkUnsampled is what an operation with six calls costs that is not sampled.
func BenchmarkUnsampled(b *testing.B) {
	tracing := seldom()
	subgraph := tracing.WrapSubgraph(&supergraph.Subgraph{Name: "people"}, &keeping{})
	b.ReportAllocs()
	for b.Loop() {
		unsampled(tracing, subgraph, 6)
	}
}
