// Package satisfiability decides whether every query of a composed graph can be answered by its subgraphs.
//
// A query is a set of paths from a root type, and a path can be answered when at every step some subgraph that the
// path has reached, or can reach by keys, resolves the next field. Which subgraph that is need not be settled early:
// the check therefore runs the paths of the API schema against the set of all subgraph types a path may stand at. Two
// paths that stand at the same type with the same set have the same future, so each such state is looked at once, and
// not at all when a visited state of the same type stands at fewer places (what those answer, more places answer too).
// Paths themselves are never enumerated. This is the antichain method for inclusion of automata.
//
// How one moves between subgraphs does not depend on the path. Which keys and which @requires can be satisfied from
// which subgraph is computed once, as a least fixed point (facts.go), so that conditions which only satisfy each
// other in a circle do not count.
package satisfiability

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/syntax"
)

// Options changes how Check works. The zero value is usual.
type Options struct {
	// Locate returns where a subgraph defines a schema coordinate ("Type" or "Type.field"), if it does. Without it
	// the errors name subgraphs but no positions.
	Locate func(subgraph, coordinate string) (problem.Position, bool)
	// MaxStates bounds the search; 0 means 2,000,000. A search that is cut short is an error.
	MaxStates int
}

// invalidSupergraph is the code for a supergraph that cannot be read; composition itself never makes one.
const invalidSupergraph problem.Code = "INVALID_FEDERATION_SUPERGRAPH"

const defaultMaxStates = 2_000_000

// Check reads a supergraph in the join specification (0.3 to 0.5) and returns an error for every place where a query
// of its API schema gets stuck, shortest queries first, and hints about shared fields whose subgraphs disagree about
// the types they return. A supergraph that cannot be read gives one error.
func Check(supergraphSDL string, options Options) ([]*problem.Error, []problem.Hint) {
	doc, err := syntax.ParseTypeSystem(&ast.Source{Name: "supergraph", Input: supergraphSDL})
	if err != nil {
		return []*problem.Error{unreadable(err)}, nil
	}
	return CheckDocument(doc, options)
}

// CheckDocument is Check for a supergraph that has been parsed. It does not change the document.
func CheckDocument(doc *ast.SchemaDocument, options Options) ([]*problem.Error, []problem.Hint) {
	m, err := readModel(doc)
	if err != nil {
		return []*problem.Error{unreadable(err)}, nil
	}
	if options.MaxStates == 0 {
		options.MaxStates = defaultMaxStates
	}
	f := computeFacts(m)
	s := &search{facts: f, options: options}
	s.run()
	if s.differ {
		types := &search{facts: f, options: options, typesOnly: true}
		types.run()
		s.errors, s.hints = append(types.errors, s.errors...), types.hints
	}
	return s.errors, s.hints
}

func unreadable(err error) *problem.Error {
	return &problem.Error{
		Code:    invalidSupergraph,
		Message: fmt.Sprintf("The supergraph cannot be read: %v.", err),
	}
}
