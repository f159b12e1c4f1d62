package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPersistMakesAManifest(t *testing.T) {
	schemas, frontend := schemaDirectory(t, ""), t.TempDir()
	graph, output := filepath.Join(frontend, "supergraph.graphql"), filepath.Join(frontend, "manifest.json")
	if status, _, complaints := weft(t, "compose", "--subgraphs", schemas, "-o", graph); status != 0 {
		t.Fatal(complaints)
	}
	src := filepath.Join(frontend, "src")
	if err := os.Mkdir(src, 0o700); err != nil {
		t.Fatal(err)
	}
	writeText(t, filepath.Join(src, "top.ts"), "const q = gql`query Top { __typename ...Rest }`")
	writeText(t, filepath.Join(src, "rest.graphql"), "fragment Rest on Query { __schema { queryType { name } } }")
	status, _, complaints := weft(t, "persist", src, "--supergraph", graph, "--output", output)
	if status != 0 || !strings.Contains(complaints, "manifest.json: 1 operations") {
		t.Fatalf("status %d: %s", status, complaints)
	}
	text, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Format     string
		Operations []struct{ ID, Name, Type, Body string }
	}
	if err := json.Unmarshal(text, &manifest); err != nil || manifest.Format != "apollo-persisted-query-manifest" ||
		len(manifest.Operations) != 1 || !strings.Contains(manifest.Operations[0].Body, "fragment Rest on Query") {
		t.Errorf("%v\n%s", err, text)
	}
	writeText(t, filepath.Join(src, "bad.gql"), "\nquery Bad { nowhere }")
	status, out, complaints := weft(t, "persist", src, "--supergraph", graph, "--format", "relay")
	if status != 1 || out != "" || !strings.Contains(complaints, `bad.gql:2: Bad: Cannot query field "nowhere" on type "Query"`) {
		t.Errorf("status %d: %s%s", status, out, complaints)
	}
}
