package exec_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/weft-graphql/weft/bench/definition"
	"github.com/weft-graphql/weft/bench/stub"
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/exec/exectest"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
	"github.com/weft-graphql/weft/router/upstream/http1"
)

// stuckAfter is a deadline that only matters when something is stuck.
const stuckAfter = 30 * time.Second

// live is the benchmark's query against the stub over real connections.
type live struct {
	stub     *stub.Stub
	program  *exec.Program
	vars     operation.Variables
	expected json.RawMessage
}

// benchSDL is the supergraph of the benchmark.
func benchSDL(t *testing.T) string {
	t.Helper()
	sdl, err := os.ReadFile("testdata/bench.graphql")
	if err != nil {
		t.Fatal(err)
	}
	return string(sdl)
}

func newLive(t *testing.T) *live {
	t.Helper()
	sg, err := supergraph.Load(benchSDL(t))
	if err != nil {
		t.Fatal(err)
	}
	l := &live{}
	if l.stub, err = stub.Start(stub.Config{Host: "127.0.0.1", Scale: 1}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.stub.Stop)
	config := exec.Config{Subgraphs: make([]upstream.Subgraph, len(sg.Subgraphs))}
	for _, sub := range sg.Subgraphs {
		client, err := upstream.New(upstream.Config{Name: sub.Name, URL: l.stub.URLs()[sub.Name], Timeout: 30 * time.Second, Plain: http1.New})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(client.Close)
		config.Subgraphs[sub.ID] = client
	}
	workload, err := definition.FindWorkload("distinct")
	if err != nil {
		t.Fatal(err)
	}
	var request struct {
		Query     string
		Variables json.RawMessage
	}
	if err := json.Unmarshal(workload.Body, &request); err != nil {
		t.Fatal(err)
	}
	prepared, errs := operation.Prepare(sg, request.Query, "", operation.Limits{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if l.vars, errs = prepared.CoerceVariables(request.Variables); len(errs) > 0 {
		t.Fatal(errs)
	}
	p, err := plan.New(sg).Plan(prepared.Operation(prepared.ConditionSet(&l.vars, func(string) bool { return false })))
	if err != nil {
		t.Fatal(err)
	}
	if l.program, err = exec.New(config).Compile(p); err != nil {
		t.Fatal(err)
	}
	var answer exectest.Answer
	if err := json.Unmarshal(workload.Expected, &answer); err != nil {
		t.Fatal(err)
	}
	l.expected = answer.Data
	return l
}

// ask executes the query once. It returns whether the answer was complete, and fails the test if it was wrong.
func (l *live) ask(t *testing.T, patience time.Duration) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	start := time.Now()
	var resp exec.Response
	l.program.Execute(ctx, &exec.Request{Variables: &l.vars}, &resp)
	if over := time.Since(start) - patience; over > 30*time.Second { // a busy machine is no fault
		t.Errorf("the request went on for %v behind its deadline", over)
	}
	var answer exectest.Answer
	if err := json.Unmarshal(resp.Body, &answer); err != nil {
		t.Errorf("%v: %.200s", err, resp.Body)
		return false
	}
	if bytes.Equal(answer.Data, l.expected) {
		return true
	}
	if len(answer.Errors) == 0 {
		t.Error("values are missing without an error")
	}
	if err := exectest.Partial(l.expected, answer.Data); err != nil {
		t.Errorf("a wrong answer: %.300s", err.Error())
	}
	return false
}

// storm lets 50 clients ask, and counts their complete and partial answers.
func (l *live) storm(t *testing.T, requests int, patience time.Duration) (complete, partial int) {
	t.Helper()
	var wg sync.WaitGroup
	var left, good, bad atomic.Int64
	left.Store(int64(requests))
	for range 50 {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if l.ask(t, patience) {
					good.Add(1)
				} else {
					bad.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return int(good.Load()), int(bad.Load())
}

func TestFaultsUnderLoad(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent(),
		// The stub's goroutines end by themselves some seconds after they were used last.
		goleak.IgnoreAnyFunction("github.com/weft-graphql/weft/bench/stub.(*Subgraph).misbehave"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"))
	t.Run("faults", func(t *testing.T) {
		l := newLive(t)
		reviews := l.stub.Subgraph("reviews")
		for name, f := range map[string]stub.Faults{
			"status 500":  {Fail: 0.5},
			"errors":      {Errors: 0.5},
			"garbage":     {Garbage: 0.5},
			"truncated":   {Truncated: 0.5},
			"broken off":  {Close: 0.5},
			"too slow":    {Slow: 0.3, SlowBy: 10 * time.Second},
			"all of them": {Fail: 0.1, Errors: 0.1, Garbage: 0.1, Truncated: 0.1, Close: 0.1, Delay: time.Millisecond},
		} {
			if err := reviews.SetFaults(f); err != nil {
				t.Fatal(err)
			}
			patience := stuckAfter
			if f.Slow > 0 {
				patience = 300 * time.Millisecond
			}
			complete, partial := l.storm(t, 100, patience)
			if partial == 0 {
				t.Errorf("%s: all %d answers are complete", name, complete)
			}
		}
		if err := reviews.SetFaults(stub.Faults{}); err != nil {
			t.Fatal(err)
		}
		if complete, partial := l.storm(t, 100, stuckAfter); partial > 0 {
			t.Errorf("when the faults are gone, %d of %d answers are partial", partial, complete+partial)
		}
		l.restart(t, reviews)
	})
}

// restart stops a subgraph under load, starts it again and waits for complete answers.
func (l *live) restart(t *testing.T, s *stub.Subgraph) {
	t.Helper()
	s.Stop()
	if complete, _ := l.storm(t, 100, stuckAfter); complete > 0 {
		t.Errorf("%d complete answers without one of the subgraphs", complete)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for !l.ask(t, stuckAfter) {
		if time.Now().After(deadline) {
			t.Fatal("no complete answer after the subgraph has come back")
		}
	}
	if _, partial := l.storm(t, 100, stuckAfter); partial > 0 {
		t.Errorf("%d partial answers after the subgraph has come back", partial)
	}
}
