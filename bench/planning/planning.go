// Package planning holds a corpus for measuring query planning: graphs and operations from trivial to absurd, each with
// the number of requests and waves that its best plan has.
//
// Everything that measures planning reads it from here: the benchmarks of this package, and the command peers, which
// asks other planners to plan the same.
package planning

import (
	"fmt"
	"slices"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// Case is one operation over one graph.
type Case struct {
	// Name is lower-case words joined by hyphens; unique.
	Name string
	// About says in one sentence what makes the case worth having.
	About     string
	Subgraphs []compose.Subgraph
	// Operation is the client's document; it holds one operation, whose variables all have defaults or are optional.
	Operation string
	// Requests and Waves are what the best plan has: the fewest requests on the longest chain of requests that wait for
	// each other, and the fewest requests that are possible with that.
	Requests, Waves int
	// BeyondBudget tells that the search cannot be completed within the planner's budget of nodes. Requests is then what
	// the best plan found must not exceed.
	BeyondBudget bool
}

// Cases returns the whole corpus, the simple ones first.
func Cases() []Case {
	return slices.Concat(basicCases(), choiceCases(), keyCases(), requiresCases(), abstractCases(), largeCases(),
		recursiveCases(), hubCases())
}

// Supergraph composes the case's graph.
func (c Case) Supergraph() (string, error) {
	composed, errs := compose.Compose(c.Subgraphs, compose.Options{})
	if len(errs) > 0 {
		return "", fmt.Errorf("%s does not compose: %w", c.Name, errs[0])
	}
	return composed.SupergraphSDL, nil
}

// Planner returns a planner for a supergraph that Supergraph returned.
func Planner(supergraphSDL string) (*supergraph.Supergraph, *plan.Planner, error) {
	sg, err := supergraph.Load(supergraphSDL)
	if err != nil {
		return nil, nil, err
	}
	return sg, plan.New(sg), nil
}

// Prepare parses, validates and normalises the case's operation, with the variables' defaults. Limits are off.
func (c Case) Prepare(sg *supergraph.Supergraph) (*operation.Operation, error) {
	prepared, errs := operation.Prepare(sg, c.Operation, "", operation.Limits{
		Tokens: -1, Depth: -1, Fields: -1, Aliases: -1, Directives: -1, RootFields: -1,
	})
	if len(errs) > 0 {
		return nil, fmt.Errorf("%s: %w", c.Name, errs)
	}
	variables, errs := prepared.CoerceVariables(nil)
	if len(errs) > 0 {
		return nil, fmt.Errorf("%s: %w", c.Name, errs)
	}
	return prepared.Operation(prepared.ConditionSet(&variables, nil)), nil
}

// link imports what the graphs of the corpus use of the federation specification.
const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", ` +
	`"@external", "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible"])
`

// graph makes subgraphs of pairs of a name and a schema, which gets the link.
func graph(namesAndSchemas ...string) []compose.Subgraph {
	var out []compose.Subgraph
	for pair := range slices.Chunk(namesAndSchemas, 2) {
		out = append(out, compose.Subgraph{Name: pair[0], URL: "http://" + pair[0], SDL: link + pair[1]})
	}
	return out
}
