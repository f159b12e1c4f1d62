package clock

import "strconv"

// FormatNumber writes the number that Redis keeps as the scripts take it.
func FormatNumber(n uint64) string { return strconv.FormatUint(n, 10) }

// ParseNumber reads what the scripts write; scores may come with an exponent. 0 when it is no number.
func ParseNumber(s string) uint64 {
	if n, err := strconv.ParseUint(s, 10, 64); err == nil {
		return n
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f < 0 || f > 1<<53 {
		return 0
	}
	return uint64(f)
}
