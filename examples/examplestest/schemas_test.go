package examplestest

import (
	"os"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/subgraphs"
)

// TestTheSchemaInJavaComposes composes the schema of the example whose own test only make java runs.
func TestTheSchemaInJavaComposes(t *testing.T) {
	wraps, err := os.ReadFile("../java/wraps/schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := subgraphs.SDL("catalog")
	if err != nil {
		t.Fatal(err)
	}
	_, problems := compose.Compose([]compose.Subgraph{
		{Name: "catalog", URL: "http://catalog.invalid/graphql", SDL: catalog},
		{Name: "wraps", URL: "http://wraps.invalid/graphql", SDL: string(wraps)},
	}, compose.Options{})
	if len(problems) > 0 {
		t.Error(problems)
	}
}
