package prepared

import (
	"errors"
	"testing"
)

func TestTheDefaultFitsTheProcess(t *testing.T) {
	for _, c := range []struct {
		second, first string
		want          int64
	}{
		{"", "", 32 << 20},
		{"max\n", "", 32 << 20},
		{"268435456\n", "", 16 << 20},
		{"", "268435456\n", 16 << 20},
		{"16777216", "", 4 << 20},
		{"", "9223372036854771712", 32 << 20},
		{"nonsense", "", 32 << 20},
	} {
		read := func(name string) ([]byte, error) {
			text := c.second
			if name == limitFiles[1] {
				text = c.first
			}
			if text == "" {
				return nil, errors.New("no such file")
			}
			return []byte(text), nil
		}
		if got := fitting(memoryLimit(read)); got != c.want {
			t.Errorf("%q, %q: %d, want %d", c.second, c.first, got, c.want)
		}
	}
	if d := DefaultBytes(); d < 4<<20 || d > 32<<20 {
		t.Errorf("%d bytes", d)
	}
}
