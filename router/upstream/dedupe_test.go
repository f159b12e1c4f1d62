package upstream

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// held is a subgraph whose calls end when they are let or their context ends.
type held struct {
	calls        atomic.Int32
	entered, let chan struct{}
}

func newHeld() *held { return &held{entered: make(chan struct{}, 100), let: make(chan struct{})} }

func (h *held) Do(ctx context.Context, req *Request, resp *Response) error {
	h.calls.Add(1)
	h.entered <- struct{}{}
	select {
	case <-h.let:
		resp.Status, resp.Body = 200, req.Body
		return nil
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return ErrTimeout
		}
		return ctx.Err()
	}
}

// join sends a query in the background.
func join(ctx context.Context, d *dedupe, header ...Header) <-chan error {
	result := make(chan error, 1)
	go func() {
		var resp Response
		err := d.Do(ctx, &Request{Body: []byte("{a}"), Query: true, VariesBy: variesBy(nil, header)}, &resp)
		if err == nil && string(resp.Body) != "{a}" {
			err = errors.New("got " + string(resp.Body))
		}
		resp.Release()
		result <- err
	}()
	return result
}

// waiting waits until so many requests wait for others' calls.
func waiting(d *dedupe, want int) {
	for got := -1; got != want; runtime.Gosched() {
		got = 0
		for i := range d.shards {
			d.shards[i].mu.Lock()
			for _, flights := range d.shards[i].flights {
				for _, f := range flights {
					got += f.waiting
				}
			}
			d.shards[i].mu.Unlock()
		}
	}
}

