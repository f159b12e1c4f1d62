package cache

import (
	"strconv"

	"github.com/agnivade/levenshtein"
)

// didYouMean is the end of a message about an unknown name: the known one that is most likely meant, if any is close.
func didYouMean(name string, known []string) string {
	best, distance := "", 1+max(2, len(name)/3)
	for _, k := range known {
		if d := levenshtein.ComputeDistance(name, k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + strconv.Quote(best) + "?"
}
