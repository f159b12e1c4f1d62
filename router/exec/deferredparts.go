package exec

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// Incremental is the form in which the parts of an answer are delivered one after the other.
type Incremental uint8

const (
	// IncrementalDraft tells what is pending, and names it by an id: `pending`, `incremental` and `completed`. It is what
	// Apollo calls incrementalSpec v0.2, too.
	// Specification: GraphQL incremental delivery, https://github.com/graphql/graphql-spec/pull/1110
	IncrementalDraft Incremental = iota
	// Incremental2022 names parts by path and label. It is what Apollo calls deferSpec=20220824, and incrementalSpec v0.1.
	// Specification: https://github.com/graphql/graphql-spec/tree/48cf7263a71a683fab03d45d309fd42d8d9a6659/spec
	Incremental2022
)

// Later delivers the deferred parts of an answer, each as soon as the requests that it needs are complete and the part
// around it is delivered. It must be closed, which ends the requests that are still under way.
type Later struct {
	cancel context.CancelFunc
	// mu is held while a part is printed, and when the sequence is closed.
	mu sync.Mutex
	x  *execution
	// left counts, for each part, the requests that it waits for.
	left []atomic.Int32
	// first is told that the first part is complete, ready that a further one is.
	first, ready chan struct{}
	// reports are the errors of each request: every part has those of the requests that it needs.
	reports []errorList
	// printed tells which parts have been; bytes counts what was.
	printed []bool
	bytes   int64
	deferrals
	// told tells which errors of the part at hand the client has been told; denied are those that are to be noted.
	told   []bool
	denied []clientError
	// inHand are the deferrals of the present text, and known is how many deferrals the client was told of before.
	inHand []int
	known  int
	// completed is what the draft says of deferrals that are over.
	completed []byte
	// ended is called when nothing of the execution runs any more.
	ended func()
	over  bool
}

// Deferred tells that the answer has parts that may be delivered later.
func (p *Program) Deferred() bool { return len(p.parts) > 0 }

// executeParts is Execute for an answer of several parts. It returns when the first one is printed.
func (p *Program) executeParts(ctx context.Context, req *Request, resp *Response) {
	own, cancel := detached(ctx)
	x := p.acquire(own, req)
	l := newLater(x, cancel)
	x.later = l
	settle := context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.Canceled) {
			cancel()
		}
	})
	x.scheduleParts()
	x.answer(resp)
	settle()
	l.over = l.pending == 0
	resp.Later = l
}

// detached returns a context with the deadline of another one, which does not end with it.
func detached(ctx context.Context) (context.Context, context.CancelFunc) {
	own := context.WithoutCancel(ctx)
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(own, deadline)
	}
	return context.WithCancel(own)
}

func newLater(x *execution, cancel context.CancelFunc) *Later {
	p := x.program
	l := &Later{
		x: x, cancel: cancel, left: make([]atomic.Int32, len(p.parts)), first: make(chan struct{}, 1),
		ready: make(chan struct{}, 1), reports: make([]errorList, len(p.requests)), printed: make([]bool, len(p.parts)),
		ended: func() {},
	}
	l.current = make([]int32, len(p.parts)-1)
	for i := range p.parts {
		l.left[i].Store(int32(p.parts[i].waits))
	}
	for i := range l.reports {
		l.reports[i].max = p.engine.config.Errors.Max
	}
	return l
}

// scheduleParts runs all requests, and returns when those are complete that the first part needs.
func (x *execution) scheduleParts() {
	if len(x.program.requests) == 0 {
		x.done <- struct{}{}
		return
	}
	waits := x.program.parts[0].waits > 0
	for _, r := range x.program.initial {
		x.start(r)
	}
	if waits {
		<-x.later.first
	}
}

// complete is told that a request is complete, and everything linked to what it brought.
func (l *Later) complete(p *Program, request int) {
	for _, part := range p.requests[request].parts {
		switch {
		case l.left[part].Add(-1) != 0:
		case part == 0:
			l.first <- struct{}{}
		default:
			select {
			case l.ready <- struct{}{}:
			default:
			}
		}
	}
}

// Over tells that nothing follows what was delivered.
func (l *Later) Over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.over
}

// Ready yields when it is time to call Next again.
func (l *Later) Ready() <-chan struct{} { return l.ready }

// OnEnd has f called, once, when the sequence is closed and nothing of the execution runs any more.
func (l *Later) OnEnd(f func()) { l.ended = f }

// Close ends the execution. It does not wait for the requests under way, which are cancelled.
func (l *Later) Close() {
	l.cancel()
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.x
	if l.over, l.x = true, nil; x == nil {
		return
	}
	select {
	case <-x.done:
		l.finish(x)
	default:
		go func() {
			<-x.done
			l.finish(x)
		}()
	}
}

// finish ends an execution of which nothing runs any more.
func (l *Later) finish(x *execution) {
	if x.program.engine.config.Cache != nil {
		x.refreshes()
	}
	x.program.release(x)
	l.ended()
}

// reports is where the errors of a request are noted.
func (x *execution) reports(r *request) *errorList {
	if x.later == nil {
		return &x.errors
	}
	return &x.later.reports[r.plan.ID]
}

// gather makes the execution's errors those that concern a part.
func (l *Later) gather(part int) {
	list := &l.x.errors
	list.reset()
	for i := range l.reports {
		if !l.x.program.parts[part].needs[i] {
			continue
		}
		from := &l.reports[i]
		from.mu.Lock()
		list.errors, list.dropped = append(list.errors, from.errors...), list.dropped+from.dropped
		list.placed, list.failed = append(list.placed, from.placed...), append(list.failed, from.failed...)
		from.errors, from.dropped = nil, 0
		from.mu.Unlock()
	}
	clear(l.told)
	l.told = l.told[:0]
}

// isLast tells whether no part will be printed any more, besides the one at hand, that needs a request: errors of it
// that the client has not been told by then belong nowhere else.
func (x *execution) isLast(request int) bool {
	if x.later == nil {
		return true
	}
	for _, part := range x.program.requests[request].parts {
		if !x.later.printed[part] {
			return false
		}
	}
	return true
}
