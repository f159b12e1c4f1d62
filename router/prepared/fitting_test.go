package prepared

import (
	"math"
	"testing"
)

func TestTheDefaultFitsTheProcess(t *testing.T) {
	for limit, want := range map[int64]int64{math.MaxInt64: 32 << 20, 256 << 20: 16 << 20, 16 << 20: 4 << 20} {
		if got := fitting(limit); got != want {
			t.Errorf("%d: %d, want %d", limit, got, want)
		}
	}
	if d := DefaultBytes(); d < 4<<20 || d > 32<<20 {
		t.Errorf("%d bytes", d)
	}
}
