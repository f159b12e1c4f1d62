package anomaly

import (
	"math"
	"time"
)

const (
	// enough is how much evidence begins an incident: chance has as much once in about e to the power of this many
	// samples. calm is how much ends one.
	enough, calm = 11, 7
	// shifted is the shift, in standard deviations, for which evidence is weighed; half of it is no evidence at all.
	shifted = 2
	// widest is how far out a sample counts for evidence: one alone is never enough.
	widest = 4
	// wild is how far out two of three samples have to be to be enough, and alone how far a single one.
	wild, alone = 5, 10
)

// evidence is what speaks for an incident on one side: a sum of logarithms of likelihood ratios that is never
// negative (CUSUM), and what belongs to the samples in it.
type evidence struct {
	Sum  float64
	Seen tally
	// Wild is for how many samples one that was far out is remembered.
	Wild int
}

// tally sums up samples.
type tally struct {
	Since time.Time
	Count float64
	// Scores are the mean of them, as seen from the side that is told of; the other means are on the series' scale.
	Scores, Values, Middles, Deviations float64
	Peak, Farthest                      float64
}

func (t *tally) add(side int, w sample, m model) {
	if t.Since.IsZero() {
		t.Since = w.at
	}
	score, value := w.on(side), w.value
	t.Count++
	t.Scores += (score - t.Scores) / t.Count
	t.Values += (w.scaled - t.Values) / t.Count
	t.Middles += (m.middle - t.Middles) / t.Count
	t.Deviations += (m.deviation - t.Deviations) / t.Count
	if t.Count == 1 || score > t.Farthest {
		t.Peak, t.Farthest = value, score
	}
}

// sample is a value as it is weighed.
type sample struct {
	at            time.Time
	value, scaled float64
	// score is how many standard deviations it is above what is expected, and gains are what that says for each side.
	score float64
	gains [2]float64
}

// The sides, as indices.
const above, below = 0, 1

// on is the score as seen from a side.
func (s sample) on(side int) float64 {
	if side == below {
		return -s.score
	}
	return s.score
}

// weigh compares a value with what is expected.
func (s *Series) weigh(at time.Time, value float64, m model) sample {
	w := sample{at: at, value: value, scaled: s.settings.scale(value)}
	if s.settings.Kind != Count {
		w.score = (w.scaled - m.middle) / m.deviation
		near := clamp(w.score, -widest, widest)
		w.gains = [2]float64{shifted * (near - shifted/2), shifted * (-near - shifted/2)}
		return w
	}
	d := m.count()
	sd, n := d.deviation(), math.Max(math.Round(value), 0)
	bound := math.Min(n, d.quantile(wildCount))
	w.score = d.score(n)
	w.gains = [2]float64{
		d.evidence(bound, d.mean+1.5*sd), d.evidence(bound, math.Max(d.mean-1.5*sd, d.mean/4)),
	}
	return w
}

// take adds a sample.
func (e *evidence) take(side int, w sample, m model) {
	e.Wild = max(e.Wild-1, 0)
	if e.Sum += w.gains[side]; e.Sum <= 0 {
		*e = evidence{Wild: e.Wild}
		return
	}
	e.Seen.add(side, w, m)
}

// sure reports whether there is enough evidence.
func (e *evidence) sure(side int, w sample, need float64) (Reason, bool) {
	far := w.on(side) >= wild
	again := far && e.Wild > 0
	if far {
		e.Wild = 3
	}
	if w.on(side) >= alone || again {
		return Spike, true
	}
	return Shift, e.Sum >= need
}
