package engine

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/prepared"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/upstream"
)

// shares lets identical queries that are in progress at the same time share one execution. Identical means: the same
// plan, the same variables, the same values of every input that any part of the router declared, and nothing changed
// since the first of them began.
type shares struct {
	seed   maphash.Seed
	shards [16]shareShard
	keys   sync.Pool
	// shared counts the queries that another one's execution answered.
	shared atomic.Uint64
}

type shareShard struct {
	mu      sync.Mutex
	flights map[string]*flight
}

// flight is an execution under way.
type flight struct {
	key   string
	shard *shareShard
	done  chan struct{}
	// ctx is the execution's.
	ctx    context.Context
	cancel context.CancelFunc
	// settle ends the watch over the first request's client.
	settle func() bool
	// interested counts the requests that still want the answer, joined those that came after the first and still wait;
	// guarded by the shard's mutex, like ended, which tells that nothing is counted any more.
	interested, joined int
	ended              bool
	// answered tells that answer is set; otherwise the execution broke off and everybody is on their own. timeOver tells
	// that it broke off because of the first request's deadline. All are written before done is closed.
	answered, timeOver bool
	answer             server.Response
}

func newShares() *shares {
	s := &shares{seed: maphash.MakeSeed()}
	s.keys.New = func() any { b := make([]byte, 0, 256); return &b }
	for i := range s.shards {
		s.shards[i].flights = map[string]*flight{}
	}
	return s
}

// appendKey writes what tells one query from another. Lengths stand before texts, so that no two keys look alike.
func (s *shares) appendKey(key []byte, made *prepared.Planned[*program], epoch upstream.Epoch, x *pipelineRun) []byte {
	key = binary.LittleEndian.AppendUint64(key, uint64(uintptr(unsafe.Pointer(made))))
	key = binary.LittleEndian.AppendUint64(key, epoch.Mutations)
	key = binary.LittleEndian.AppendUint64(key, epoch.Clock)
	key = binary.LittleEndian.AppendUint64(key, epoch.Told)
	key = append(key, byte(x.request.OnError))
	key = appendVariables(key, &x.variables)
	if x.elsewhere() {
		// Errors tell where in the document.
		key = append(binary.AppendUvarint(key, uint64(len(x.op.Request.Query))+1), x.op.Request.Query...)
	} else {
		key = append(key, 0)
	}
	return append(key, x.values.All()...)
}

func appendVariables(key []byte, variables *operation.Variables) []byte {
	for i := range variables.Len() {
		raw := variables.Raw(i)
		// An absent variable is something else than one with a value.
		length := uint64(len(raw)) + 1
		if raw == nil {
			length = 0
		}
		key = append(binary.AppendUvarint(key, length), raw...)
	}
	return key
}

// do answers with run, or with the answer of an identical query under way.
func (s *shares) do(
	ctx context.Context, made *prepared.Planned[*program], epoch upstream.Epoch, x *pipelineRun, resp *server.Response,
	run func(context.Context, *server.Response),
) {
	for {
		f, leads := s.join(ctx, made, epoch, x)
		switch {
		case leads:
			x.shared = f
			f.lead(f.ctx, resp, run)
		case f.await(ctx, resp):
			s.shared.Add(1)
		case ctx.Err() == nil && f.timeOver:
			// The first request's time was over. The others share again: there can be thousands.
			continue
		default:
			run(ctx, resp)
		}
		return
	}
}

// join returns the execution of an identical query under way, or a new one, which the caller leads.
func (s *shares) join(
	ctx context.Context,
	made *prepared.Planned[*program],
	epoch upstream.Epoch,
	x *pipelineRun,
) (f *flight, leads bool) {
	buffer := s.keys.Get().(*[]byte)
	key := s.appendKey((*buffer)[:0], made, epoch, x)
	defer s.giveBack(buffer, key)
	shard := &s.shards[maphash.Bytes(s.seed, key)%uint64(len(s.shards))]
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if f := shard.flights[string(key)]; f != nil {
		f.interested++
		f.joined++
		return f, false
	}
	f = &flight{key: string(key), shard: shard, done: make(chan struct{}), interested: 1}
	f.begin(ctx)
	shard.flights[f.key] = f
	return f, true
}

func (s *shares) giveBack(buffer *[]byte, key []byte) {
	if cap(key) <= 16<<10 {
		*buffer = key
		s.keys.Put(buffer)
	}
}

// begin makes the context of the execution: it ends when nobody wants the answer any more, or the first request's time
// is over; not when the first request's client alone goes away.
func (f *flight) begin(ctx context.Context) {
	detached := context.WithoutCancel(ctx)
	if deadline, ok := ctx.Deadline(); ok {
		f.ctx, f.cancel = context.WithDeadline(detached, deadline)
	} else {
		f.ctx, f.cancel = context.WithCancel(detached)
	}
	f.settle = context.AfterFunc(ctx, f.leave)
}

// leave takes back the interest of the first request. The last to leave ends the execution.
func (f *flight) leave() {
	f.shard.mu.Lock()
	defer f.shard.mu.Unlock()
	f.lose()
}

// lose is a request less. The shard's mutex is held.
func (f *flight) lose() {
	if f.interested--; f.interested == 0 {
		f.cancel()
		f.forget()
	}
}

// quit is leave for a request that joined. An answer that has come after all is given back.
func (f *flight) quit() {
	f.shard.mu.Lock()
	ended := f.ended
	if !ended {
		f.joined--
		f.lose()
	}
	f.shard.mu.Unlock()
	if !ended {
		return
	}
	<-f.done
	if f.answered {
		f.answer.Shared.Release()
	}
}

// claim takes the execution for the first request alone, unless others have joined it.
func (f *flight) claim() bool {
	f.shard.mu.Lock()
	defer f.shard.mu.Unlock()
	if f.joined > 0 {
		return false
	}
	f.forget()
	return true
}

// forget makes sure that nobody joins any more. The shard's mutex is held.
func (f *flight) forget() {
	if f.shard.flights[f.key] == f {
		delete(f.shard.flights, f.key)
	}
}

// lead executes for everybody.
func (f *flight) lead(ctx context.Context, resp *server.Response, run func(context.Context, *server.Response)) {
	complete := false
	defer func() {
		f.shard.mu.Lock()
		f.forget()
		f.ended = true
		waiting := f.joined
		f.shard.mu.Unlock()
		f.answered = complete && waiting > 0
		f.timeOver = errors.Is(ctx.Err(), context.DeadlineExceeded)
		if !f.answered {
			waiting = 0
		}
		// Nobody makes a copy: all of them send the same bytes.
		resp.Share(waiting + 1)
		if f.answered {
			f.answer = *resp
		}
		close(f.done)
		f.settle()
		f.cancel()
	}()
	run(ctx, resp)
	// An execution that was broken off answers for nobody: those who joined it execute for themselves.
	complete = ctx.Err() == nil
}

// await takes over the answer of another request; false when there is none.
func (f *flight) await(ctx context.Context, resp *server.Response) bool {
	select {
	case <-f.done:
	case <-ctx.Done():
		f.quit()
		return false
	}
	if !f.answered {
		return false
	}
	own := resp.OwnHeader
	*resp = f.answer
	resp.OwnHeader = own
	// The fetches were counted for the first request.
	resp.Operation.Fetches = 0
	return true
}
