package anomaly

import (
	"math"
	"time"
)

const (
	// acceptAfter is how long an incident goes on until it is what is usual.
	acceptAfter = 5 * day
	// againWithin is within how many steps after its end an incident goes on, in the place of a new one.
	againWithin = 36
)

// incident is one that is open.
type incident struct {
	Finding Finding
	Seen    tally
	// Back speaks for its end.
	Back float64
	// Change is the mean deviation on the series' scale, of late: what is added to the level if it is accepted.
	// Observed and Expected are those of counts.
	Change, Observed, Expected float64
}

// judge weighs a sample, and begins or ends incidents.
func (s *Series) judge(w sample, m model) []Finding {
	need := enough * s.state.Noise.inertia()
	if s.state.Open != nil {
		return s.follow(w, m, need)
	}
	for side := range s.state.Evidence {
		e := &s.state.Evidence[side]
		e.take(side, w, m)
		reason, sure := e.sure(side, w, need)
		if sure && !(side == above && s.settings.Sides == Below || side == below && s.settings.Sides == Above) {
			return []Finding{s.begin(side, w, m, reason)}
		}
	}
	return nil
}

// begin opens an incident, or goes on with one that ended just now.
func (s *Series) begin(side int, w sample, m model, reason Reason) Finding {
	seen := s.state.Evidence[side].Seen
	f := Finding{Began: seen.Since, Found: w.at, Stage: Begun, Reason: reason, Above: side == above}
	if last := s.state.Ended; last != nil && last.Finding.Ending == Returned && last.Finding.Above == f.Above &&
		seen.Since.Sub(last.Finding.EndedAt) <= againWithin*s.settings.Step {
		f.Began, f.Found, f.Reason, f.Stage = last.Finding.Began, last.Finding.Found, last.Finding.Reason, Resumed
		seen = last.Seen
	}
	s.state.Open = &incident{Finding: f, Seen: seen}
	s.state.Ended = nil
	s.describe(s.state.Open, m)
	return s.state.Open.Finding
}

// follow goes on with the open incident, and ends it when it is over.
func (s *Series) follow(w sample, m model, need float64) []Finding {
	i := s.state.Open
	side := below
	if i.Finding.Above {
		side = above
	}
	i.Seen.add(side, w, m)
	const late = 1. / 200
	i.Change += (w.scaled - m.middle - i.Change) * math.Max(late, 1/i.Seen.Count)
	i.Observed += (w.value - i.Observed) * math.Max(late, 1/i.Seen.Count)
	i.Expected += (m.middle - i.Expected) * math.Max(late, 1/i.Seen.Count)
	i.Back = clamp(i.Back-w.gains[side], 0, 2*need)
	switch {
	case i.Back >= calm*need/enough:
		return []Finding{s.end(w.at, Returned, m)}
	case w.at.Sub(i.Finding.Found) >= s.patience():
		s.accept(i)
		return []Finding{s.end(w.at, Accepted, m)}
	}
	return nil
}

// patience is how long an incident may last.
func (s *Series) patience() time.Duration {
	if s.state.Level.empty() {
		return recently * s.settings.Step
	}
	return acceptAfter
}

// accept makes what the incident is like what is usual.
func (s *Series) accept(i *incident) {
	switch {
	case s.state.Level.empty():
		s.state.Recent = recent{}
	case s.settings.Kind == Count:
		s.state.Level.shift(math.Log((i.Observed + leastMean) / (i.Expected + leastMean)))
	default:
		s.state.Level.shift(i.Change)
	}
}

// end closes the open incident.
func (s *Series) end(at time.Time, how Ending, m model) Finding {
	i := s.state.Open
	i.Finding.EndedAt, i.Finding.Ending, i.Finding.Stage = at, how, Ended
	s.describe(i, m)
	s.state.Open, s.state.Ended = nil, i
	s.state.Evidence = [2]evidence{}
	return i.Finding
}

// describe notes what there was so far.
func (s *Series) describe(i *incident, m model) {
	f := &i.Finding
	f.Expected = model{i.Seen.Middles, i.Seen.Deviations, m.over}.expectation(s.settings)
	f.Observed, f.Peak, f.Score = s.settings.value(i.Seen.Values), i.Seen.Peak, i.Seen.Scores
	f.Why = s.words(*f)
}
