package server

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// codes are those of limits that only warn, of all requests so far.
type codes struct {
	mu   sync.Mutex
	seen []string
}

func (c *codes) observe(o *Observation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = append(c.seen, o.Operation.Exceeded...)
}

func (c *codes) take() (seen []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen, c.seen = c.seen, nil
	return seen
}

// TestLimitsThatOnlyWarn lets requests pass that are beyond a limit, counts them, and refuses what is beyond the next.
func TestLimitsThatOnlyWarn(t *testing.T) {
	const single, batch = `{"query":"{a}"}`, `[{"query":"{a}"},{"query":"{b}"}]`
	for _, c := range []struct {
		name           string
		warn           Warnings
		method, target string
		body, want     string
	}{
		{name: "a body", warn: Warnings{BodyBytes: 5}, body: single, want: CodeTooLarge},
		{name: "the body of a batch", warn: Warnings{BodyBytes: int64(len(single))}, body: batch, want: CodeTooLarge},
		{name: "a body that is not beyond it", warn: Warnings{BodyBytes: int64(len(single))}, body: single},
		{name: "time", warn: Warnings{Timeout: 1}, body: single, want: CodeTooSlow},
		{name: "time with GET", warn: Warnings{Timeout: 1}, method: "GET", target: "/graphql?query={a}", want: CodeTooSlow},
		{name: "time of a batch", warn: Warnings{Timeout: 1}, body: batch, want: CodeTooSlow},
		{name: "time that is enough", warn: Warnings{Timeout: time.Hour}, body: single},
		{name: "both", warn: Warnings{BodyBytes: 5, Timeout: 1}, body: single, want: CodeTooLarge + " " + CodeTooSlow},
	} {
		var seen codes
		h := newTestHandler(t, func(o *Options) {
			o.Warn, o.MaxBatch, o.Timeout = c.warn, 4, time.Hour
			o.Observers = append(o.Observers, seen.observe)
		})
		exchangeTest{name: c.name, method: c.method, target: c.target, body: c.body, status: 200}.run(t, h)
		// The next request has nothing of the one before.
		exchangeTest{name: c.name, method: c.method, target: c.target, body: c.body, status: 200}.run(t, h)
		want := strings.Fields(c.want + " " + c.want)
		if got := seen.take(); !slices.Equal(got, want) {
			t.Errorf("%s: counted %q, want %q", c.name, got, want)
		}
		if c.warn.BodyBytes > 0 {
			body := `{"query":"{a}","variables":{"a":"` + strings.Repeat("a", 1<<20) + `"}}`
			exchangeTest{name: c.name, body: body, status: 413, has: CodeTooLarge}.run(t, h)
		}
	}
}

// TestRequestsBeyondABoundThatOnlyWarns has one request in progress more than it says, over HTTP and in another way.
func TestRequestsBeyondABoundThatOnlyWarns(t *testing.T) {
	var seen codes
	g := gate{make(chan struct{}), make(chan struct{})}
	h := newTestHandler(t, func(o *Options) {
		o.Engine, o.Warn.Concurrent, o.MaxConcurrent = g, 1, 3
		o.Observers = append(o.Observers, seen.observe)
	})
	var running sync.WaitGroup
	ask := func() {
		r := httptest.NewRequest("POST", "/graphql", strings.NewReader(`{"query":"{a}"}`))
		r.Header.Set("Content-Type", "application/json")
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	var other Response
	for _, enter := range []func(){ask, ask, func() {
		h.Do(context.Background(), &Request{Query: []byte("{a}")}, &other)
	}} {
		running.Go(enter)
		<-g.entered
	}
	exchangeTest{name: "beyond the bound", body: `{"query":"{a}"}`, status: 503, has: CodeOverloaded}.run(t, h)
	close(g.leave)
	running.Wait()
	if got := seen.take(); !slices.Equal(got, []string{CodeOverloaded}) {
		t.Errorf("counted %q", got)
	}
	if !slices.Equal(other.Operation.Exceeded, []string{CodeOverloaded}) {
		t.Errorf("in another way: %q", other.Operation.Exceeded)
	}
}
