package websocket

import (
	"bufio"
	"io"
	"net"
	"sync"
)

// What waits takes little: the buffers of a connection are as large as what clients mostly send, and the head of a
// frame. net/http's have 4 KB each.
const (
	inputSize  = 256
	outputSize = 16
)

// small are the buffers of a connection. The library writes the head of a frame and its payload one after the other:
// whole puts them together again.
func small(conn net.Conn) *bufio.ReadWriter {
	return bufio.NewReadWriter(bufio.NewReaderSize(conn, inputSize), bufio.NewWriterSize(&whole{to: conn}, outputSize))
}

// whole writes frames to a connection, each at once. It has memory for one only while that is not complete.
type whole struct {
	to io.Writer
	// frame is what there is of one, nil when nothing is, and missing how much there is not.
	frame   *[]byte
	missing uint64
}

// keepFrame bounds what is kept for other frames.
const keepFrame = 64 << 10

var framePool = sync.Pool{New: func() any { return new([]byte) }}

// Write implements io.Writer. A frame's head is within the first piece of it, and no piece goes beyond the frame.
func (w *whole) Write(p []byte) (int, error) {
	if w.frame == nil {
		length, complete := payloadOf(p)
		if size := headOf(p) + length; complete && size > uint64(len(p)) {
			w.frame, w.missing = framePool.Get().(*[]byte), size-uint64(len(p))
			*w.frame = append(*w.frame, p...)
			return len(p), nil
		}
		return w.to.Write(p)
	}
	if w.missing -= min(w.missing, uint64(len(p))); w.missing == 0 && len(p) > keepFrame {
		// It is not copied for the sake of its head.
		buffers := net.Buffers{*w.frame, p}
		_, err := buffers.WriteTo(w.to)
		w.giveBack()
		return len(p), err
	}
	*w.frame = append(*w.frame, p...)
	if w.missing > 0 {
		return len(p), nil
	}
	_, err := w.to.Write(*w.frame)
	w.giveBack()
	return len(p), err
}

func (w *whole) giveBack() {
	if cap(*w.frame) <= keepFrame {
		*w.frame = (*w.frame)[:0]
		framePool.Put(w.frame)
	}
	w.frame = nil
}

// headOf is the length of the head of a server's frame.
func headOf(frame []byte) uint64 {
	if len(frame) < maskAt {
		return 0
	}
	switch frame[1] & lengthBits {
	case 126:
		return maskAt + 2
	case 127:
		return maskAt + 8
	}
	return maskAt
}
