package upstream

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// subgraphFunc is a subgraph that is a function.
type subgraphFunc func(ctx context.Context, req *Request, resp *Response) error

func (f subgraphFunc) Do(ctx context.Context, req *Request, resp *Response) error {
	return f(ctx, req, resp)
}

// TestWhatTheBreakerCounts makes one call with an outcome through a breaker that opens after one failure.
func TestWhatTheBreakerCounts(t *testing.T) {
	gone, leave := context.WithCancel(context.Background())
	leave()
	late, end := context.WithDeadline(context.Background(), time.Unix(0, 0))
	defer end()
	for _, c := range []struct {
		name    string
		ctx     context.Context
		timeout time.Duration
		err     error
		status  int
		open    bool
	}{
		{"unreachable", context.Background(), time.Hour, fmt.Errorf("%w: x", ErrUnreachable), 0, true},
		{"broken", context.Background(), time.Hour, fmt.Errorf("%w: x", ErrBroken), 0, true},
		{"status 503", context.Background(), time.Hour, nil, 503, true},
		{"no answer in the subgraph's time", context.Background(), time.Nanosecond, ErrTimeout, 0, true},
		// Retries and hedging bound the context by the subgraph's time, too.
		{"no answer in the subgraph's time, which is the context's", late, time.Nanosecond, ErrTimeout, 0, true},
		{"no answer in what was left of the client's time", late, time.Hour, ErrTimeout, 0, false},
		{"the client has gone", gone, time.Nanosecond, context.Canceled, 0, false},
		{"not sent", context.Background(), time.Hour, ErrRejected, 0, false},
		{"too large", context.Background(), time.Hour, ErrTooLarge, 0, false},
		{"status 500", context.Background(), time.Hour, nil, 500, false},
		{"status 404", context.Background(), time.Hour, nil, 404, false},
	} {
		b := newBreaker(subgraphFunc(func(_ context.Context, _ *Request, resp *Response) error {
			resp.Status = c.status
			return c.err
		}), Config{Timeout: c.timeout, Breaker: Breaker{Failures: 1, OpenFor: time.Hour}})
		if err := b.Do(c.ctx, &Request{}, &Response{}); !errors.Is(err, c.err) {
			t.Errorf("%s: got %v", c.name, err)
		}
		if b.isOpen() != c.open {
			t.Errorf("%s: open is %v", c.name, b.isOpen())
		}
	}
}

// TestBreakerTriesAgainAlthoughACallHangs has calls that hang: one after each pause, and none in between.
func TestBreakerTriesAgainAlthoughACallHangs(t *testing.T) {
	b := newBreaker(nil, Config{Breaker: Breaker{Failures: 2, OpenFor: time.Second}})
	start := time.Unix(1000, 0)
	at := func(d time.Duration) time.Time { return start.Add(d) }
	b.failed(start, start)
	if b.isOpen() || !b.admit(start) {
		t.Fatal("open after one failure of two")
	}
	b.failed(start, start)
	for _, c := range []struct {
		at    time.Duration
		admit bool
	}{
		{0, false}, {999 * time.Millisecond, false}, {time.Second, true}, {time.Second, false},
		{1999 * time.Millisecond, false}, {2 * time.Second, true}, {2 * time.Second, false},
	} {
		if got := b.admit(at(c.at)); got != c.admit {
			t.Errorf("after %v: admitted %v", c.at, got)
		}
	}
	b.succeeded(at(2100 * time.Millisecond))
	if b.isOpen() || !b.admit(at(2100*time.Millisecond)) {
		t.Error("still open after an answer")
	}
	// The calls that hung fail at last: they were made before the subgraph answered again.
	for range 5 {
		b.failed(at(time.Second), at(3*time.Second))
	}
	if b.isOpen() {
		t.Error("opened by what failed before")
	}
	// A success in between begins the count anew.
	b.failed(at(3*time.Second), at(3*time.Second))
	b.succeeded(at(3 * time.Second))
	b.failed(at(3*time.Second), at(3*time.Second))
	if b.isOpen() {
		t.Error("opened by failures that were not in a row")
	}
}

// TestWhatSaysNothingDoesNotResetTheBreaker has outcomes between two failures.
func TestWhatSaysNothingDoesNotResetTheBreaker(t *testing.T) {
	for between, open := range map[error]bool{ErrRejected: true, ErrTimeout: true, context.Canceled: true, ErrTooLarge: false} {
		outcomes := []error{ErrUnreachable, between, ErrUnreachable}
		b := newBreaker(subgraphFunc(func(context.Context, *Request, *Response) error {
			err := outcomes[0]
			outcomes = outcomes[1:]
			return err
		}), Config{Timeout: time.Hour, Breaker: Breaker{Failures: 2, OpenFor: time.Hour}})
		for range 3 {
			_ = b.Do(context.Background(), &Request{}, &Response{}) // the outcomes are given
		}
		if b.isOpen() != open {
			t.Errorf("with %v between two failures, open is %v", between, b.isOpen())
		}
	}
}

// TestBothRequestsOfAHedgeHaveTheSameDeadline checks that the second one gets no time of its own.
func TestBothRequestsOfAHedgeHaveTheSameDeadline(t *testing.T) {
	deadlines := make(chan time.Time, 2)
	h := newHedge(subgraphFunc(func(ctx context.Context, _ *Request, _ *Response) error {
		deadline, _ := ctx.Deadline()
		deadlines <- deadline
		if len(deadlines) < 2 {
			<-ctx.Done()
		}
		return nil
	}), Config{Timeout: time.Minute, Hedge: time.Millisecond})
	before := time.Now()
	if err := h.Do(context.Background(), &Request{Query: true}, &Response{}); err != nil {
		t.Fatal(err)
	}
	first, second := <-deadlines, <-deadlines
	if !first.Equal(second) || first.Before(before.Add(time.Minute)) || first.After(time.Now().Add(time.Minute)) {
		t.Errorf("asked at %v, the deadlines are %v and %v", before, first, second)
	}
}
