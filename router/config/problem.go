package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/weft-graphql/weft/router/excerpt"
)

// Problem is one thing that is wrong with a configuration.
type Problem struct {
	// File, Line and Column are where it stands; File is empty and Line 0 when it does not come from a file.
	File         string
	Line, Column int
	// Source is where it comes from otherwise: the name of an environment variable or a flag.
	Source string
	// Key is the path of the setting: upstream.all.timeout.
	Key string
	// Message says what is wrong and how to mend it.
	Message string
}

// Error is the problem on one line.
func (p Problem) Error() string {
	var where string
	switch {
	case p.Source != "":
		where = p.Source + ": "
	case p.Line > 0:
		where = fmt.Sprintf("%s:%d:%d: ", p.File, p.Line, p.Column)
	case p.File != "":
		where = p.File + ": "
	}
	if p.Key != "" {
		where += p.Key + ": "
	}
	return excerpt.Of(where + p.Message)
}

// Problems are all things that are wrong with a configuration.
type Problems []Problem

// maxListed is how many problems are told.
const maxListed = 50

// Error is all problems, one per line.
func (p Problems) Error() string {
	lines := make([]string, 0, maxListed+1)
	for _, problem := range p[:min(len(p), maxListed)] {
		lines = append(lines, problem.Error())
	}
	if more := len(p) - maxListed; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// nearest is the candidate that a misspelt name most likely means; empty when none is close.
func nearest(name string, candidates []string) string {
	if len(name) > 100 {
		return "" // nobody has misspelt that, and comparing it would take its time
	}
	best, distance := "", max(2, len(name)/3)+1
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		if d := levenshtein.ComputeDistance(name, c); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// Unknown words the problem that there is no setting, or whatever else is meant, of a name in a place: it proposes the
// known one that is most likely meant, or lists them all.
func Unknown(kind, name, place string, known []string) string {
	if guess := nearest(name, known); guess != "" {
		return fmt.Sprintf("there is no %s %q %s; did you mean %q?", kind, name, place, guess)
	}
	return fmt.Sprintf("there is no %s %q %s; there are %s", kind, name, place,
		strings.Join(slices.Sorted(slices.Values(known)), ", "))
}
