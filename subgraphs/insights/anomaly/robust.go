package anomaly

import (
	"math"
	"slices"
)

// normal is what a median absolute deviation has to be multiplied by to be a standard deviation, if deviations are
// normal.
const normal = 1.4826

// median sorts the values and returns the one in the middle; 0 if there is none.
func median[T float32 | float64](values []T) T {
	n := len(values)
	if n == 0 {
		return 0
	}
	slices.Sort(values)
	if n%2 == 1 {
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}

// spreadAround is the median absolute deviation from the middle. It overwrites the values.
func spreadAround(middle float64, values []float64) float64 {
	for i, v := range values {
		values[i] = math.Abs(v - middle)
	}
	return median(values)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func clamp(v, low, high float64) float64 { return math.Min(math.Max(v, low), high) }
