package canary

import (
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/server"
)

// exactly is moreOften with fractions.
func exactly(a, n, b, m int64) float64 {
	choose := func(n, k int64) *big.Int { return new(big.Int).Binomial(n, k) }
	sum := new(big.Int)
	for k := a; k <= min(a+b, n); k++ {
		sum.Add(sum, new(big.Int).Mul(choose(n, k), choose(m, a+b-k)))
	}
	p, _ := new(big.Rat).SetFrac(sum, choose(n+m, a+b)).Float64()
	return p
}

// TestFishersTest compares with fractions, for all small tables and a few large ones.
func TestFishersTest(t *testing.T) {
	check := func(a, n, b, m int64) {
		t.Helper()
		got, want := moreOften(uint64(a), uint64(n), uint64(b), uint64(m)), exactly(a, n, b, m)
		if math.Abs(got-want) > 1e-9*math.Max(1e-3, want) {
			t.Fatalf("%d of %d against %d of %d: %v, want %v", a, n, b, m, got, want)
		}
	}
	for n := range int64(8) {
		for m := range int64(8) {
			for a := int64(0); a <= n; a++ {
				for b := int64(0); b <= m; b++ {
					if n+m > 0 {
						check(a, n, b, m)
					}
				}
			}
		}
	}
	for _, c := range [][4]int64{{200, 200, 0, 4000}, {10, 300, 20, 9000}, {0, 300, 3, 900}, {90, 1000, 800, 10000}} {
		check(c[0], c[1], c[2], c[3])
	}
	if p := moreOften(500_000, 1_000_000, 5_000_000, 10_000_000); !(p > 0.4 && p < 0.6) {
		t.Errorf("what is alike: %v", p)
	}
}

// tally has so many requests, so many of them failed and so many slow.
func tally(requests, failed, slow int) *Tally {
	t := new(Tally)
	for i := range requests {
		o := &server.Observation{Status: 200, Duration: time.Millisecond}
		if i < failed {
			o.Operation.Errors = 1
		}
		if i < slow {
			o.Duration = 50 * time.Millisecond
		}
		t.Observe(o)
	}
	return t
}

func TestWhatIsWorse(t *testing.T) {
	settings := config.Default().Canary
	settings.MaxLatencyFactor = 2
	for name, c := range map[string]struct {
		stable, canary *Tally
		worse          bool
	}{
		"alike":                          {tally(4000, 40, 0), tally(400, 4, 0), false},
		"all fail":                       {tally(4000, 40, 0), tally(200, 200, 0), true},
		"a tenth fails":                  {tally(4000, 0, 0), tally(400, 40, 0), true},
		"by chance":                      {tally(4000, 40, 0), tally(200, 6, 0), false},
		"more, but not much more":        {tally(400_000, 4000, 0), tally(400_000, 6000, 0), false},
		"as bad as what is in use":       {tally(4000, 2000, 0), tally(400, 200, 0), false},
		"better":                         {tally(4000, 2000, 0), tally(400, 0, 0), false},
		"slow":                           {tally(4000, 0, 40), tally(400, 0, 100), true},
		"as slow":                        {tally(4000, 0, 400), tally(400, 0, 40), false},
		"slow, but seldom":               {tally(40000, 0, 0), tally(4000, 0, 150), false},
		"nothing to compare with at all": {tally(0, 0, 0), tally(400, 0, 0), false},
	} {
		stable, canary := c.stable.read(), c.canary.read()
		if why := worse(&settings, &stable, &canary); (why != "") != c.worse {
			t.Errorf("%s: %q", name, why)
		}
	}
	settings.MaxLatencyFactor = 0
	stable, canary := tally(4000, 0, 40).read(), tally(400, 0, 400).read()
	if why := worse(&settings, &stable, &canary); why != "" {
		t.Errorf("latency is not looked at: %s", why)
	}
}

// TestWhenItIsJudged follows a trial through time.
func TestWhenItIsJudged(t *testing.T) {
	settings := config.Default().Canary
	settings.Percent, settings.MinRequests, settings.Window = 10, 100, time.Minute
	count := func(t *Tally, n int, failed bool) {
		for range n {
			o := &server.Observation{Status: 200}
			if failed {
				o.Status = 500
			}
			t.Observe(o)
		}
	}
	stable, canary := new(Tally), new(Tally)
	count(stable, 1000, true) // before it begins; that does not count
	trial := Begin(struct{}{}, nil, "", settings, "g", stable, canary)
	at := func(d time.Duration) *Verdict { return trial.judge(trial.began.Add(d)) }
	count(canary, 99, true)
	count(stable, 500, false)
	if v := at(time.Second); v != nil {
		t.Errorf("with 99 requests: %+v", v)
	}
	count(canary, 1, true)
	if v := at(time.Second); v == nil || v.Promoted {
		t.Errorf("all fail: %+v", v)
	}
	canary = new(Tally)
	trial = Begin(struct{}{}, nil, "", settings, "g", stable, canary)
	count(canary, 50, false)
	if v := at(2 * time.Minute); v != nil {
		t.Errorf("too few requests when the window is over: %+v", v)
	}
	count(canary, 100, false)
	if v := at(30 * time.Second); v != nil {
		t.Errorf("in its window: %+v", v)
	}
	if v := at(2 * time.Minute); v == nil || !v.Promoted {
		t.Errorf("when the window is over: %+v", v)
	}
}
