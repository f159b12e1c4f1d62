package server

import "sync"

// Buffers larger than these are left to the garbage collector instead of going back to the pool.
const (
	keepInput  = 256 << 10
	keepOutput = 1 << 20
)

// buffer is memory for an answer, from a pool. It is taken when there is something to write, not when a request comes:
// most of the requests in progress wait for subgraphs and need none.
type buffer struct{ bytes []byte }

var buffers = sync.Pool{New: func() any { return &buffer{bytes: make([]byte, 0, 16<<10)} }}

func takeBuffer() *buffer { return buffers.Get().(*buffer) }

// giveBack takes the buffer's memory as it is now, which must not be used any more.
func (b *buffer) giveBack(bytes []byte) {
	if cap(bytes) <= keepOutput {
		b.bytes = bytes[:0]
		buffers.Put(b)
	}
}

// TakeBuffer makes Body an empty buffer that is large enough for most answers.
func (r *Response) TakeBuffer() {
	if r.buffer == nil {
		r.buffer = takeBuffer()
		r.Body = r.buffer.bytes
	}
}
