package validation

// tooFar is the number of edits from which a name is not taken for a misspelling of another.
const tooFar = 3

// nameDistance is the number of single-character edits between two names, or tooFar when there are at least that many.
// Edits further than that from the diagonal cannot matter, so the time grows with the length of the names, not with its
// square.
func nameDistance(a, b string) int {
	if len(a)-len(b) >= tooFar || len(b)-len(a) >= tooFar {
		return tooFar
	}
	const width = 2*tooFar + 1 // row[k] is the distance at j = i + k - tooFar
	var row [width]int
	for k := range row {
		row[k] = k - tooFar
		if k < tooFar {
			row[k] = tooFar
		}
	}
	for i := 1; i <= len(a); i++ {
		least := tooFar
		left := tooFar
		for k := range row {
			j := i + k - tooFar
			above := tooFar
			if k+1 < width {
				above = row[k+1]
			}
			switch {
			case j < 0 || j > len(b):
				left = tooFar
			case j == 0:
				left = i
			default:
				d := row[k]
				if a[i-1] != b[j-1] {
					d++
				}
				left = min(d, left+1, above+1)
			}
			row[k] = min(left, tooFar)
			least = min(least, row[k])
		}
		if least >= tooFar {
			return tooFar
		}
	}
	return row[len(b)-len(a)+tooFar]
}
