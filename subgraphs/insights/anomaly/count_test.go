package anomaly

import (
	"math"
	"testing"
	"time"
)

// TestTails compares with sums of exact probabilities, by the gamma function.
func TestTails(t *testing.T) {
	t.Parallel()
	for _, d := range []negativeBinomial{{0.3, 0}, {0.3, 0.5}, {4, 0.1}, {40, 0.02}, {120, 1}} {
		p := func(k float64) float64 {
			if d.over == 0 {
				lg, _ := math.Lgamma(k + 1)
				return math.Exp(k*math.Log(d.mean) - d.mean - lg)
			}
			r := 1 / d.over
			a, _ := math.Lgamma(k + r)
			b, _ := math.Lgamma(r)
			c, _ := math.Lgamma(k + 1)
			return math.Exp(a - b - c + r*math.Log(r/(r+d.mean)) + k*math.Log(d.mean/(r+d.mean)))
		}
		for _, count := range []float64{0, 1, 5, 30, 200} {
			under := 0.0
			for k := 0.0; k < count; k++ {
				under += p(k)
			}
			over := 0.0
			for k := count + 1; k < 6000; k++ {
				over += p(k)
			}
			below, above := d.tails(count)
			for name, pair := range map[string][2]float64{
				"below": {below, under + p(count)/2}, "above": {above, over + p(count)/2},
			} {
				if diff := math.Abs(pair[0] - pair[1]); diff > 1e-9 && diff > 1e-5*pair[1] {
					t.Errorf("%+v, %v and %s: %v; want %v", d, count, name, pair[0], pair[1])
				}
			}
		}
	}
}

// TestScoresOfCounts: improbable counts have the scores of equally improbable normal deviations.
func TestScoresOfCounts(t *testing.T) {
	t.Parallel()
	d := negativeBinomial{mean: 2, over: 0}
	if score := d.score(9); score < 3.3 || score > 3.9 { // P(Y > 9) + P(Y = 9)/2 is 0.00014
		t.Errorf("9 where 2 is usual has the score %.2f; want 3.6", score)
	}
	if score := d.score(2); math.Abs(score) > 0.3 {
		t.Errorf("the mean has the score %.2f", score)
	}
	if n := d.quantile(1e-4); n != 9 { // P(Y > 9) is 0.00005, P(Y > 8) 0.0002
		t.Errorf("the quantile is %v; want 9", n)
	}
}

// TestMemoryIsBounded: what is remembered does not grow with time.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	s := New(Settings{Early: 10})
	first := 0
	for week := range 40 {
		for i := range 7 * 288 {
			at := time.Date(2026, 1, 5+7*week, 0, 5*i, 0, 0, time.UTC)
			s.Observe(at, float64(i%50))
		}
		text, err := s.Save()
		if err != nil {
			t.Fatal(err)
		}
		if week == 12 {
			first = len(text)
		}
		if week > 12 && len(text) > first+512 {
			t.Fatalf("after week %d the state has %d bytes, after 12 weeks it had %d", week, len(text), first)
		}
	}
}
