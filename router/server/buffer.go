package server

import "sync"

// buffer is a reusable one for an answer. It is taken when the answer is about to be printed, not before: so many are
// in use as answers are written at a time, not as requests wait for their subgraphs, and the one that is taken is the
// one that was used last, which the processor has not forgotten yet.
type buffer struct{ bytes []byte }

var buffers = sync.Pool{New: func() any { return &buffer{bytes: make([]byte, 0, 16<<10)} }}

func takeBuffer() *buffer { return buffers.Get().(*buffer) }

// giveBack returns a buffer that has become bytes. Large ones are left to the garbage collector.
func (b *buffer) giveBack(bytes []byte) {
	if b == nil || cap(bytes) > keepOutput {
		return
	}
	b.bytes = bytes[:0]
	buffers.Put(b)
}
