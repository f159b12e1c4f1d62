package websocket

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"testing"
)

// writes are what was written, call by call.
type writes struct{ pieces [][]byte }

func (w *writes) Write(p []byte) (int, error) {
	w.pieces = append(w.pieces, bytes.Clone(p))
	return len(p), nil
}

// TestFramesLeaveInOnePiece writes frames as the library does: each leaves at once, and nothing is kept of it.
func TestFramesLeaveInOnePiece(t *testing.T) {
	for _, size := range []int{0, 1, 13, 14, 15, 125, 126, 127, 4000, 65535, 65536, 100_000} {
		payload := bytes.Repeat([]byte("x"), size)
		head := []byte{0x81, byte(min(size, 126))}
		switch {
		case size > 65535:
			head[1] = 127
			head = binary.BigEndian.AppendUint64(head, uint64(size))
		case size > 125:
			head = binary.BigEndian.AppendUint16(head, uint16(size))
		}
		var to writes
		frames := &whole{to: &to}
		out := bufio.NewWriterSize(frames, outputSize)
		for range 3 {
			for _, b := range head {
				_ = out.WriteByte(b)
			}
			_, _ = out.Write(payload)
			if err := out.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		most := 3
		if size > keepFrame-outputSize {
			most = 6 // it is not copied behind its head
		}
		want := bytes.Repeat(append(head, payload...), 3)
		if !bytes.Equal(bytes.Join(to.pieces, nil), want) || len(to.pieces) > most || frames.frame != nil {
			t.Errorf("%d bytes: %d pieces, as written: %t, kept: %t",
				size, len(to.pieces), bytes.Equal(bytes.Join(to.pieces, nil), want), frames.frame != nil)
		}
	}
}
