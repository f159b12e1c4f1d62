package anomaly

import "math"

// leastMean is the smallest mean of a Count: what never happened may happen once.
const leastMean = 1e-3

// wildCount is the part of a distribution beyond which a count is taken for that bound when it is learned from.
const wildCount = 1e-4

// negativeBinomial is the distribution of counts with a mean and a variance of mean + over*mean*mean.
type negativeBinomial struct{ mean, over float64 }

func (d negativeBinomial) deviation() float64 { return math.Sqrt(d.mean + d.over*d.mean*d.mean) }

// tails are the probabilities of less and of more than the count, with half of the count's own in both. Beyond what
// is worth adding up, a normal distribution with the same variance stands in.
func (d negativeBinomial) tails(count float64) (below, above float64) {
	if d.mean > 200 || count > 2000 {
		z := (count - d.mean) / d.deviation()
		return 0.5 * math.Erfc(-z/math.Sqrt2), 0.5 * math.Erfc(z/math.Sqrt2)
	}
	n := math.Max(math.Round(count), 0)
	p := d.none()
	for i := 0.0; i < n; i++ {
		below += p
		p *= d.ratio(i)
	}
	above = 0
	for i, q := n, p*d.ratio(n); q > 1e-18 || i < d.mean; i, q = i+1, q*d.ratio(i+1) {
		above += q
	}
	return math.Min(below+p/2, 1), math.Min(above+p/2, 1)
}

// none is the probability of no event.
func (d negativeBinomial) none() float64 {
	if d.over < 1e-6 {
		return math.Exp(-d.mean)
	}
	return math.Exp(-math.Log1p(d.over*d.mean) / d.over)
}

// ratio is the probability of one more than i, divided by that of i.
func (d negativeBinomial) ratio(i float64) float64 {
	return d.mean / (i + 1) * (1 + d.over*i) / (1 + d.over*d.mean)
}

// quantile is the least count that no more than the part tail is above.
func (d negativeBinomial) quantile(tail float64) float64 {
	if d.mean > 200 {
		return d.mean + 3.8*d.deviation()
	}
	p, below := d.none(), 0.0
	for i := 0.0; ; i++ {
		below += p
		if 1-below <= tail || i > 4000 {
			return i
		}
		p *= d.ratio(i)
	}
}

// evidence is by how much the count is more likely with another mean, as the logarithm of the ratio.
func (d negativeBinomial) evidence(count, mean float64) float64 {
	if d.over < 1e-6 {
		return count*math.Log(mean/d.mean) - (mean - d.mean)
	}
	return count*math.Log(mean/d.mean) - (count+1/d.over)*math.Log((1+d.over*mean)/(1+d.over*d.mean))
}

// score is how many standard deviations of a normal distribution are as improbable as the count.
func (d negativeBinomial) score(count float64) float64 {
	below, above := d.tails(count)
	if above < below {
		return math.Min(math.Sqrt2*math.Erfinv(math.Max(1-2*above, 0)), farthest)
	}
	return -math.Min(math.Sqrt2*math.Erfinv(math.Max(1-2*below, 0)), farthest)
}

// farthest bounds scores of counts.
const farthest = 8
