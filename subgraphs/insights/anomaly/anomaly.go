// Package anomaly finds what is unusual in series of numbers as they come in: rates, times, shares and small counts.
// It learns what each hour of the week is usually like and how that grows, weighs the evidence against it sample by
// sample, and tells of one incident once when it begins and once when it ends. It knows nothing of where series come
// from.
package anomaly

import "time"

// Kind is what sort of numbers a series has; it decides on which scale they are compared.
type Kind int

// The kinds of series.
const (
	// Amount is a number from 0 on whose deviations grow with it: requests per second, times, sizes.
	Amount Kind = iota
	// Share is a number whose deviations do not depend on it, such as a part of a whole, 0 to 1.
	Share
	// Count is how often something happened within a step: whole numbers, often 0.
	Count
)

// Sides says which deviations of a series are worth telling.
type Sides int

// The sides.
const (
	Both Sides = iota
	Above
	Below
)

// Settings say what a series is like. The zero value is an Amount every five minutes that is told of on both sides.
type Settings struct {
	Kind  Kind
	Sides Sides
	// Step is the time from one sample to the next; five minutes if zero.
	Step time.Duration
	// Learn is for how long a series is only learned; two weeks if zero.
	Learn time.Duration
	// Early is how many samples are enough to look for deviations from those just before, while there is no whole day
	// yet to learn from; 0 does not look so early.
	Early int
	// Silence is for how long samples may be missing; 12 steps if zero, and for ever if negative.
	Silence time.Duration
	// Floor is the amount below which differences do not matter, for Amount; 0.01 if zero.
	Floor float64
	// Least is the smallest usual deviation: 0.02 if zero, which is 2 % of an Amount and 0.02 of a Share.
	Least float64
	// Name and Unit are for the words of findings, for example "requests" and "/s".
	Name, Unit string
}

func (s Settings) withDefaults() Settings {
	if s.Step <= 0 {
		s.Step = 5 * time.Minute
	}
	if s.Learn <= 0 {
		s.Learn = 14 * day
	}
	if s.Silence == 0 {
		s.Silence = 12 * s.Step
	}
	if s.Floor <= 0 {
		s.Floor = 0.01
	}
	if s.Least <= 0 {
		s.Least = 0.02
	}
	if s.Name == "" {
		s.Name = "the value"
	}
	return s
}

const day = 24 * time.Hour

// Series is one series and everything that is remembered of it: about 12 kB, however long it goes on. It is not safe
// for concurrent use.
type Series struct {
	settings Settings
	state    state
}

// New makes a series of which nothing is known yet.
func New(settings Settings) *Series {
	return &Series{settings: settings.withDefaults()}
}

// Expectation is what is usual at a moment.
type Expectation struct {
	// Value is the usual value, and Low to High where most values are: three of four standard deviations lie between.
	Value, Low, High float64
}

// Observe takes in a sample, and returns what begins or ends with it: nothing most of the time. Samples that are not
// later than the one before, or no numbers, are left out.
func (s *Series) Observe(at time.Time, value float64) []Finding {
	at = at.UTC()
	if !s.state.Last.IsZero() && !at.After(s.state.Last) || !finite(value) {
		return nil
	}
	value = clamp(value, -largest, largest)
	if s.state.First.IsZero() {
		s.state.First = at
	}
	found := s.heard(at)
	s.rollOver(at)
	if at.Sub(s.state.Last) > gap*s.settings.Step {
		s.state.Evidence = [2]evidence{}
	}
	s.state.Last = at
	if m, known := s.model(at); known {
		w := s.weigh(at, value, m)
		if s.watched(at) {
			found = append(found, s.judge(w, m)...)
		}
		s.learnNoise(w, m)
	}
	s.learn(at, value)
	return found
}

// largest bounds values, so that sums of them are numbers.
const largest = 1e15

// gap is how many samples may be missing without what came before being forgotten as evidence.
const gap = 4

// watched reports whether the series is looked at, and not only learned.
func (s *Series) watched(at time.Time) bool {
	if s.state.Level.empty() {
		return s.settings.Early > 0 && len(s.state.Recent.Values) >= s.settings.Early
	}
	return s.settings.Early > 0 || at.Sub(s.state.First) >= s.settings.Learn
}

// Expect is what is usual at a moment, in the past or up to a week ahead; false while too little is known.
func (s *Series) Expect(at time.Time) (Expectation, bool) {
	model, ok := s.model(at.UTC())
	if !ok {
		return Expectation{}, false
	}
	return model.expectation(s.settings), true
}

// Unusual returns the open incident, or that samples are missing; false when all is as usual.
func (s *Series) Unusual() (Finding, bool) {
	switch {
	case s.state.Silent != nil:
		return *s.state.Silent, true
	case s.state.Open != nil:
		return s.state.Open.Finding, true
	}
	return Finding{}, false
}
