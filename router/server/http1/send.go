package http1

import (
	"errors"
	"net"
	"strconv"
	"sync"
)

// An answer's pieces are gathered and leave in one system call: for a small request each costs as much as all else.

const (
	// holdBack is how much of a body is kept back before the head is sent, in the hope that it is all, so that its length
	// can be announced.
	holdBack = 2 << 10
	// gatherBelow is how much is kept back afterwards, for small pieces to leave together.
	gatherBelow = 4 << 10
	// copyBelow is the length of pieces that are copied behind what is sent with them.
	copyBelow = 2 << 10
	// keepHead bounds the heads whose buffers are used again.
	keepHead = 16 << 10
)

// buffers are what an answer is gathered in.
type buffers struct {
	// head is the head of the answer, or of a chunk.
	head []byte
	// body is what is kept back.
	body   []byte
	pieces [4][]byte
	vector net.Buffers
}

var bufferPool = sync.Pool{New: func() any {
	return &buffers{head: make([]byte, 0, 4<<10), body: make([]byte, 0, gatherBelow)}
}}

func takeBuffers() *buffers { return bufferPool.Get().(*buffers) }

func (b *buffers) giveBack() {
	if cap(b.head) <= keepHead {
		b.head, b.body = b.head[:0], b.body[:0]
		bufferPool.Put(b)
	}
}

var (
	errEnded = errors.New("the handler has returned already")

	lineEnd       = []byte("\r\n")
	lastChunk     = []byte("0\r\n\r\n")
	lineEndAndEnd = []byte("\r\n0\r\n\r\n")
)

// keep takes a piece of the body and sends it unless it is small.
func (w *response) keep(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	b, n := w.buffers, len(p)
	limit := gatherBelow
	if !w.sent {
		limit = holdBack
	}
	if len(b.body)+n <= limit {
		b.body = append(b.body, p...)
		return n, nil
	}
	if !w.sent && len(b.body) > 0 {
		// The Content-Type is guessed from the beginning of the body, which must be long enough for that.
		more := min(n, holdBack-len(b.body))
		b.body = append(b.body, p[:more]...)
		p = p[more:]
	}
	if err := w.send(p); err != nil {
		return 0, err
	}
	return n, nil
}

// send sends what is kept back, p behind it, and the end of a body if the handler has returned.
func (w *response) send(p []byte) error {
	if w.err != nil {
		return w.err
	}
	b := w.buffers
	if !w.sent {
		beginning := b.body
		if len(beginning) == 0 {
			beginning = p
		}
		w.completeHead(beginning)
	}
	if w.framing == bodiless {
		b.body, p = b.body[:0], nil
	}
	var tail []byte
	if w.framing == chunked {
		if size := len(b.body) + len(p); size > 0 {
			b.head = strconv.AppendInt(b.head, int64(size), 16)
			b.head = append(b.head, lineEnd...)
			tail = lineEnd
		}
		if w.done && tail == nil {
			tail = lastChunk
		} else if w.done {
			tail = lineEndAndEnd
		}
	}
	if len(p) < copyBelow {
		b.head = append(append(append(b.head, b.body...), p...), tail...)
		if len(b.head) > 0 {
			_, w.err = w.conn.net.Write(b.head)
		}
	} else {
		b.pieces = [4][]byte{b.head, b.body, p, tail}
		b.vector = b.pieces[:]
		_, w.err = b.vector.WriteTo(w.conn.net)
		b.pieces[2] = nil
	}
	b.head, b.body = b.head[:0], b.body[:0]
	return w.err
}
