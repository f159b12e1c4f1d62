package usage

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// Kinds of lines.
const (
	// HeadLine is the beginning of a report.
	HeadLine = "report"
	// DocumentLine describes an operation.
	DocumentLine = "document"
	// CountLine says how often a client sent one.
	CountLine = "count"
	// RestLine says of how many requests there are only counts of what they use, and FieldLine has one of these counts.
	RestLine  = "rest"
	FieldLine = "field"
)

// Line is a part of a report, as files and log records have it.
type Line struct {
	// Kind is what it is about.
	Kind string
	// Use is what a CountLine says; nil for the others.
	Use *Use
	// Document is what a DocumentLine or CountLine is about; nil for the others.
	Document *Document

	value any
}

// JSON is the line's text, without a line break.
func (l Line) JSON() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(l.value)
	return bytes.TrimRight(text.Bytes(), "\n"), err
}

// Lines are those of a report, in an order in which they can be read: documents come before what is said of them.
func (r *Report) Lines() []Line {
	lines := []Line{{Kind: HeadLine, value: head{version, r.From, r.To, slices.Sorted(maps.Keys(r.Graphs))}}}
	for _, hash := range slices.Sorted(maps.Keys(r.Documents)) {
		d := r.Documents[hash]
		lines = append(lines, Line{Kind: DocumentLine, Document: d, value: d})
	}
	for _, u := range r.Uses() {
		lines = append(lines, Line{Kind: CountLine, Use: &u, Document: r.Documents[u.Document], value: u})
	}
	if r.RestRequests > 0 {
		lines = append(lines, Line{Kind: RestLine, value: line{Rest: r.RestRequests}})
	}
	for _, c := range slices.Sorted(maps.Keys(r.Rest)) {
		n := r.Rest[c]
		lines = append(lines, Line{Kind: FieldLine, value: line{Field: c, Count: n.Uses, MaybeCount: n.Maybe}})
	}
	return lines
}