func TestOneThatLeavesCancelsNobodyElse(t *testing.T) {
	for _, name := range []string{"the leader", "one that waits"} {
		t.Run(name, func(t *testing.T) {
			h := newHeld()
			d := newDedupe(h)
			leader, leaderLeaves := context.WithCancel(context.Background())
			defer leaderLeaves()
			first := join(leader, d)
			<-h.entered
			follower, followerLeaves := context.WithCancel(context.Background())
			defer followerLeaves()
			second := join(follower, d)
			third := join(context.Background(), d)
			waiting(d, 2)
			if name == "the leader" {
				leaderLeaves()
			} else {
				followerLeaves()
				if err := <-second; !errors.Is(err, context.Canceled) {
					t.Errorf("the one that left got %v", err)
				}
			}
			// Whoever comes now still shares the call.
			fourth := join(context.Background(), d)
			waiting(d, map[bool]int{true: 3, false: 2}[name == "the leader"])
			close(h.let)
			for _, r := range []<-chan error{third, fourth} {
				if err := <-r; err != nil {
					t.Errorf("one that stayed got %v", err)
				}
			}
			<-first
			if n := h.calls.Load(); n != 1 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

func TestACallNobodyWantsIsGivenUp(t *testing.T) {
	h := newHeld()
	d := newDedupe(h)
	leader, leaderLeaves := context.WithCancel(context.Background())
	first := join(leader, d)
	<-h.entered
	follower, followerLeaves := context.WithCancel(context.Background())
	second := join(follower, d)
	waiting(d, 1)
	leaderLeaves()
	followerLeaves()
	for _, r := range []<-chan error{first, second} {
		if err := <-r; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	// The next one does not join it.
	close(h.let)
	if err := <-join(context.Background(), d); err != nil || h.calls.Load() != 2 {
		t.Errorf("the next one got %v, %d calls", err, h.calls.Load())
	}
}

// TestTheLastToLeaveGivesUpTheCall takes away the watch over the leader's context, which has left before.
func TestTheLastToLeaveGivesUpTheCall(t *testing.T) {
	h := newHeld()
	d := newDedupe(h)
	leader, leaderLeaves := context.WithCancel(context.Background())
	first := join(leader, d)
	<-h.entered
	follower, followerLeaves := context.WithCancel(context.Background())
	second := join(follower, d)
	waiting(d, 1)
	for watched := false; !watched; runtime.Gosched() {
		for i := range d.shards {
			d.shards[i].mu.Lock()
			for _, flights := range d.shards[i].flights {
				watched = watched || flights[0].settle != nil && flights[0].settle()
			}
			d.shards[i].mu.Unlock()
		}
	}
	leaderLeaves()
	followerLeaves()
	for _, r := range []<-chan error{first, second} {
		if err := <-r; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}

// TestNobodyJoinsAnAbandonedCall has a call that takes its time to end after it was given up.
func TestNobodyJoinsAnAbandonedCall(t *testing.T) {
	entered, seen, let := make(chan struct{}, 2), make(chan struct{}), make(chan struct{})
	var calls atomic.Int32
	d := newDedupe(subgraphFunc(func(ctx context.Context, req *Request, resp *Response) error {
		entered <- struct{}{}
		if calls.Add(1) > 1 {
			resp.Body = req.Body
			return nil
		}
		<-ctx.Done()
		close(seen)
		<-let
		return ctx.Err()
	}))
	leader, leave := context.WithCancel(context.Background())
	first := join(leader, d)
	<-entered
	leave()
	<-seen
	second := join(context.Background(), d)
	<-entered
	close(let)
	if err := <-second; err != nil {
		t.Errorf("the second got %v", err)
	}
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the first got %v", err)
	}
}

// TestTheLeadersDeadlineIsItsOwn has a leader with less time than the one that waits for its call.
func TestTheLeadersDeadlineIsItsOwn(t *testing.T) {
	h := newHeld()
	d := newDedupe(h)
	leader, end := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer end()
	first := join(leader, d)
	<-h.entered
	second := join(context.Background(), d)
	if err := <-first; !errors.Is(err, ErrTimeout) {
		t.Errorf("the leader got %v", err)
	}
	<-h.entered
	close(h.let)
	if err := <-second; err != nil || h.calls.Load() != 2 {
		t.Errorf("the other got %v, %d calls", err, h.calls.Load())
	}
}

// variesBy is what a request with these headers varies by, for these tests.
func variesBy(out []byte, headers []Header) []byte {
	for _, h := range headers {
		out = append(append(append(append(out, h.Name...), '='), h.Value...), '\n')
	}
	return out
}

// TestCallersWithOtherHeadersAreFoundApart checks that many callers who ask the same do not have to be compared one by
// one.
func TestCallersWithOtherHeadersAreFoundApart(t *testing.T) {
	d := newDedupe(newHeld())
	keys := map[uint64]bool{}
	for _, headers := range [][]Header{nil, {{"A", "1"}}, {{"A", "2"}}, {{"A", "1"}, {"B", "2"}}, {{"A", "2"}, {"B", "1"}}} {
		keys[d.key(&Request{Body: []byte("{a}"), VariesBy: variesBy(nil, headers)})] = true
	}
	if len(keys) != 5 {
		t.Errorf("%d different keys for 5 callers", len(keys))
	}
}

// TestEqualKeysAreNotEqualRequests forces all requests to the same key.
func TestEqualKeysAreNotEqualRequests(t *testing.T) {
	base := Request{Body: []byte("{a}"), VariesBy: []byte("A1"), Epoch: Epoch{Mutations: 1}}
	s := &shard{flights: map[uint64][]*flight{7: {{body: base.Body, varies: base.VariesBy, epoch: base.Epoch}}}}
	if s.find(7, &Request{Body: []byte("{a}"), VariesBy: []byte("A1"), Epoch: Epoch{Mutations: 1}}) == nil {
		t.Error("an equal request is not found")
	}
	for _, other := range []Request{
		{Body: []byte("{b}"), VariesBy: base.VariesBy, Epoch: Epoch{Mutations: 1}},
		{Body: base.Body, VariesBy: []byte("A2"), Epoch: Epoch{Mutations: 1}},
		{Body: base.Body, VariesBy: []byte("B1"), Epoch: Epoch{Mutations: 1}},
		{Body: base.Body, Epoch: Epoch{Mutations: 1}},
		{Body: base.Body, VariesBy: base.VariesBy, Epoch: Epoch{Mutations: 2}},
		{Body: base.Body, VariesBy: base.VariesBy, Epoch: Epoch{Mutations: 1, Clock: 1}},
		{Body: base.Body, VariesBy: base.VariesBy, Epoch: Epoch{Mutations: 1, Told: 1}},
	} {
		if s.find(7, &other) != nil {
			t.Errorf("%+v is taken for another request", other)
		}
	}
}
