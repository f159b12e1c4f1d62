package anomaly

import (
	"math"
	"time"
)

// days is how many days the level is read from.
const days = 28

// level is how high the series is apart from its season, and how that grows: a line through the levels of the last
// days, as their median slope has it (Theil and Sen), so that a few unusual days do not bend it.
type level struct {
	// Days are when the days were, in days since 1970, and Levels their levels; Totals are how much was counted, and
	// Usual what the season alone has for that.
	Days          []int32
	Levels        []float64
	Totals, Usual []float64
	// Slope is the growth per day, Base the line's value on day Origin.
	Slope, Base, Origin float64
}

func (l *level) empty() bool { return len(l.Days) == 0 }

func (l *level) push(on int32, value, total, usual float64) {
	if len(l.Days) == days {
		l.Days, l.Levels = l.Days[:copy(l.Days, l.Days[1:])], l.Levels[:copy(l.Levels, l.Levels[1:])]
		l.Totals, l.Usual = l.Totals[:copy(l.Totals, l.Totals[1:])], l.Usual[:copy(l.Usual, l.Usual[1:])]
	}
	l.Days, l.Levels = append(l.Days, on), append(l.Levels, value)
	l.Totals, l.Usual = append(l.Totals, total), append(l.Usual, usual)
}

// enoughToGrow is how many days a slope needs, and enoughToCount how much has to be counted on a day for its level to
// say something.
const enoughToGrow, enoughToCount = 8, 40

// fit draws the line again.
func (l *level) fit(kind Kind) {
	n := len(l.Days)
	l.Slope, l.Origin = 0, 0
	if kind == Count && median(append([]float64(nil), l.Totals...)) < enoughToCount {
		total, usual := 0.0, 0.0
		for i := range n {
			total += l.Totals[i]
			usual += l.Usual[i]
		}
		l.Base = math.Log((total + 0.5) / (usual + 0.5))
		return
	}
	if n >= enoughToGrow {
		slopes := make([]float64, 0, n*(n-1)/2)
		for i := range n {
			for j := range i {
				slopes = append(slopes, (l.Levels[i]-l.Levels[j])/float64(l.Days[i]-l.Days[j]))
			}
		}
		l.Slope = median(slopes)
	}
	l.Origin = float64(l.Days[n-1])
	rest := make([]float64, n)
	for i := range n {
		rest[i] = l.Levels[i] - l.Slope*(float64(l.Days[i])-l.Origin)
	}
	l.Base = median(rest)
}

// at is the level at a moment. The level of a day is that of its middle.
func (l *level) at(at time.Time) float64 {
	if l.Origin == 0 {
		return l.Base
	}
	return l.Base + l.Slope*(float64(at.Unix())/86400-0.5-l.Origin)
}

// shift moves the whole line.
func (l *level) shift(by float64) {
	for i := range l.Levels {
		l.Levels[i] += by
		l.Totals[i] *= math.Exp(by)
	}
	l.Base += by
}
