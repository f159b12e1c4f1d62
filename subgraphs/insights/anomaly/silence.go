package anomaly

import "time"

// Look returns what there is to tell because no samples come: it is to be called now and then. Samples that are
// missing end an incident, and are one of their own once they have been missing for long enough.
func (s *Series) Look(at time.Time) []Finding {
	at = at.UTC()
	last := s.state.Last
	if s.settings.Silence < 0 || s.state.Silent != nil || last.IsZero() || at.Sub(last) < s.settings.Silence || !s.watched(at) {
		return nil
	}
	m, known := s.model(at)
	if !known {
		return nil
	}
	var found []Finding
	if s.state.Open != nil {
		found = append(found, s.end(last, Vanished, m))
	}
	f := Finding{
		Began: last.Add(s.settings.Step), Found: at, Stage: Begun, Reason: Silence, Expected: m.expectation(s.settings),
		Score: float64(at.Sub(last) / s.settings.Step),
	}
	f.Why = s.words(f)
	s.state.Silent = &f
	return append(found, f)
}

// heard ends a silence.
func (s *Series) heard(at time.Time) []Finding {
	f := s.state.Silent
	if f == nil {
		return nil
	}
	s.state.Silent = nil
	f.Stage, f.EndedAt, f.Ending = Ended, at, Returned
	f.Score = float64(at.Sub(f.Began) / s.settings.Step)
	f.Why = s.words(*f)
	return []Finding{*f}
}
