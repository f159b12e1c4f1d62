// Command pin writes the go.mod and go.sum of new subgraphs: the versions that this repository itself is tested with.
// It is run by go generate, in the folder above.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// tool is the package that go generate runs in a new subgraph.
const tool = "github.com/99designs/gqlgen"

// imported are the packages that a new subgraph needs of other modules, besides those that these import.
var imported = []string{
	tool, tool + "/client", tool + "/graphql/handler", tool + "/graphql/handler/extension", tool + "/graphql/handler/lru",
	tool + "/graphql/handler/transport", tool + "/plugin/federation/fedruntime", "github.com/vektah/gqlparser/v2",
}

// direct are the modules that the sources of a new subgraph name.
var direct = []string{tool, "github.com/vektah/gqlparser/v2"}

func main() {
	mod, sum, err := pins(filepath.Join("..", "..", ".."))
	if err == nil {
		err = os.WriteFile(filepath.Join("template", "go.mod.tmpl"), mod, 0o644)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join("template", "go.sum.tmpl"), sum, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pin:", err)
		os.Exit(1)
	}
}

// pins makes both files from those of the repository.
func pins(root string) (mod, sum []byte, err error) {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, nil, err
	}
	ours, err := modfile.Parse("go.mod", text, nil)
	if err != nil {
		return nil, nil, err
	}
	needed, err := modules(root)
	if err != nil {
		return nil, nil, err
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return nil, nil, err
	}
	return goMod(ours, needed), goSum(sums, needed), nil
}

// modules lists the modules that the imported packages come from.
func modules(root string) (map[string]bool, error) {
	list := exec.Command("go", append([]string{"list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}"}, imported...)...)
	list.Dir, list.Stderr = root, os.Stderr
	output, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	needed := map[string]bool{}
	for _, path := range strings.Fields(string(output)) {
		needed[path] = true
	}
	return needed, nil
}

func goMod(ours *modfile.File, needed map[string]bool) []byte {
	var named, others strings.Builder
	for _, r := range ours.Require {
		switch {
		case slices.Contains(direct, r.Mod.Path):
			fmt.Fprintf(&named, "\t%s %s\n", r.Mod.Path, r.Mod.Version)
		case needed[r.Mod.Path]:
			fmt.Fprintf(&others, "\t%s %s // indirect\n", r.Mod.Path, r.Mod.Version)
		}
	}
	return fmt.Appendf(nil, "module {{.Module}}\n\ngo %s\n\nrequire (\n%s)\n\nrequire (\n%s)\n\ntool %s\n",
		ours.Go.Version, &named, sortedLines(others.String()), tool)
}

// sortedLines is how go mod tidy orders requirements; ours come from two blocks.
func sortedLines(text string) string {
	lines := strings.SplitAfter(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "")
}

func goSum(ours []byte, needed map[string]bool) []byte {
	var kept []byte
	for line := range bytes.Lines(ours) {
		if path, _, _ := strings.Cut(string(line), " "); needed[path] {
			kept = append(kept, line...)
		}
	}
	return kept
}
