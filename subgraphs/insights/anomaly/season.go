package anomaly

import "time"

const (
	// hours of a week, and how many weeks are remembered of each.
	hours, weeks = 7 * 24, 6
)

// season is what the hours of the week are like, as differences from the level (of a Count: as multiples of it).
type season struct {
	Middle, Spread [hours]ring
	// middle and spread are the medians over the weeks, made again when the rings change.
	middle, spread [hours]float64
	known          bool
}

// ring holds the values of the last weeks.
type ring struct {
	Values [weeks]float32
	Count  int
}

func (r *ring) push(v float64) {
	r.Values[r.Count%weeks] = float32(v)
	r.Count++
	if r.Count >= 2*weeks {
		r.Count -= weeks
	}
}

func (r *ring) len() int { return min(r.Count, weeks) }

// hourOf is the hour of the week, from Monday 0:00 UTC on.
func hourOf(at time.Time) int { return (int(at.Weekday())+6)%7*24 + at.Hour() }

// summarise makes the medians. An hour of which nothing is known is like the same hour of other days.
func (s *season) summarise(kind Kind) {
	var all []float32
	for h := range hours {
		s.middle[h] = summary(kind, &s.Middle[h])
		r := s.Spread[h]
		all = append(all, r.Values[:r.len()]...)
	}
	usual := float64(median(all))
	for h := range hours {
		if s.Middle[h].len() == 0 {
			s.middle[h] = s.sameHour(h)
		}
		// An hour's own spread counts for more, the more weeks there are.
		r := s.Spread[h]
		own, n := float64(median(r.Values[:r.len()])), float64(r.len())
		s.spread[h] = (own*n + usual*2) / (n + 2)
	}
	if kind == Count {
		s.smooth()
	}
	s.known = true
}

// summary is the median of an hour's weeks. Small counts have too coarse medians: it is their mean, without the
// greatest and the least when there are four.
func summary(kind Kind, r *ring) float64 {
	values := append(make([]float32, 0, weeks), r.Values[:r.len()]...)
	m := median(values) // sorts
	if kind != Count || len(values) == 0 {
		return float64(m)
	}
	if len(values) >= 4 {
		values = values[1 : len(values)-1]
	}
	sum := 0.0
	for _, v := range values {
		sum += float64(v)
	}
	return sum / float64(len(values))
}

// sameHour is what the hour is like on days that are known.
func (s *season) sameHour(h int) float64 {
	var known []float64
	for other := h % 24; other < hours; other += 24 {
		if s.Middle[other].len() > 0 {
			known = append(known, s.middle[other])
		}
	}
	return median(known)
}

// smooth takes the hours before and after, and the same hour of the other days, into each hour of small counts.
func (s *season) smooth() {
	var daily [24]float64
	for h := range hours {
		daily[h%24] += s.middle[h] / 7
	}
	var smooth [hours]float64
	for h := range hours {
		near := (s.middle[(h+hours-1)%hours] + 2*s.middle[h] + s.middle[(h+1)%hours]) / 4
		n := float64(s.Middle[h].len())
		smooth[h] = (near*n + daily[h%24]*2) / (n + 2)
	}
	s.middle = smooth
}

// at is the season at a moment: between the middles of two hours it goes straight from one to the other.
func (s *season) at(at time.Time, values *[hours]float64) float64 {
	h, past := hourOf(at), at.Sub(at.Truncate(time.Hour)).Hours()-0.5
	next := h + 1
	if past < 0 {
		next, past = h-1, -past
	}
	return values[h]*(1-past) + values[(next+hours)%hours]*past
}
