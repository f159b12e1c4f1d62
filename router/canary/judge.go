package canary

import (
	"fmt"
	"math"

	"github.com/weft-graphql/weft/router/config"
)

// looks is how often a canary is judged at most: the probability of being wrong is shared among them. It is judged when it
// has had min_requests, twice, four times as many and so on, and at the end of its window.
const looks = 24

// worse tells why the canary is worse than what is in use; empty when it is not, or not significantly.
func worse(c *config.Canary, stable, canary *counts) string {
	significance := c.Significance / looks
	before, now := share(stable.failed, stable.requests), share(canary.failed, canary.requests)
	if now-before > c.MaxErrorIncrease &&
		moreOften(canary.failed, canary.requests, stable.failed, stable.requests) < significance {
		return fmt.Sprintf("%.2f%% of its answers have errors, and %.2f%% of the others", 100*now, 100*before)
	}
	if c.MaxLatencyFactor == 0 {
		return ""
	}
	// The factor is that many buckets further.
	limit := stable.percentile(0.95) + int(math.Ceil(4*math.Log2(c.MaxLatencyFactor)))
	stableAll, stableSlow := stable.timed(limit)
	canaryAll, canarySlow := canary.timed(limit)
	if slow := share(canarySlow, canaryAll); slow > 0.05 &&
		moreOften(canarySlow, canaryAll, stableSlow, stableAll) < significance {
		return fmt.Sprintf("%.2f%% of its answers take more than %v times as long as the 95th percentile of the others",
			100*slow, c.MaxLatencyFactor)
	}
	return ""
}

func share(part, all uint64) float64 {
	if all == 0 {
		return 0
	}
	return float64(part) / float64(all)
}

// moreOften is the probability that a of n, or more, happen by chance where b of m do and both are alike: Fisher's exact
// test, one-sided. There is nothing to assume about how many there are.
func moreOften(a, n, b, m uint64) float64 {
	happened, all := a+b, n+m
	most := min(happened, n)
	if a > most || all == 0 {
		return 1
	}
	// Hypergeometric: k of the n when `happened` of all do.
	term := choose(n, a) + choose(m, b) - choose(all, happened)
	sum, p := 0.0, math.Exp(term)
	for k := a; ; k++ {
		sum += p
		if k == most || p < sum*1e-15 {
			return min(sum, 1)
		}
		// From k to k+1; b of m are one fewer.
		rest := float64(happened - k)
		p *= float64(n-k) / float64(k+1) * rest / (float64(m) - rest + 1)
	}
}

// choose is the logarithm of the binomial coefficient.
func choose(n, k uint64) float64 {
	a, _ := math.Lgamma(float64(n) + 1)
	b, _ := math.Lgamma(float64(k) + 1)
	c, _ := math.Lgamma(float64(n-k) + 1)
	return a - b - c
}
