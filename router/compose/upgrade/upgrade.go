// Package upgrade turns Federation 1 schemas into Federation 2 schemas that mean the same.
package upgrade

import (
	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/subgraph"
)

// All upgrades the Federation 1 schemas among subgraphs, in place.
func All(subgraphs []*subgraph.Subgraph) []*problem.Error {
	return nil
}
