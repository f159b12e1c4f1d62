package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestPinsAreFresh wants new subgraphs to begin with the versions that this repository is tested with.
func TestPinsAreFresh(t *testing.T) {
	mod, sum, err := pins(filepath.Join("..", "..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]byte{"go.mod.tmpl": mod, "go.sum.tmpl": sum} {
		got, err := os.ReadFile(filepath.Join("..", "template", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is stale: run `go generate ./cmd/weft/newsubgraph`", name)
		}
	}
}
