package usage_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/usage"
)

// TestPartsAreTheReport takes reports apart and merges them again.
func TestPartsAreTheReport(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 4))
		report := random(r)
		for i := range r.IntN(40) {
			report.Rest[fmt.Sprint("T.g", i)] = usage.Rest{Uses: uint64(i + 1)}
		}
		most := []int{500, 1000, 5000, 1 << 20}[seed%4]
		parts, again := 0, usage.NewReport()
		for part := range report.Parts(most) {
			parts++
			written := text(t, part)
			if lines := strings.Count(written, "\n"); len(written) > most && lines > 3 {
				t.Fatalf("seed %d: a part of at most %d bytes has %d in %d lines", seed, most, len(written), lines)
			}
			// Each can be read alone.
			if err := again.Read(strings.NewReader(written)); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		if report.Empty() {
			if parts > 0 {
				t.Fatalf("seed %d: nothing has %d parts", seed, parts)
			}
			continue
		}
		if want := text(t, report); text(t, again) != want || len(want) > 2*most && parts < 2 {
			t.Fatalf("seed %d: %d parts of %d bytes:\n%s\nnot\n%s", seed, parts, most, text(t, again), want)
		}
	}
}

// TestNoMorePartsThanAreWanted stops after the first.
func TestNoMorePartsThanAreWanted(t *testing.T) {
	report := usage.NewReport()
	for i := range 100 {
		report.Rest[fmt.Sprint("T.f", i)] = usage.Rest{Uses: 1}
	}
	parts := 0
	for range report.Parts(500) {
		parts++
		break
	}
	if parts != 1 {
		t.Errorf("%d parts", parts)
	}
}
