package engine

import (
	"context"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/prepared"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/upstream"
)

// sharing is a test's view of shares: queries that run until they are let go.
type sharing struct {
	t       *testing.T
	shares  *shares
	inputs  caller.Inputs
	made    *prepared.Planned[*program]
	started chan struct{}
	finish  chan struct{}
	runs    atomic.Int32
	ended   sync.WaitGroup
}

func newSharing(t *testing.T) *sharing {
	s := &sharing{
		t: t, shares: newShares(), made: &prepared.Planned[*program]{},
		started: make(chan struct{}), finish: make(chan struct{}),
	}
	s.inputs.Declare(caller.Header("Authorization"), caller.Header("x-vary"))
	return s
}

// run is an execution that says when it starts and lasts until it may finish or its context ends.
func (s *sharing) run(ctx context.Context, resp *server.Response) {
	s.runs.Add(1)
	s.started <- struct{}{}
	select {
	case <-s.finish:
		resp.Body = append(resp.Buffer(), "answer"...)
		resp.CacheControl = "public"
	case <-ctx.Done():
		resp.Body = append(resp.Body, "broken off"...)
	}
}

// request is what the executions of this package know of a request.
func (s *sharing) request(header http.Header) *pipelineRun {
	x := &pipelineRun{}
	x.values.Read(&s.inputs, nil, header)
	return x
}

// ask sends a query and gives its answer to check.
func (s *sharing) ask(ctx context.Context, mutations uint64, header http.Header, check func(*server.Response)) {
	s.ended.Go(func() {
		resp := &server.Response{}
		s.shares.do(ctx, s.made, upstream.Epoch{Mutations: mutations}, s.request(header), resp, s.run)
		check(resp)
	})
}

func (s *sharing) want(body string) func(*server.Response) {
	return func(resp *server.Response) {
		if string(resp.Bytes()) != body {
			s.t.Errorf("answer %q, want %q", resp.Bytes(), body)
		}
	}
}

// joined counts the requests that have joined others.
func (s *sharing) joined() (n int) {
	for i := range s.shares.shards {
		shard := &s.shares.shards[i]
		shard.mu.Lock()
		for _, f := range shard.flights {
			n += f.joined
		}
		shard.mu.Unlock()
	}
	return n
}

// awaitJoined waits until n requests have joined others.
func (s *sharing) awaitJoined(n int) {
	for s.joined() < n {
		runtime.Gosched()
	}
}

func TestIdenticalQueriesShareAnExecution(t *testing.T) {
	s := newSharing(t)
	for range 10 {
		s.ask(t.Context(), 1, nil, func(resp *server.Response) {
			s.want("answer")(resp)
			if resp.CacheControl != "public" {
				t.Errorf("Cache-Control %q was not shared", resp.CacheControl)
			}
		})
	}
	<-s.started
	s.awaitJoined(9)
	close(s.finish)
	s.ended.Wait()
	if s.runs.Load() != 1 {
		t.Errorf("%d executions for identical queries", s.runs.Load())
	}
	// Nothing is remembered: the next one executes.
	s.ask(t.Context(), 1, nil, s.want("answer"))
	<-s.started
	s.ended.Wait()
}

func TestQueriesThatDifferDoNotShare(t *testing.T) {
	s := newSharing(t)
	different := []struct {
		epoch  uint64
		header http.Header
	}{
		{1, nil},
		{2, nil},
		{1, http.Header{"Authorization": {"a"}}},
		{1, http.Header{"Authorization": {"b"}}},
		{1, http.Header{"Authorization": {"a", "b"}}},
		{1, http.Header{"X-Vary": {"a"}}},
	}
	for _, d := range different {
		s.ask(t.Context(), d.epoch, d.header, s.want("answer"))
	}
	for range different {
		<-s.started
	}
	s.ask(t.Context(), 1, http.Header{"X-Other": {"1"}}, s.want("answer"))
	s.awaitJoined(1)
	close(s.finish)
	s.ended.Wait()
}

func TestAClientThatLeavesTakesNobodyAlong(t *testing.T) {
	s := newSharing(t)
	first, leave := context.WithCancel(t.Context())
	s.ask(first, 1, nil, s.want("answer"))
	<-s.started
	second, leaveToo := context.WithCancel(t.Context())
	s.ask(second, 1, nil, func(*server.Response) {})
	s.ask(t.Context(), 1, nil, s.want("answer"))
	s.awaitJoined(2)
	leave()
	leaveToo()
	<-s.started // the second, who left, is told off by its own execution
	close(s.finish)
	s.ended.Wait()
}

