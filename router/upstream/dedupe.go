package upstream

import (
	"bytes"
	"context"
	"errors"
	"hash/maphash"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// dedupe lets equal queries that are under way at the same time share one call. They are equal if body, what they
// vary by and epoch are; a keyed hash only finds the candidates.
type dedupe struct {
	next   Subgraph
	seed   maphash.Seed
	shards [16]shard
	// shared counts the requests that were answered by another's call.
	shared atomic.Uint64
}

type shard struct {
	mu      sync.Mutex
	flights map[uint64][]*flight
}

// flight is a call under way.
type flight struct {
	shard  *shard
	key    uint64
	body   []byte
	varies []byte
	epoch  Epoch
	// leader is the context of the request that makes the call.
	leader context.Context
	// done is closed when the call is over; made by the first request that joins.
	done chan struct{}

	// waiting counts those that wait, the leader not included; abandoned tells that nobody wants the answer any more,
	// and gone is closed then, if somebody asked for it. All three are guarded by the shard's lock.
	waiting   int
	abandoned bool
	gone      chan struct{}
	// settle ends the watch over the leader's context that gone needs.
	settle func() bool

	// err, givenUp and answer are written before done is closed. givenUp tells that the call failed because the leader
	// had no more time, or nobody wanted the answer.
	err     error
	givenUp bool
	answer  Response
	common  Shared
	holders atomic.Int32
}

func newDedupe(next Subgraph) *dedupe {
	d := &dedupe{next: next, seed: maphash.MakeSeed()}
	for i := range d.shards {
		d.shards[i].flights = map[uint64][]*flight{}
	}
	return d
}

func (d *dedupe) key(req *Request) uint64 {
	key := maphash.Bytes(d.seed, req.Body) + req.Epoch.Mutations + bits.RotateLeft64(req.Epoch.Clock+req.Epoch.Told, 32)
	if len(req.VariesBy) > 0 {
		key = bits.RotateLeft64(key, 7) ^ maphash.Bytes(d.seed, req.VariesBy)
	}
	return key
}

func (d *dedupe) Do(ctx context.Context, req *Request, resp *Response) error {
	if !req.Query {
		return d.next.Do(ctx, req, resp)
	}
	key := d.key(req)
	s := &d.shards[key%uint64(len(d.shards))]
	for {
		s.mu.Lock()
		f := s.find(key, req)
		if f == nil {
			f = flights.Get().(*flight)
			f.shard, f.key, f.body, f.varies, f.epoch, f.leader = s, key, req.Body, req.VariesBy, req.Epoch, ctx
			s.flights[key] = append(s.flights[key], f)
			s.mu.Unlock()
			return d.lead(f, req, resp)
		}
		f.waiting++
		if f.done == nil {
			f.done = make(chan struct{})
		}
		done := f.done
		s.mu.Unlock()
		select {
		case <-done:
		case <-ctx.Done():
			f.leave()
			return ctx.Err()
		}
		if f.givenUp && ctx.Err() == nil {
			// The leader's time was over: that is not this request's affair.
			continue
		}
		if f.err != nil {
			return f.err
		}
		d.shared.Add(1)
		*resp = f.answer
		resp.Source, resp.Shared, resp.Attempts = f, &f.common, 0
		return nil
	}
}

// lead makes the call for all.
func (d *dedupe) lead(f *flight, req *Request, resp *Response) error {
	wanted := (*flightContext)(f)
	err := d.next.Do(wanted, req, resp)
	givenUp := err != nil && wanted.Err() != nil
	f.shard.mu.Lock()
	f.forget()
	waiting, settle, joined := f.waiting, f.settle, f.done != nil
	if waiting > 0 {
		f.err, f.givenUp, f.answer = err, givenUp, *resp
		f.holders.Store(int32(waiting) + 1)
	}
	f.shard.mu.Unlock()
	if settle != nil {
		settle()
	}
	if waiting > 0 {
		if err == nil {
			resp.Source, resp.Shared = f, &f.common
		}
		close(f.done)
	}
	if !joined && settle == nil {
		// Nobody else has ever seen it.
		*f = flight{}
		flights.Put(f)
	}
	return err
}

// flights are calls that no other request has joined, ready for the next ones.
var flights = sync.Pool{New: func() any { return new(flight) }}

// find returns a call under way for an equal request.
func (s *shard) find(key uint64, req *Request) *flight {
	for _, f := range s.flights[key] {
		if f.epoch == req.Epoch && bytes.Equal(f.body, req.Body) && bytes.Equal(f.varies, req.VariesBy) {
			return f
		}
	}
	return nil
}

// forget makes sure that nobody joins any more. The shard's lock is held.
func (f *flight) forget() {
	flights := slices.DeleteFunc(f.shard.flights[f.key], func(other *flight) bool { return other == f })
	if len(flights) == 0 {
		delete(f.shard.flights, f.key)
	} else {
		f.shard.flights[f.key] = flights
	}
}

// leave gives up waiting for a call.
func (f *flight) leave() {
	f.shard.mu.Lock()
	if f.holders.Load() > 0 {
		// The leader has counted this one already.
		f.shard.mu.Unlock()
		f.Release()
		return
	}
	f.waiting--
	watched := f.gone != nil
	f.shard.mu.Unlock()
	if watched {
		f.look()
	}
}

// Header implements Source for those that share the answer.
func (f *flight) Header(name string) []byte { return f.answer.Header(name) }

// Lines are the lines of a header.
func (f *flight) Lines(name string) []string { return f.answer.Lines(name) }

// Release implements Source: the last one gives the answer back.
func (f *flight) Release() {
	if f.holders.Add(-1) == 0 {
		f.answer.Release()
	}
}

// flightContext is the context of a call that is made for several requests: it ends at the leader's deadline, or when
// the last one that wants the answer has left. What it needs for that is only made for those who ask.
type flightContext flight

// Deadline implements context.Context.
func (c *flightContext) Deadline() (time.Time, bool) { return c.leader.Deadline() }

// Value implements context.Context.
func (c *flightContext) Value(key any) any { return c.leader.Value(key) }

// Err implements context.Context.
func (c *flightContext) Err() error {
	err := c.leader.Err()
	if !errors.Is(err, context.Canceled) {
		return err
	}
	c.shard.mu.Lock()
	defer c.shard.mu.Unlock()
	if c.waiting > 0 && !c.abandoned {
		return nil
	}
	c.abandoned = true
	(*flight)(c).forget()
	return err
}

// Done implements context.Context.
func (c *flightContext) Done() <-chan struct{} {
	c.shard.mu.Lock()
	defer c.shard.mu.Unlock()
	if c.gone == nil {
		c.gone = make(chan struct{})
		c.settle = context.AfterFunc(c.leader, (*flight)(c).look)
	}
	return c.gone
}

// look closes gone if nobody wants the answer any more.
func (f *flight) look() {
	if (*flightContext)(f).Err() == nil {
		return
	}
	f.shard.mu.Lock()
	defer f.shard.mu.Unlock()
	select {
	case <-f.gone:
	default:
		close(f.gone)
	}
}
