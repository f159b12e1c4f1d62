package server

import (
	"sync"
	"sync/atomic"

	"github.com/weft-graphql/weft/router/memory"
)

// Shared is an answer that several requests send at the same time, each from the one copy. It is compressed once,
// however many of them want it so.
type Shared struct {
	body    []byte
	buffer  *buffer
	budget  *memory.Budget
	paid    int64
	holders atomic.Int32
	packed  [encodings]packed
}

// packed is a compressed form of an answer.
type packed struct {
	once   sync.Once
	body   []byte
	buffer *buffer
	paid   int64
}

// Release says that one of the holders does not need the answer any more. With the last one its buffers go back.
func (s *Shared) Release() {
	if s.holders.Add(-1) > 0 {
		return
	}
	s.buffer.giveBack(s.body)
	paid := s.paid
	for i := range s.packed {
		p := &s.packed[i]
		p.buffer.giveBack(p.body)
		paid += p.paid
	}
	if s.budget != nil && paid > 0 {
		s.budget.GiveBack(paid)
	}
}

// compressed returns the answer's compressed form.
func (s *Shared) compressed(e encoding) []byte {
	p := &s.packed[e]
	p.once.Do(func() {
		p.buffer = takeBuffer()
		p.body = e.compress(p.buffer.bytes, s.body)
		if p.paid = int64(max(cap(p.body)-freeAnswer, 0)); s.budget != nil {
			s.budget.Overdraw(p.paid)
		}
	})
	return p.body
}
