package main

import (
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
)

func within(got, want, share float64) bool { return math.Abs(got-want) <= share*want }

// TestTheModelIsWhatTheSimulationSees compares Erlang's formula with requests that queue, for small and large routers.
func TestTheModelIsWhatTheSimulationSees(t *testing.T) {
	const cpu = 100 * time.Microsecond
	for _, cores := range []int{1, 2, 8, 32} {
		for _, utilisation := range []float64{0.5, 0.6, 0.8, 0.9} {
			rate := utilisation * float64(cores) / cpu.Seconds()
			got := open(rand.New(rand.NewPCG(1, 2)), rate, cpu, cores, 2_000_000)
			// What hardly ever happens is seen less exactly.
			if want := wait(rate, cpu, cores); !within(got.Seconds(), want.Seconds(), 0.08) && want > cpu/100 {
				t.Errorf("%d cores, %.0f%% busy: simulated requests wait %s, the model says %s", cores, 100*utilisation, got, want)
			}
		}
	}
	if wait(10_001, cpu, 1) != math.MaxInt64 {
		t.Error("a router that has more to do than it can has an end of its queue")
	}
}

// TestTheSmallEndIsWhatWasMeasured simulates the benchmark: 50 clients and one core, with the CPU times of
// docs/performance.md, and compares with the requests a second and the medians that stand there beside them.
func TestTheSmallEndIsWhatWasMeasured(t *testing.T) {
	text, err := os.ReadFile("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []struct {
		row         string
		cpu         time.Duration
		rate        float64
		median      time.Duration
		shareMedian float64
	}{
		{"| `distinct` | Weft | 0.120 ms | 1.39 | 1.6, aim 1.4 | 8,505 | 6.1 ms |", 120 * time.Microsecond, 8505, 6100 * time.Microsecond, 0.1},
		{"| `same` | Weft | 0.058 ms | 0.62 | | 17,315 | 2.9 ms |", 58 * time.Microsecond, 17315, 2900 * time.Microsecond, 0.1},
		{"Weft | 0.038 ms | 1.10 | 1.3 | 26,172 | 1.8 ms |", 38 * time.Microsecond, 26172, 1800 * time.Microsecond, 0.1},
	} {
		if !strings.Contains(string(text), m.row) {
			t.Errorf("docs/performance.md has no %q any more", m.row)
		}
		rate, median := closed(rand.New(rand.NewPCG(1, 2)), 50, m.cpu, 0, 1, 200_000)
		if !within(rate, m.rate, 0.1) || !within(median.Seconds(), m.median.Seconds(), m.shareMedian) {
			t.Errorf("%s: simulated are %.0f requests a second with a median of %s", m.row, rate, median)
		}
	}
}

// TestTheTableIsTheModels holds docs/scaling.md against what the program prints.
func TestTheTableIsTheModels(t *testing.T) {
	text, err := os.ReadFile("../../docs/scaling.md")
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	command{CoresPerRouter: 8, Utilisation: 0.6, Writes: 0.01}.print(&table)
	if !strings.Contains(string(text), table.String()) {
		t.Errorf("docs/scaling.md has another table than\n%s", &table)
	}
}
