package body

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
)

// TestBuffersKeepWhatTheyAreGiven writes bodies of all lengths around the bounds, in steps of all sizes, announced or
// not, into one buffer.
func TestBuffersKeepWhatTheyAreGiven(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, 2*piece+7)
	for i := 0; i < len(text); i += 251 {
		text[i] = byte(random.Uint32())
	}
	var b Buffer
	for _, size := range []int{0, 1, least - 1, least, least + 1, 100_000, maxKept, maxKept + 1, piece, piece + 1, len(text)} {
		for _, step := range []int{77_777, len(text)} {
			for _, announced := range []int{0, size + 1, size / 2} {
				b.Reset()
				b.Expect(announced)
				for at := 0; at < size; {
					room := b.Room()
					n := copy(room[:min(step, len(room))], text[at:size])
					b.Took(n)
					at += n
				}
				if got := b.Bytes(); b.Len() != size || !bytes.Equal(got, text[:size]) {
					t.Fatalf("%d bytes in steps of %d, %d announced: %d came out", size, step, announced, len(got))
				}
			}
		}
	}
}

func TestReadAllStopsAtTheLimit(t *testing.T) {
	for _, c := range []struct {
		length, limit int
		tooLarge      bool
	}{{0, 0, false}, {10, 10, false}, {11, 10, true}, {1 << 20, 100, true}} {
		for _, reader := range []func(io.Reader) io.Reader{
			func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader,
		} {
			if c.length > 1000 {
				reader = func(r io.Reader) io.Reader { return r }
			}
			var b Buffer
			tooLarge, err := b.ReadAll(reader(strings.NewReader(strings.Repeat("x", c.length))), c.limit)
			if tooLarge != c.tooLarge || err != nil || !tooLarge && b.Len() != c.length {
				t.Errorf("%+v: %v, %v, %d bytes", c, tooLarge, err, b.Len())
			}
		}
	}
	var b Buffer
	if _, err := b.ReadAll(iotest.ErrReader(io.ErrUnexpectedEOF), 10); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}
