package exec_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// broken is a way to a subgraph that panics.
type broken struct{ upstream.Subgraph }

func (broken) Do(context.Context, *upstream.Request, *upstream.Response) error {
	panic("broken")
}

// TestAPanicIsTheFailureOfARequest lets the requests to all subgraphs panic, one of them on a goroutine of its own.
func TestAPanicIsTheFailureOfARequest(t *testing.T) {
	sg, err := supergraph.Load(benchSDL(t))
	if err != nil {
		t.Fatal(err)
	}
	var told atomic.Int32
	config := exec.Config{Panicked: func(cause any) {
		if cause == "broken" {
			told.Add(1)
		}
	}}
	for range sg.Subgraphs {
		config.Subgraphs = append(config.Subgraphs, broken{})
	}
	prepared, errs := operation.Prepare(sg, "{users{id} topProducts{upc}}", "", operation.Limits{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	p, err := plan.New(sg).Plan(prepared.Operation(operation.ConditionSet{}))
	if err != nil {
		t.Fatal(err)
	}
	program, err := exec.New(config).Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		var resp exec.Response
		program.Execute(context.Background(), &exec.Request{}, &resp)
		body := string(resp.Body)
		if !strings.HasPrefix(body, `{"data":{"users":null,"topProducts":null},"errors":[`) || strings.Count(body, "INTERNAL_SERVER_ERROR") != 2 {
			t.Errorf("got %s", body)
		}
	}
	if told.Load() != 6 {
		t.Errorf("%d of 6 panics were told", told.Load())
	}
}
