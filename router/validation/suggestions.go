package validation

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

const (
	// maxSuggestions is how many errors of a document have suggestions: nobody reads more.
	maxSuggestions = 10
	// maxOptions is how many names one suggests, maxName how long names are that are compared.
	maxOptions, maxName = 5, 100
)

// suggest returns ` Did you mean …?` with the known names that are most like a name; empty when none is.
func (c *checker) suggest(name string, known func(yield func(string))) string {
	if c.suggestions >= maxSuggestions || name == "" || len(name) > maxName {
		return ""
	}
	c.suggestions++
	type option struct {
		name     string
		distance int
	}
	var options []option
	threshold := len(name)*2/5 + 1
	known(func(other string) {
		if len(other)-len(name) > threshold || len(name)-len(other) > threshold {
			return
		}
		if d := levenshtein.ComputeDistance(name, other); d <= threshold {
			options = append(options, option{other, d})
		}
	})
	if len(options) == 0 {
		return ""
	}
	slices.SortFunc(options, func(a, b option) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), strings.Compare(a.name, b.name))
	})
	var names []string
	for _, o := range options[:min(len(options), maxOptions)] {
		names = append(names, o.name)
	}
	return " Did you mean " + orList(names) + "?"
}

// orList is `"a", "b", or "c"`.
func orList(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = "\"" + n + "\""
	}
	switch last := len(quoted) - 1; len(quoted) {
	case 1:
		return quoted[0]
	case 2:
		return quoted[0] + " or " + quoted[1]
	default:
		return strings.Join(quoted[:last], ", ") + ", or " + quoted[last]
	}
}
