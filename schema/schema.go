// Package schema holds the contract between the domain services and everybody who asks them: one SDL document per
// subgraph, embedded in the binary exactly as it is checked in. Beside them stand supergraph.graphql, composed from
// them with the addresses of subgraphs.json, and api.graphql, what clients see of it; `go generate ./schema` makes
// both.
package schema

import (
	"embed"
	"fmt"
)

//go:generate go run ../cmd/weft compose --subgraphs subgraphs.json --output supergraph.graphql
//go:generate go run ../cmd/weft compose --subgraphs subgraphs.json --api --output api.graphql

//go:embed accounts.graphql catalog.graphql insights.graphql inventory.graphql orders.graphql reviews.graphql
var files embed.FS

// Events is the subgraph of subscriptions that the router feeds from the event bus. It has no service, and is not among
// Names: a router that serves it has to know where the bus is (subscription.providers).
//
//go:embed events.graphql
var Events string

// Names lists the subgraphs in the order they are composed: by name.
func Names() []string {
	return []string{"accounts", "catalog", "insights", "inventory", "orders", "reviews"}
}

// SDL returns the schema document of one subgraph. The error says which names exist.
func SDL(name string) (string, error) {
	text, err := files.ReadFile(name + ".graphql")
	if err != nil {
		return "", fmt.Errorf("there is no subgraph %q; the subgraphs are %v", name, Names())
	}
	return string(text), nil
}
