package anomaly

import "math"

// noise is what usual deviations are like: how wide they really are, and how much each resembles the one before. It
// is learned outside of incidents.
type noise struct {
	Samples float64
	// Square and Next are means of the squares of scores, and of their products with the ones before.
	Square, Next, Before float64
	// Excess and Means give the overdispersion of counts.
	Excess, Means float64
}

// memory is over how many samples the means go.
const memory = 3000

// settled is from when on what is expected of a series is good enough to learn its noise.
const settled = 8 * day

// learnNoise takes a sample into it.
func (s *Series) learnNoise(w sample, m model) {
	if s.state.Open != nil || s.state.Level.empty() || w.at.Sub(s.state.First) < settled {
		return
	}
	n := &s.state.Noise
	score := w.score
	if s.settings.Kind == Count {
		bound := math.Min(w.value, m.count().quantile(wildCount))
		n.learnCount(bound, m.middle)
	} else {
		score *= n.factor() // what it would be without
	}
	n.learn(score)
}

func (n *noise) learn(score float64) {
	score = clamp(score, -3, 3)
	n.Samples = math.Min(n.Samples+1, memory)
	part := 1 / n.Samples
	n.Square += (score*score - n.Square) * part
	n.Next += (score*n.Before - n.Next) * part
	n.Before = score
}

func (n *noise) learnCount(count, mean float64) {
	deviation := count - mean
	part := 1 / math.Max(math.Min(n.Samples, memory), 50)
	n.Excess += (deviation*deviation - mean - n.Excess) * part
	n.Means += (mean*mean - n.Means) * part
}

// overdispersion is that of counts.
func (n *noise) overdispersion() float64 {
	if n.Samples < 200 || n.Means == 0 {
		return 0.2
	}
	return clamp(n.Excess/n.Means, 0.01, 5)
}

// factor is by how much deviations are wider than was thought.
func (n *noise) factor() float64 {
	// A prior of 200 samples keeps the beginning steady.
	return math.Sqrt(clamp((n.Square*n.Samples+200)/(n.Samples+200), 1, 4))
}

// inertia is how many samples tell as much as one would if they did not resemble each other.
func (n *noise) inertia() float64 {
	if n.Square == 0 {
		return 1
	}
	likeness := clamp(n.Next/n.Square*n.Samples/(n.Samples+100), 0, 0.8)
	return (1 + likeness) / (1 - likeness)
}
