package anomaly_test

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/weft-graphql/weft/subgraphs/insights/anomaly"
)

const (
	step    = 5 * time.Minute
	perHour = int(time.Hour / step)
	perDay  = 24 * perHour
	// learning and watching are the parts of a synthetic series, in samples.
	learning, watching = 28 * perDay, 28 * perDay
	length             = learning + watching
)

// begin is a Monday.
var begin = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// label says that something is unusual in a synthetic series.
type label struct {
	kind     string
	from, to int // samples
	// mads is how many median absolute deviations it is away; a drift is so at its end.
	mads float64
}

// synthetic is a series with labels. Missing samples are NaN.
type synthetic struct {
	settings anomaly.Settings
	values   []float64
	labels   []label
	name     string
	growth   float64
}

// source draws everything that a synthetic series is made of.
type source struct{ *rand.Rand }

func (r source) between(low, high float64) float64 { return low + (high-low)*r.Float64() }

// shape is a series without noise, on the scale where deviations add up.
func (r source) shape(daily, weekly, growth float64) func(i int) float64 {
	phase, second := r.Float64()*2*math.Pi, r.Float64()*2*math.Pi
	return func(i int) float64 {
		days := float64(i) / float64(perDay)
		at := 2 * math.Pi * days
		v := daily * (math.Sin(at+phase) + 0.4*math.Sin(2*at+second))
		if weekday := int(days) % 7; weekday >= 5 {
			v += weekly
		}
		return v + growth*days/7
	}
}

// wander is how much days differ for no reason: each has a level of its own, and one leads to the next.
func (r source) wander(deviation float64) func(i int) float64 {
	levels := make([]float64, length/perDay+2)
	for i := range levels {
		levels[i] = deviation * r.NormFloat64()
	}
	return func(i int) float64 {
		day, part := i/perDay, float64(i%perDay)/float64(perDay)
		return levels[day]*(1-part) + levels[day+1]*part
	}
}

// draw draws a series.
func draw(seed uint64) synthetic {
	r := source{rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))}
	s := synthetic{growth: r.between(-0.03, 0.08)}
	if r.IntN(4) == 0 {
		s.growth = 0
	}
	switch r.IntN(5) {
	case 0, 1:
		s.name, s.settings = "rate", anomaly.Settings{Kind: anomaly.Amount, Step: step, Floor: 0.05}
		s.smooth(
			r,
			math.Log(r.between(1, 300)),
			r.between(0.1, 0.9),
			r.between(-0.6, 0.2),
			s.growth,
			r.between(0.03, 0.2),
		)
	case 2:
		s.name, s.settings = "latency", anomaly.Settings{Kind: anomaly.Amount, Step: step, Floor: 0.0005}
		s.smooth(
			r,
			math.Log(r.between(0.01, 0.5)),
			r.between(0, 0.3),
			r.between(-0.1, 0.1),
			s.growth/4,
			r.between(0.05, 0.25),
		)
	case 3:
		s.name, s.settings = "share", anomaly.Settings{Kind: anomaly.Share, Step: step, Least: 0.005}
		s.growth = 0
		s.smooth(r, r.between(0.5, 0.8), r.between(0, 0.05), r.between(-0.03, 0.03), 0, r.between(0.01, 0.04))
	default:
		s.name, s.settings = "count", anomaly.Settings{Kind: anomaly.Count, Step: step}
		s.counts(r)
	}
	s.lose(r)
	return s
}

// smooth draws a series with normal, or somewhat wilder, noise that resembles what it was before.
func (s *synthetic) smooth(r source, level, daily, weekly, growth, deviation float64) {
	shape := r.shape(daily, weekly, growth)
	likeness := r.between(0, 0.6)
	wilder := r.IntN(3) == 0
	wander := r.wander(r.between(0, 0.5))
	s.label(r, func(int) float64 { return 1 }, nil)
	s.values = make([]float64, length)
	noise := 0.0
	for i := range s.values {
		fresh := r.NormFloat64()
		if wilder && r.IntN(50) == 0 {
			fresh *= 2.5
		}
		alone := 0.0
		if wilder && r.IntN(perDay*3) == 0 { // once in three days, and no incident
			alone = r.between(-7, 7)
		}
		noise = likeness*noise + math.Sqrt(1-likeness*likeness)*fresh
		v := level + shape(i) + deviation*(noise+alone+wander(i)+s.off(i)*0.6745)
		if s.settings.Kind == anomaly.Amount {
			v = math.Exp(v)
		}
		s.values[i] = v
	}
}

