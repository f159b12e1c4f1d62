// Command generate runs gqlgen for the domain services named on the command line, or for all of them: it fills the
// template gqlgen.yml at the root of the repository in for each service, and runs the standard command in the service's
// folder. Run it anywhere inside the repository.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/weft-graphql/weft/schema"
)

// configName is what gqlgen looks for where it is run.
const configName = "gqlgen.yml"

func main() {
	names := os.Args[1:]
	if len(names) == 0 {
		names = schema.Names()
	}
	root, err := findRoot()
	if err != nil {
		fail(err)
	}
	template, err := os.ReadFile(filepath.Join(root, configName))
	if err != nil {
		fail(err)
	}
	for _, name := range names {
		if err := generate(root, string(template), name); err != nil {
			fail(fmt.Errorf("generate %s: %w", name, err))
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "generate:", err)
	os.Exit(1)
}

// findRoot goes up to the directory of the module, where the template is.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("go.mod is in no directory above; run this inside the repository")
		}
		dir = parent
	}
}

func generate(root, template, name string) error {
	if _, err := schema.SDL(name); err != nil {
		return err
	}
	dir := filepath.Join(root, "subgraphs", name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	filled := strings.ReplaceAll(template, "$SERVICE", name)
	if err := os.WriteFile(filepath.Join(dir, configName), []byte(filled), 0o644); err != nil {
		return err
	}
	command := exec.Command("go", "run", "github.com/99designs/gqlgen", "generate")
	command.Dir, command.Stdout, command.Stderr = dir, os.Stdout, os.Stderr
	return command.Run()
}
