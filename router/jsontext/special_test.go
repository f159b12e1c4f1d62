package jsontext

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// plainly is Special one byte at a time.
func plainly(b []byte, i int) int {
	for ; i < len(b); i++ {
		if b[i] < ' ' || b[i] == '"' || b[i] == '\\' {
			return i
		}
	}
	return i
}

// check compares the ways with each other.
func check(t *testing.T, b []byte, i int) {
	t.Helper()
	want := plainly(b, i)
	if got := Special(b, i); got != want {
		t.Errorf("Special(%q, %d) = %d, want %d", b, i, got, want)
	}
	if got := words(b, i); got != want {
		t.Errorf("words(%q, %d) = %d, want %d", b, i, got, want)
	}
	if blocks := (len(b) - i) / blockSize; wide && blocks > 0 {
		n := blocks * blockSize
		if got, want := wideSpecial(&b[i], n), min(want-i, n); got != want {
			t.Errorf("wideSpecial(%q, %d) = %d, want %d", b[i:], n, got, want)
		}
	}
}

func TestEveryByteInEveryPosition(t *testing.T) {
	for size := range 100 {
		for at := range size {
			b := bytes.Repeat([]byte{'x'}, size)
			for c := range 256 {
				b[at] = byte(c)
				for _, i := range []int{0, 1, at, min(at+1, size), size} {
					check(t, b, i)
				}
			}
		}
	}
}

func FuzzSpecial(f *testing.F) {
	f.Add([]byte(strings.Repeat("ä\x7f\x80\xa2\xdc ", 20)+`"`), 3)
	f.Fuzz(func(t *testing.T, b []byte, i int) {
		if i >= 0 && i <= len(b) {
			check(t, b, i)
		}
	})
}

func BenchmarkSpecial(b *testing.B) {
	for _, size := range []int{4, 12, 24, 64, 445} {
		text := []byte(strings.Repeat("x", size) + `"` + strings.Repeat("y", 1000))
		b.Run(fmt.Sprintf("special-%d", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				Special(text, 0)
			}
		})
		b.Run(fmt.Sprintf("words-%d", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				words(text, 0)
			}
		})
	}
}
