package schema_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/schema"
)

// The composed documents are checked in, so that a change of a subgraph shows what it does to the graph.
func TestComposedDocumentsAreFresh(t *testing.T) {
	text, err := os.ReadFile("subgraphs.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []struct{ Name, URL, Schema string }
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != len(schema.Names()) {
		t.Errorf("subgraphs.json has %d subgraphs, the package %d", len(list), len(schema.Names()))
	}
	var subgraphs []compose.Subgraph
	for _, s := range list {
		sdl, err := schema.SDL(s.Name)
		if err != nil {
			t.Fatal(err)
		}
		subgraphs = append(subgraphs, compose.Subgraph{Name: s.Name, URL: s.URL, SDL: sdl, File: s.Schema})
	}
	result, errs := compose.Compose(subgraphs, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for file, want := range map[string]string{"supergraph.graphql": result.SupergraphSDL, "api.graphql": result.APISDL} {
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is stale: run go generate ./schema", file)
		}
	}
	if _, err := supergraph.Load(result.SupergraphSDL); err != nil {
		t.Error(err)
	}
}
