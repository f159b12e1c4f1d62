package anomaly

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// words tells a finding to a person.
func (s *Series) words(f Finding) string {
	name := s.settings.Name
	if f.Reason == Silence {
		if f.Stage == Ended {
			return fmt.Sprintf("%s is told again after %s without a sample", name, lasting(f.EndedAt.Sub(f.Began)))
		}
		return fmt.Sprintf("%s has not been told for %s: %.0f samples are missing; about %s would be usual",
			name, lasting(f.Found.Sub(f.Began)), f.Score, s.number(f.Expected.Value))
	}
	side := "below"
	if f.Above {
		side = "above"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s was %s, where %s is usual%s (mostly %s to %s): %.1f standard deviations %s, ",
		name, s.number(f.Observed), s.number(f.Expected.Value), s.when(f.Found), s.number(f.Expected.Low),
		s.number(f.Expected.High), math.Abs(f.Score), side)
	switch {
	case f.Stage == Ended:
		fmt.Fprintf(&b, "for %s, %s at the farthest; ", lasting(f.EndedAt.Sub(f.Began)), s.number(f.Peak))
	case f.Reason == Spike:
		fmt.Fprintf(&b, "%s at the farthest; ", s.number(f.Peak))
	default:
		fmt.Fprintf(&b, "for %s so far; ", lasting(f.Found.Sub(f.Began)))
	}
	b.WriteString(ending(f))
	return b.String()
}

func ending(f Finding) string {
	switch {
	case f.Ending == Returned:
		return "it is as usual again"
	case f.Ending == Accepted:
		return "it has lasted so long that it counts as usual now"
	case f.Ending == Vanished:
		return "then no more samples came"
	case f.Stage == Resumed:
		return "it had ended and is back"
	case f.Reason == Spike:
		return "so far out that a few samples are enough"
	default:
		return "together too much for chance"
	}
}

// when says what the expectation is for.
func (s *Series) when(at time.Time) string {
	if s.state.Level.empty() {
		return " of late"
	}
	return fmt.Sprintf(" by %s %d:00 UTC", at.UTC().Weekday(), at.UTC().Hour())
}

// number writes three digits, and the unit.
func (s *Series) number(v float64) string {
	text := strconv.FormatFloat(v, 'g', 3, 64)
	if math.Abs(v) >= 1000 {
		text = strconv.FormatFloat(v, 'f', 0, 64)
	}
	return text + s.settings.Unit
}

// lasting writes a duration in minutes, hours or days.
func lasting(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 2*day:
		return fmt.Sprintf("%.0f h", d.Hours())
	default:
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	}
}
