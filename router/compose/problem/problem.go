// Package problem holds what composition has to say about subgraphs: errors, hints and the places they point at.
//
// It is a leaf: the composer, the satisfiability check and everything that prints diagnostics share these types
// without importing each other.
package problem

import (
	"fmt"
	"slices"
)

// Position is a place in one subgraph's SDL.
type Position struct {
	Subgraph string `json:"subgraph"`
	// File is the name the caller gave the subgraph's SDL, empty when it has none.
	File string `json:"file,omitempty"`
	// Line and Column are 1-based; Column counts runes.
	Line   int `json:"line"`
	Column int `json:"column"`
}

// String is "file:line:column", with the subgraph's name in brackets standing in for a missing file name.
func (p Position) String() string {
	file := p.File
	if file == "" {
		file = "[" + p.Subgraph + "]"
	}
	return fmt.Sprintf("%s:%d:%d", file, p.Line, p.Column)
}

// Error is one reason why subgraphs do not compose.
type Error struct {
	// Code is one of the Code constants.
	Code    Code   `json:"code"`
	Message string `json:"message"`
	// Subgraphs names the subgraphs involved, sorted, without duplicates.
	Subgraphs []string `json:"subgraphs,omitempty"`
	// Positions are the source places involved, the most telling one first.
	Positions []Position `json:"positions,omitempty"`
	// Suggestion says how to mend it, empty when there is no obvious way.
	Suggestion string `json:"suggestion,omitempty"`
}

// Error implements error: the code and the message, without positions.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Severity says how much attention a hint deserves.
type Severity string

// The severities, from the least to the most urgent.
const (
	Debug   Severity = "DEBUG"
	Info    Severity = "INFO"
	Warning Severity = "WARN"
)

// Hint is something that composes but is worth knowing.
type Hint struct {
	// Code is one of the Hint constants.
	Code     HintCode `json:"code"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	// Coordinate is the schema coordinate the hint is about ("Type.field(arg:)", "@directive"), or empty.
	Coordinate string     `json:"coordinate,omitempty"`
	Subgraphs  []string   `json:"subgraphs,omitempty"`
	Positions  []Position `json:"positions,omitempty"`
}

// SubgraphNames returns the distinct subgraph names of positions, sorted.
func SubgraphNames(positions []Position) []string {
	names := make([]string, 0, len(positions))
	for _, p := range positions {
		names = append(names, p.Subgraph)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
