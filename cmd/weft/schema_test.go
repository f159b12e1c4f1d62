package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/router/compose/schema"
	contract "github.com/weft-graphql/weft/schema"
)

// definitions are the parts of a document between empty lines outside of braces: its types, in alphabetical order.
func definitions(t *testing.T, sdl string) []string {
	t.Helper()
	doc, err := parser.ParseSchema(&ast.Source{Input: sdl})
	if err != nil {
		t.Fatalf("%v in\n%s", err, sdl)
	}
	s, conflicts := schema.Build(doc)
	if len(conflicts) > 0 {
		t.Fatal(conflicts)
	}
	return strings.Split(schema.Print(s, schema.Style{Sorted: true}), "\n")
}

// TestSchemaPrintsTheSameFromEverywhere prints the graph of files and of a running router, which only tells it by
// introspection.
func TestSchemaPrintsTheSameFromEverywhere(t *testing.T) {
	address := freeAddress(t)
	dir := t.TempDir()
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(dir, "data"))
	subgraphs := schemaDirectory(t, "")
	writeText(t, filepath.Join(subgraphs, "events.graphql"), contract.Events) // which weft dev has, too
	supergraph := filepath.Join(dir, "supergraph.graphql")
	if status, _, complaints := weft(t, "compose", "--subgraphs", subgraphs, "-o", supergraph); status != 0 {
		t.Fatal(complaints)
	}
	dev.awaitReady(t, "http://"+address+"/readyz")
	print := func(args ...string) string {
		t.Helper()
		status, out, complaints := weft(t, append([]string{"schema"}, args...)...)
		if status != 0 {
			t.Fatalf("%q: status %d, %s", args, status, complaints)
		}
		return out
	}
	want := definitions(t, print("--subgraphs", subgraphs))
	if !slices.Contains(want, "type Product implements Item & Node {") {
		t.Fatalf("of subgraphs:\n%s", strings.Join(want, "\n"))
	}
	for _, source := range []string{supergraph, "http://" + address + "/graphql"} {
		if got := definitions(t, print(source)); !slices.Equal(got, want) {
			t.Errorf("%s:\n%s\nwant\n%s", source, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	var ofFile, ofRouter any
	for source, target := range map[string]*any{supergraph: &ofFile, "http://" + address + "/graphql": &ofRouter} {
		if err := json.Unmarshal([]byte(print("--format", "json", source)), target); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(print("--format", "json", source), `"name": "Product"`) {
			t.Errorf("%s as JSON does not know Product", source)
		}
	}
	part := print("--of", "inventory", supergraph)
	if !strings.Contains(part, `@requires(fields: "price weight")`) || strings.Contains(part, "type Review") || strings.Contains(part, "join__") {
		t.Errorf("the part of inventory:\n%s", part)
	}
	if running := print("--of", "inventory", "http://"+address); !slices.Equal(definitions(t, running), definitions(t, part)) {
		t.Errorf("the part of inventory in the running router:\n%s", running)
	}
	if own := print("--of", "inventory", "--subgraphs", subgraphs); !strings.HasPrefix(own, "# Inventory owns where things are") {
		t.Errorf("inventory's own schema:\n%.200s", own)
	}
	dev.stop(t)
}
