package cost

import (
	"strings"

	"github.com/weft-graphql/weft/router/operation"
)

// size is the length that a list is expected to have.
type size struct {
	// assumed is the length when no slicing argument says one.
	assumed float64
	// given counts the slicing arguments with values that are written out, of which most is the largest; -1 without any.
	given int
	most  float64
	// otherwise is what the subgraph takes when none is given, by the schema's defaults; -1 without.
	otherwise float64
	// variables are the slicing arguments whose values variables have.
	variables []slicing
	// one tells that exactly one must be given, of which field, and which ones there are.
	one       bool
	field     string
	arguments [][]string
}

// slicing is a slicing argument whose value a variable has, or a part of it.
type slicing struct {
	variable int
	path     []string
}

// evaluate is the length with some variables. ok is false when not exactly one slicing argument has a
// value, and one must.
func (s *size) evaluate(variables *operation.Variables) (length float64, ok bool) {
	given, most := s.given, s.most
	for i := range s.variables {
		v := &s.variables[i]
		raw := variables.Raw(v.variable)
		for _, name := range v.path {
			raw = entry(raw, name)
		}
		n, isNumber := parseNumber(raw)
		if isNumber {
			given++
			most = max(most, n)
		}
	}
	if given == 0 && s.otherwise >= 0 {
		return s.otherwise, true
	}
	if ok = !s.one || given == 1; most < 0 {
		return s.assumed, ok
	}
	return most, ok
}

// complaint says what is wrong with the slicing arguments.
func (s *size) complaint() string {
	var names []string
	for _, path := range s.arguments {
		names = append(names, strings.Join(path, "."))
	}
	return "The field " + s.field + " must be given exactly one of its arguments that say how much is wanted: " +
		strings.Join(names, ", ") + "."
}
