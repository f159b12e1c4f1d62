package load

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestBucketsKeepOnePercent(t *testing.T) {
	for d := time.Duration(1); d < time.Hour; d += d/9 + 1 {
		got := middleOf(bucketOf(d))
		if off := got - d; off > d/100 || off < -d/100 {
			t.Fatalf("%v is kept as %v", d, got)
		}
	}
	for _, d := range []time.Duration{-5, 0, 127, 128, 255, 256, 1 << 62, 1<<63 - 1} {
		if b := bucketOf(d); b < 0 || b >= len(histogram{}.counts) {
			t.Errorf("%d falls into bucket %d", d, b)
		}
	}
}

func TestQuantilesMatchSortedSamples(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var a, b histogram
	samples := make([]time.Duration, 10_000)
	for i := range samples {
		samples[i] = time.Duration(random.ExpFloat64() * float64(5*time.Millisecond))
		if i%2 == 0 {
			a.add(samples[i])
		} else {
			b.add(samples[i])
		}
	}
	a.merge(&b)
	slices.Sort(samples)
	for _, q := range []float64{0, 0.5, 0.9, 0.99, 0.999} {
		want := samples[int(q*float64(len(samples)))]
		if off := a.quantile(q) - want; off > want/50+1 || off < -want/50-1 {
			t.Errorf("quantile %v is %v, want %v", q, a.quantile(q), want)
		}
	}
	if last := samples[len(samples)-1]; a.quantile(1) != last || a.max != last {
		t.Errorf("quantile 1 is %v, max %v, want %v", a.quantile(1), a.max, last)
	}
	if empty := new(histogram); empty.quantile(0.5) != 0 {
		t.Error("an empty histogram has a median")
	}
}