func TestTheLastToLeaveEndsTheExecution(t *testing.T) {
	s := newSharing(t)
	ctx, leave := context.WithCancel(t.Context())
	s.ask(ctx, 1, nil, s.want("broken off"))
	<-s.started
	leave()
	s.ended.Wait()
	s.ask(t.Context(), 1, nil, s.want("answer"))
	<-s.started
	close(s.finish)
	s.ended.Wait()
}

// TestTheFirstOnesDeadlineSetsNobodyLoose has many requests wait for one whose time is over before theirs.
func TestTheFirstOnesDeadlineSetsNobodyLoose(t *testing.T) {
	const others = 20
	s := newSharing(t)
	first, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	s.ask(first, 1, nil, s.want("broken off"))
	<-s.started
	for range others {
		s.ask(t.Context(), 1, nil, s.want("answer"))
	}
	<-first.Done()
	<-s.started
	go func() {
		for range s.started {
		}
	}()
	for s.runs.Load() < 1+others && s.joined() < others-1 {
		runtime.Gosched()
	}
	close(s.finish)
	s.ended.Wait()
	close(s.started)
	if n := s.runs.Load(); n != 2 {
		t.Errorf("%d executions for one deadline, want 2", n)
	}
}

func TestAPanicLeavesTheOthersOnTheirOwn(t *testing.T) {
	s := newSharing(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	s.ended.Go(func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		s.shares.do(t.Context(), s.made, upstream.Epoch{Mutations: 1}, s.request(nil), &server.Response{}, func(context.Context, *server.Response) {
			close(entered)
			<-leave
			panic("broken")
		})
	})
	<-entered
	s.ask(t.Context(), 1, nil, s.want("answer"))
	s.awaitJoined(1)
	close(leave)
	<-s.started
	close(s.finish)
	s.ended.Wait()
}

func TestEverybodySendsTheOneCopy(t *testing.T) {
	s := newSharing(t)
	var mu sync.Mutex
	copies := map[*server.Shared]int{}
	for range 10 {
		s.ask(t.Context(), 1, nil, func(resp *server.Response) {
			s.want("answer")(resp)
			mu.Lock()
			defer mu.Unlock()
			copies[resp.Shared]++
			if resp.Body != nil {
				t.Error("a request has a body beside the one copy")
			}
		})
	}
	<-s.started
	s.awaitJoined(9)
	close(s.finish)
	s.ended.Wait()
	if len(copies) != 1 {
		t.Errorf("%d copies of one answer", len(copies))
	}
}

// TestWhoLeavesLateGivesTheAnswerBack lets clients leave while the answer comes, and checks that nobody's copy changes.
func TestWhoLeavesLateGivesTheAnswerBack(t *testing.T) {
	for range 200 {
		s := newSharing(t)
		ctx, leave := context.WithCancel(t.Context())
		for i := range 8 {
			if i%2 == 0 {
				s.ask(t.Context(), 1, nil, func(resp *server.Response) {
					s.want("answer")(resp)
					var other server.Response
					other.Body = append(other.Buffer(), "something else"...)
					s.want("answer")(resp)
					other.Share(1)
					other.Shared.Release()
					resp.Shared.Release()
				})
				if i == 0 {
					<-s.started
				}
				continue
			}
			s.ended.Go(func() {
				resp := &server.Response{}
				s.shares.do(ctx, s.made, upstream.Epoch{Mutations: 1}, s.request(nil), resp, func(context.Context, *server.Response) {})
				if resp.Shared != nil {
					resp.Shared.Release()
				}
			})
		}
		s.awaitJoined(7)
		go leave()
		close(s.finish)
		s.ended.Wait()
	}
}

func TestOnlyAnswersThatNobodyWaitsForAreStreamed(t *testing.T) {
	s := newSharing(t)
	claims := make(chan bool)
	for _, joined := range []int{0, 1} {
		x := s.request(nil)
		lead := func(_ context.Context, resp *server.Response) {
			s.started <- struct{}{}
			s.awaitJoined(joined)
			claims <- x.Claim()
			<-s.finish
			resp.Body = append(resp.Buffer(), "answer"...)
		}
		s.ended.Go(func() {
			s.shares.do(t.Context(), s.made, upstream.Epoch{Mutations: uint64(joined)}, x, &server.Response{}, lead)
		})
		<-s.started
		if joined > 0 {
			s.ask(t.Context(), uint64(joined), nil, s.want("answer"))
		}
		if got := <-claims; got != (joined == 0) {
			t.Errorf("with %d waiting: claimed %v", joined, got)
		}
	}
	// Nobody joins an answer that is being streamed: an equal query executes.
	s.ask(t.Context(), 0, nil, s.want("answer"))
	<-s.started
	close(s.finish)
	s.ended.Wait()
	if s.runs.Load() != 1 {
		t.Errorf("%d queries executed beside the two that led", s.runs.Load())
	}
}
