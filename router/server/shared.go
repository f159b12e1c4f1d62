package server

import (
	"sync"
	"sync/atomic"
)

// Shared is an answer that several requests send at the same time, each from the one copy. It is compressed once,
// however many of them want it so.
type Shared struct {
	body    []byte
	holders atomic.Int32
	packed  [encodings]packed
}

// packed is a compressed form of an answer.
type packed struct {
	once sync.Once
	body []byte
}

var sharedBodies = sync.Pool{New: func() any {
	b := make([]byte, 0, 16<<10)
	return &b
}}

// SharedBody returns an empty buffer for the body of a Shared.
func SharedBody() []byte { return *sharedBodies.Get().(*[]byte) }

// NewShared returns an answer that so many responses are going to hold. From now on nobody may change the body, which
// SharedBody has made.
func NewShared(body []byte, holders int) *Shared {
	s := &Shared{body: body}
	s.holders.Store(int32(holders))
	return s
}

// Release says that one of the holders does not need the answer any more. With the last one its buffers go back.
func (s *Shared) Release() {
	if s.holders.Add(-1) > 0 {
		return
	}
	giveBack(s.body)
	for i := range s.packed {
		giveBack(s.packed[i].body)
	}
}

func giveBack(body []byte) {
	if body == nil || cap(body) > keepOutput {
		return
	}
	body = body[:0]
	sharedBodies.Put(&body)
}

// compressed returns the answer's compressed form.
func (s *Shared) compressed(e encoding) []byte {
	p := &s.packed[e]
	p.once.Do(func() { p.body = e.compress(SharedBody(), s.body) })
	return p.body
}
