package server

import (
	"sync"
	"sync/atomic"
)

// Shared is an answer that several requests send at the same time, each from the one copy. It is compressed once,
// however many of them want it so.
type Shared struct {
	body    []byte
	buffer  *buffer
	holders atomic.Int32
	packed  [encodings]packed
}

// packed is a compressed form of an answer.
type packed struct {
	once   sync.Once
	body   []byte
	buffer *buffer
}

// Share makes the response's Body an answer that so many responses are going to hold, this one included. From now on
// nobody may change it.
func (r *Response) Share(holders int) {
	s := &Shared{body: r.Body, buffer: r.buffer}
	s.holders.Store(int32(holders))
	r.Shared, r.Body, r.buffer = s, nil, nil
}

// Release says that one of the holders does not need the answer any more. With the last one its buffers go back.
func (s *Shared) Release() {
	if s.holders.Add(-1) > 0 {
		return
	}
	if s.buffer != nil {
		s.buffer.giveBack(s.body)
	}
	for i := range s.packed {
		if p := &s.packed[i]; p.buffer != nil {
			p.buffer.giveBack(p.body)
		}
	}
}

// compressed returns the answer's compressed form.
func (s *Shared) compressed(e encoding) []byte {
	p := &s.packed[e]
	p.once.Do(func() {
		p.buffer = takeBuffer()
		p.body = e.compress(p.buffer.bytes, s.body)
	})
	return p.body
}
