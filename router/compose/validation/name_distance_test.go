package validation

import (
	"math/rand/v2"
	"testing"
)

// fullDistance is nameDistance without shortcuts.
func fullDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		previous := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			previous, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, previous+cost)
		}
	}
	return row[len(b)]
}

func TestNameDistance(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	name := func() string {
		b := make([]byte, random.IntN(9))
		for i := range b {
			b[i] = "abc"[random.IntN(3)]
		}
		return string(b)
	}
	near := 0
	for range 20_000 {
		a, b := name(), name()
		want := min(fullDistance(a, b), tooFar)
		if got := nameDistance(a, b); got != want {
			t.Fatalf("%q and %q: %d, want %d", a, b, got, want)
		}
		if want < tooFar {
			near++
		}
	}
	if near < 1000 {
		t.Errorf("only %d names are near each other", near)
	}
}
