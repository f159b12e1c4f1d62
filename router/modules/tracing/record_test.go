package tracing

import (
	"context"
	"testing"

	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

type answering struct{}

func (answering) Do(context.Context, *upstream.Request, *upstream.Response) error { return nil }

// TestLateCallsAreNobodyElses has a call that goes on when its operation has ended, and its record is another's.
func TestLateCallsAreNobodyElses(t *testing.T) {
	tracing := defaults()
	tracing.propagator, tracing.incoming = propagatorOf(tracing.Propagation)
	subgraph := tracing.WrapSubgraph(&supergraph.Subgraph{Name: "a"}, answering{})
	r := &record{}
	first := &tracedContext{Context: t.Context(), record: r, serial: r.open()}
	call := func(c *tracedContext) {
		if err := subgraph.Do(context.WithoutCancel(c), &upstream.Request{}, &upstream.Response{}); err != nil {
			t.Fatal(err)
		}
	}
	call(first)
	if len(r.calls) != 1 {
		t.Fatalf("%d calls are written down", len(r.calls))
	}
	r.close()
	// As release does; but the record is not for the other tests.
	r.calls = r.calls[:0]
	second := &tracedContext{Context: t.Context(), record: r, serial: r.open()}
	call(first)
	if len(r.calls) != 0 {
		t.Error("a call of the first operation is in the record of the second")
	}
	call(second)
	if len(r.calls) != 1 {
		t.Errorf("%d calls of the second operation are written down", len(r.calls))
	}
}