// counts draws how often something happened.
func (s *synthetic) counts(r source) {
	shape := r.shape(r.between(0.1, 0.7), r.between(-0.5, 0.2), s.growth)
	base, over := math.Exp(r.between(math.Log(0.1), math.Log(20))), r.between(0, 0.3)
	wander := r.wander(r.between(0, 0.1))
	mean := func(i int) float64 { return base * math.Exp(shape(i)+wander(i)) }
	mad := func(i int) float64 { m := mean(i); return 0.6745 * math.Sqrt(m+over*m*m) }
	s.label(r, nil, func(i int) float64 { return mean(i) / mad(i) })
	s.values = make([]float64, length)
	for i := range s.values {
		s.values[i] = r.count(math.Max(mean(i)+s.off(i)*mad(i), 0), over)
	}
}

// count draws from a negative binomial distribution, as a Poisson one whose mean varies.
func (r source) count(mean, over float64) float64 {
	if mean <= 0 {
		return 0
	}
	if over > 0.001 {
		mean *= r.gamma(1/over) * over
	}
	n := 0.0
	for t := r.ExpFloat64(); t < mean; t += r.ExpFloat64() {
		n++
	}
	return n
}

// gamma draws from a gamma distribution of scale 1 (Marsaglia and Tsang; shapes from 1 on).
func (r source) gamma(shape float64) float64 {
	d := shape - 1./3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := math.Pow(1+c*x, 3)
		if v > 0 && math.Log(1-r.Float64()) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// label decides what is unusual: three incidents in the part that is watched, each with days to itself. In half of
// the series there is one, without label, in the part that is learned from. room is how far down there is to go, in
// MADs.
func (s *synthetic) label(r source, _, room func(i int) float64) {
	for part := range 3 {
		from := learning + part*9*perDay + r.IntN(4*perDay)
		l := label{kind: []string{"spike", "shift", "drift"}[r.IntN(3)], from: from, mads: r.between(4, 12)}
		switch l.kind {
		case "spike":
			l.to = from + perHour/2 + r.IntN(perHour)
		case "shift":
			l.to = from + 6*perHour + r.IntN(3*perDay)
		case "drift":
			l.to = from + 12*perHour + r.IntN(2*perDay)
		}
		if r.IntN(2) == 0 && (room == nil || room(from) > l.mads && room(l.to) > l.mads) {
			l.mads = -l.mads
		}
		s.labels = append(s.labels, l)
	}
	if r.IntN(2) == 0 {
		from := 10*perDay + r.IntN(12*perDay)
		s.labels = append(s.labels, label{"unlabelled", from, from + perHour + r.IntN(perDay), 8})
	}
}

// off is how many MADs a sample is away from what is usual.
func (s *synthetic) off(i int) float64 {
	for _, l := range s.labels {
		if i < l.from || i >= l.to {
			continue
		}
		if l.kind == "drift" { // it grows for two thirds of its time
			return l.mads * math.Min(1, float64(i-l.from)/(float64(l.to-l.from)*2/3))
		}
		return l.mads
	}
	return 0
}

// lose takes samples away: single ones, some in a row, and in a third of the series once so many that it is unusual.
func (s *synthetic) lose(r source) {
	part := r.between(0, 0.05)
	for i := range s.values {
		if r.Float64() < part {
			s.values[i] = math.NaN()
		}
		if r.Float64() < 2./float64(7*perDay) {
			for j := i; j < min(i+2+r.IntN(7), length); j++ {
				s.values[j] = math.NaN()
			}
		}
	}
	if r.IntN(3) == 0 {
		from := learning + 6*perDay + 12*perHour + r.IntN(perDay)
		l := label{"silence", from, from + 2*perHour + r.IntN(perDay), 0}
		for _, other := range s.labels {
			if l.from < other.to+perDay/4 && other.from < l.to+perDay/4 {
				return
			}
		}
		for i := l.from; i < l.to; i++ {
			s.values[i] = math.NaN()
		}
		s.labels = append(s.labels, l)
	}
}
