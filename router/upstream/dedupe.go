package upstream

import (
	"bytes"
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
)

// dedupe lets equal queries that are under way at the same time share one call. They are equal if body, headers and
// epoch are; a keyed hash only finds the candidates.
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
	body   []byte
	header []Header
	epoch  uint64
	done   chan struct{}
	// waiting counts those that wait, the leader not included; guarded by the shard's lock.
	waiting int
	err     error
	answer  Response
	holders atomic.Int32
}

func newDedupe(next Subgraph) *dedupe {
	d := &dedupe{next: next, seed: maphash.MakeSeed()}
	for i := range d.shards {
		d.shards[i].flights = map[uint64][]*flight{}
	}
	return d
}

// Shared returns the number of requests that another request's call answered.
func (d *dedupe) Shared() uint64 { return d.shared.Load() }

func (d *dedupe) Do(ctx context.Context, req *Request, resp *Response) error {
	if !req.Query {
		return d.next.Do(ctx, req, resp)
	}
	key := maphash.Bytes(d.seed, req.Body) + req.Epoch
	s := &d.shards[key%uint64(len(d.shards))]
	for {
		s.mu.Lock()
		f := s.find(key, req)
		if f == nil {
			f = &flight{body: req.Body, header: req.Header, epoch: req.Epoch, done: make(chan struct{})}
			s.flights[key] = append(s.flights[key], f)
			s.mu.Unlock()
			return d.lead(ctx, s, key, f, req, resp)
		}
		f.waiting++
		s.mu.Unlock()
		select {
		case <-f.done:
		case <-ctx.Done():
			s.leave(f)
			return context.Cause(ctx)
		}
		if f.err != nil && f.leaderLeft() && ctx.Err() == nil {
			// The leader's time was over, or its client has gone: that is not this request's affair.
			continue
		}
		if f.err != nil {
			return f.err
		}
		d.shared.Add(1)
		*resp = f.answer
		resp.Source, resp.Attempts = f, 0
		return nil
	}
}

// lead makes the call for all.
func (d *dedupe) lead(ctx context.Context, s *shard, key uint64, f *flight, req *Request, resp *Response) error {
	err := d.next.Do(ctx, req, resp)
	s.mu.Lock()
	flights := slices.DeleteFunc(s.flights[key], func(other *flight) bool { return other == f })
	if len(flights) == 0 {
		delete(s.flights, key)
	} else {
		s.flights[key] = flights
	}
	waiting := f.waiting
	if waiting > 0 {
		f.err = err
		if err != nil && ctx.Err() != nil {
			f.err = errors.Join(errLeaderLeft, err)
		}
		f.answer = *resp
		f.holders.Store(int32(waiting) + 1)
	}
	s.mu.Unlock()
	if waiting > 0 {
		if err == nil {
			resp.Source = f
		}
		close(f.done)
	}
	return err
}

var errLeaderLeft = errors.New("the request was given up")

func (f *flight) leaderLeft() bool { return errors.Is(f.err, errLeaderLeft) }

// find returns a call under way for an equal request.
func (s *shard) find(key uint64, req *Request) *flight {
	for _, f := range s.flights[key] {
		if f.epoch == req.Epoch && bytes.Equal(f.body, req.Body) && slices.Equal(f.header, req.Header) {
			return f
		}
	}
	return nil
}

// leave gives up waiting for a call.
func (s *shard) leave(f *flight) {
	s.mu.Lock()
	select {
	case <-f.done:
		s.mu.Unlock()
		f.Release()
	default:
		if f.holders.Load() > 0 {
			// The leader has counted this one already.
			s.mu.Unlock()
			f.Release()
			return
		}
		f.waiting--
		s.mu.Unlock()
	}
}

// Header implements Source for those that share the answer.
func (f *flight) Header(name string) []byte { return f.answer.Header(name) }

// Release implements Source: the last one gives the answer back.
func (f *flight) Release() {
	if f.holders.Add(-1) == 0 {
		f.answer.Release()
	}
}
