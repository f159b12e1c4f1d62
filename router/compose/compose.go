// Package compose turns the SDL of federated subgraphs into one supergraph, or into errors a person can act on.
//
// The work passes through these steps, each in its own files: parse (with positions), resolve @link, upgrade
// Federation 1 schemas, validate each subgraph, merge, check the merged schema, derive the API schema, check
// satisfiability. A step that finds errors ends the composition after reporting all of its errors.
package compose

import (
	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/excerpt"
)

// Subgraph is one subgraph to compose.
type Subgraph struct {
	// Name identifies the subgraph in the supergraph; unique among the composed subgraphs.
	Name string
	// URL is where the router reaches the subgraph. It only travels through to the supergraph and may be empty.
	URL string
	// SDL is the subgraph's schema.
	SDL string
	// File is the name positions carry for SDL; optional.
	File string
}

// Options changes how Compose works. The zero value is the usual composition.
type Options struct {
	// SkipSatisfiability leaves out the check that every query of the API schema can be answered.
	SkipSatisfiability bool
}

// Error, Hint and Position are what composition reports; see package problem.
type (
	Error    = problem.Error
	Hint     = problem.Hint
	Position = problem.Position
)

// Result is a successful composition.
type Result struct {
	// SupergraphSDL is the supergraph in the join specification.
	SupergraphSDL string
	// APISDL is the schema clients see.
	APISDL string
	// Hints are observations about the subgraphs, in a stable order.
	Hints []Hint
}

// Compose composes subgraphs. The result and the errors do not depend on the order of subgraphs. It returns either a
// result, or at least one error.
func Compose(subgraphs []Subgraph, opts Options) (*Result, []*Error) {
	result, errs := composition{options: opts}.run(subgraphs)
	for _, e := range errs {
		e.Message, e.Suggestion = excerpt.Of(e.Message), excerpt.Of(e.Suggestion)
	}
	return result, errs
}
