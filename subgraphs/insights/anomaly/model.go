package anomaly

import (
	"math"
	"time"
)

// model is what a series is expected to be at a moment, on its scale: the middle and a standard deviation. For a
// Count middle is the mean, and over how much the variance exceeds it: mean + over*mean*mean.
type model struct {
	middle, deviation, over float64
}

// scale is where samples are compared: amounts by their logarithms.
func (s Settings) scale(value float64) float64 {
	if s.Kind == Amount {
		return math.Log(math.Max(value, 0) + s.Floor)
	}
	return value
}

// value takes a number of the scale back.
func (s Settings) value(v float64) float64 {
	if s.Kind == Amount {
		return math.Max(math.Exp(v)-s.Floor, 0)
	}
	return v
}

// model is false while too little is known.
func (s *Series) model(at time.Time) (model, bool) {
	if s.state.Level.empty() {
		return s.early()
	}
	season := &s.state.Season
	if !season.known {
		season.summarise(s.settings.Kind)
	}
	level := s.state.Level.at(at)
	if s.settings.Kind == Count {
		mean := math.Max(season.at(at, &season.middle), 0) * math.Exp(level)
		return model{middle: math.Max(mean, leastMean), over: s.state.Noise.overdispersion()}, true
	}
	n := math.Max(float64(season.Middle[hourOf(at)].len()), 1)
	// A season of few weeks is uncertain itself.
	deviation := normal * math.Max(season.at(at, &season.spread), 0) * math.Sqrt(1+2/n) * s.state.Noise.factor()
	return model{middle: level + season.at(at, &season.middle), deviation: math.Max(deviation, s.settings.Least)}, true
}

// coarse is how many times the least usual deviation is the least one while only the last samples are known.
const coarse = 5

// early is what the last samples say.
func (s *Series) early() (model, bool) {
	r := &s.state.Recent
	if s.settings.Early == 0 || len(r.Values) < s.settings.Early {
		return model{}, false
	}
	r.sorted = append(r.sorted[:0], r.Values...)
	if s.settings.Kind == Count {
		sum := 0.0
		for _, v := range r.sorted {
			sum += v
		}
		mean := sum / float64(len(r.sorted))
		return model{middle: math.Max(mean, leastMean), over: 0.5}, true
	}
	middle := median(r.sorted)
	deviation := normal * spreadAround(middle, r.sorted) * 1.5 * s.state.Noise.factor()
	return model{middle: middle, deviation: math.Max(deviation, coarse*s.settings.Least)}, true
}

// count is the distribution of a Count.
func (m model) count() negativeBinomial { return negativeBinomial{m.middle, m.over} }

// usualBand is how many standard deviations to each side are called usual: a quarter of all is outside.
const usualBand = 1.15

func (m model) expectation(s Settings) Expectation {
	if s.Kind == Count {
		sd := m.count().deviation()
		return Expectation{m.middle, math.Max(m.middle-usualBand*sd, 0), m.middle + usualBand*sd}
	}
	return Expectation{
		s.value(m.middle),
		s.value(m.middle - usualBand*m.deviation),
		s.value(m.middle + usualBand*m.deviation),
	}
}
