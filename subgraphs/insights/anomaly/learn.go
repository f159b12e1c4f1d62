package anomaly

import (
	"math"
	"time"
)

// hourly bounds how many samples of an hour are kept until it is over.
const hourly = 60

// today is what has come in of the day that is not over yet, and of its hour.
type today struct {
	Day, Hour int32
	// Values are samples of the present hour on the series' scale, less how they differ from its middle by the
	// season; Seen counts all, and Sum adds up those of a Count.
	Values []float64
	Off    []float64
	Seen   int
	Sum    float64
	// Unusual says that an incident was open within the hour.
	Unusual bool
	// Middles and Spreads are those of the hours of the day that are over, and Skip those that are not learned from.
	Middles, Spreads [24]float64
	Known, Skip      [24]bool
}

// recent are the last samples, for the time in which nothing else is known.
type recent struct {
	Values []float64
	Next   int
	sorted []float64
}

const recently = 120

func (r *recent) push(v float64) {
	if len(r.Values) < recently {
		r.Values = append(r.Values, v)
		return
	}
	r.Values[r.Next] = v
	r.Next = (r.Next + 1) % recently
}

func dayOf(at time.Time) int32 { return int32(at.Unix() / 86400) }

// learn adds a sample to its hour.
func (s *Series) learn(at time.Time, value float64) {
	t := &s.state.Today
	if t.Seen == 0 {
		t.Day, t.Hour = dayOf(at), int32(at.Hour())
	}
	v := s.settings.scale(value)
	unusual := s.state.Open != nil
	if s.state.Level.empty() && s.settings.Early > 0 && !unusual {
		s.state.Recent.push(v)
	}
	t.Unusual = t.Unusual || unusual
	t.Seen++
	if s.settings.Kind == Count {
		if model, ok := s.model(at); ok {
			v = math.Min(v, model.count().quantile(wildCount))
		}
		t.Sum += v
		return
	}
	level := s.state.Level.at(at)
	season := &s.state.Season
	shape := season.at(at, &season.middle)
	if len(t.Values) < hourly {
		t.Values = append(t.Values, v-(shape-season.middle[hourOf(at)]))
		t.Off = append(t.Off, v-level-shape)
	}
}

// rollOver closes the hour and the day that are over.
func (s *Series) rollOver(at time.Time) {
	t := &s.state.Today
	if t.Seen == 0 && t.Day == 0 {
		return
	}
	if t.Seen > 0 && (dayOf(at) != t.Day || int32(at.Hour()) != t.Hour) {
		s.closeHour()
	}
	if dayOf(at) != t.Day {
		s.closeDay()
		*t = today{Day: dayOf(at), Values: t.Values[:0], Off: t.Off[:0]}
	}
}

func (s *Series) closeHour() {
	t := &s.state.Today
	h := t.Hour
	// An hour of which most is missing says little.
	t.Known[h] = float64(t.Seen)*float64(s.settings.Step) >= float64(time.Hour)/3
	t.Skip[h] = t.Unusual
	if s.settings.Kind == Count {
		t.Middles[h] = t.Sum / float64(t.Seen)
	} else {
		t.Middles[h] = median(t.Values)
		if s.state.Level.empty() || s.state.Last.Sub(s.state.First) < 8*day {
			t.Spreads[h] = spreadAround(t.Middles[h], t.Values)
		} else {
			t.Spreads[h] = spreadAround(0, t.Off)
		}
	}
	t.Values, t.Off, t.Seen, t.Sum, t.Unusual = t.Values[:0], t.Off[:0], 0, 0, false
}

// closeDay reads the level of the day from its hours, and then how its hours differ from it.
func (s *Series) closeDay() {
	t, season, lvl := &s.state.Today, &s.state.Season, &s.state.Level
	start := int(t.Day+3) % 7 * 24 // 1970 began with a Thursday
	var levels []float64
	total, usual := 0.0, 0.0
	first := lvl.empty()
	for h := range 24 {
		if !t.Known[h] || t.Skip[h] {
			continue
		}
		if s.settings.Kind == Count {
			expected := season.middle[start+h]
			if first {
				expected = 1
			}
			perHour := float64(time.Hour) / float64(s.settings.Step)
			total += t.Middles[h] * perHour
			usual += expected * perHour
		}
		levels = append(levels, t.Middles[h]-season.middle[start+h])
	}
	if len(levels) < 8 {
		return // an unusual day, or one that is mostly missing
	}
	value := median(levels)
	if s.settings.Kind == Count {
		value = math.Log((total + 0.5) / (usual + 0.5))
	}
	lvl.push(t.Day, value, total, usual)
	lvl.fit(s.settings.Kind)
	for h := range 24 {
		if !t.Known[h] || t.Skip[h] {
			continue
		}
		middle := time.Unix(int64(t.Day)*86400+int64(h)*3600+1800, 0)
		at := lvl.at(middle)
		if s.settings.Kind == Count {
			season.Middle[start+h].push(t.Middles[h] / math.Exp(at))
			continue
		}
		season.Middle[start+h].push(t.Middles[h] - at)
		season.Spread[start+h].push(t.Spreads[h])
	}
	season.summarise(s.settings.Kind)
}
