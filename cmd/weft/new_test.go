package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// goIn runs a go command in a directory outside this module.
func goIn(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, output)
	}
}

// TestNewSubgraphJoinsTheGraph does what docs/services.md tells to do.
func TestNewSubgraphJoinsTheGraph(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "wishes")
	status, out, complaints := weft(t, "new", "subgraph", "wishes", "--dir", dir)
	if status != 0 || !strings.Contains(out, "weft dev --subgraph wishes=http://127.0.0.1:5001/graphql") {
		t.Fatalf("status %d: %s%s", status, out, complaints)
	}
	goIn(t, dir, "generate", "./...")
	goIn(t, dir, "vet", "./...")
	goIn(t, dir, "test", "./...")
	goIn(t, dir, "build", "-o", "service", ".")

	schema, err := os.ReadFile(filepath.Join(dir, "schema.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	schemas := schemaDirectory(t, "")
	writeText(t, filepath.Join(schemas, "wishes.graphql"), string(schema))
	if status, _, complaints := weft(t, "compose", "--subgraphs", schemas); status != 0 {
		t.Errorf("it does not compose with the samples: %s", complaints)
	}

	place, address := freeAddress(t), freeAddress(t)
	service := start(t, []string{"LISTEN=" + place}, filepath.Join(dir, "service"))
	service.awaitReady(t, "http://"+place+"/readyz")
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"),
		"--subgraph", "wishes=http://"+place+"/graphql")
	dev.awaitReady(t, "http://"+address+"/readyz")
	eventually(t, "the graph answers with what the subgraph adds", func() error {
		a := mustAsk(t, "http://"+address+"/graphql", `{ me { name wishes(first: 1) { text user { username } } } }`)
		want := `"wishes":[{"text":"The third of wishes","user":{"username":`
		if len(a.Errors) > 0 || !strings.Contains(a.Raw, want) {
			return errors.New(a.Raw)
		}
		return nil
	})
	dev.stop(t)
	service.stop(t)
}

// TestNewSubgraphTakesUncommonNames has an entity that the example otherwise extends, and a name that Go writes in
// capitals.
func TestNewSubgraphTakesUncommonNames(t *testing.T) {
	for _, name := range []string{"users", "api-keys"} {
		dir := filepath.Join(t.TempDir(), name)
		if status, _, complaints := weft(t, "new", "subgraph", name, "--dir", dir); status != 0 {
			t.Fatal(complaints)
		}
		goIn(t, dir, "generate", "./...")
		goIn(t, dir, "test", "./...")
	}
}

func TestNewSubgraphLeavesFilesAlone(t *testing.T) {
	dir := t.TempDir()
	file := writeText(t, filepath.Join(dir, "precious"), "text")
	free := filepath.Join(dir, "new")
	for want, args := range map[string][]string{
		"is not empty: it has precious; choose another directory with --dir": {"wishes", "--dir", dir},
		"not a directory; choose another directory with --dir":               {"wishes", "--dir", file},
		"did you mean wishes?":                              {"Wishes", "--dir", free},
		"give one like github.com/you/wishes with --module": {"wishes", "--dir", free, "--module", "a b"},
	} {
		status, _, complaints := weft(t, append([]string{"new", "subgraph"}, args...)...)
		if status == 0 || !strings.Contains(complaints, want) {
			t.Errorf("%q: status %d, want %q in\n%s", args, status, want, complaints)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the directory has %v, %v", entries, err)
	}
}
