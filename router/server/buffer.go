package server

import "sync"

// buffer is a reusable one for an answer. It is taken when the answer is about to be printed, not before: so many are
// in use as answers are written at a time, not as requests wait for their subgraphs, and the one that is taken is the
// one that was used last, which the processor has not forgotten yet.
type buffer struct{ bytes []byte }

// Large buffers are kept apart from small ones: an answer that needs little must not hold much while it is sent.
var (
	buffers = sync.Pool{New: func() any { return &buffer{bytes: make([]byte, 0, 16<<10)} }}
	large   = [...]struct {
		size int
		pool sync.Pool
	}{{size: 256 << 10}, {size: keepOutput}}
)

func takeBuffer() *buffer { return buffers.Get().(*buffer) }

// bufferSize returns the size of the buffers that have room for so many bytes.
func bufferSize(size int) int {
	if size <= freeAnswer {
		return freeAnswer
	}
	for i := range large {
		if size <= large[i].size {
			return large[i].size
		}
	}
	return size
}

// takeLarge takes a buffer of a size that bufferSize has returned.
func takeLarge(size int) *buffer {
	for i := range large {
		if size != large[i].size {
			continue
		}
		if b, ok := large[i].pool.Get().(*buffer); ok {
			return b
		}
	}
	return &buffer{bytes: make([]byte, 0, size)}
}

// giveBack returns a buffer that has become bytes, or none if it is of no use any more. Very large ones are left to the
// garbage collector.
func (b *buffer) giveBack(bytes []byte) {
	if b == nil {
		return
	}
	if cap(bytes) > 0 {
		b.bytes = bytes[:0]
	}
	switch size := cap(b.bytes); {
	case size <= freeAnswer:
		buffers.Put(b)
	case size > keepOutput:
	default:
		for i := len(large) - 1; i >= 0; i-- {
			if size >= large[i].size {
				large[i].pool.Put(b)
				break
			}
		}
	}
}
