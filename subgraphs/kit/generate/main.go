// Command generate runs gqlgen for the domain services named on the command line, or for all of them, with the one
// configuration gqlgen.yml at the root of the repository. Run it anywhere inside the repository.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen/config"

	"github.com/weft-graphql/weft/schema"
)

func main() {
	names := os.Args[1:]
	if len(names) == 0 {
		names = schema.Names()
	}
	if err := enterRoot(); err != nil {
		fail(err)
	}
	for _, name := range names {
		if err := generate(name); err != nil {
			fail(fmt.Errorf("generate %s: %w", name, err))
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "generate:", err)
	os.Exit(1)
}

// enterRoot goes up to the directory of gqlgen.yml, since the paths in it begin there.
func enterRoot() error {
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "gqlgen.yml")); err == nil {
			return os.Chdir(dir)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return fmt.Errorf("gqlgen.yml is in no directory above; run this inside the repository")
		}
		dir = parent
	}
}

func generate(name string) error {
	if _, err := schema.SDL(name); err != nil {
		return err
	}
	text, err := os.ReadFile("gqlgen.yml")
	if err != nil {
		return err
	}
	filled := strings.ReplaceAll(string(text), "$SERVICE", name)
	parsed, err := config.ReadConfig(strings.NewReader(filled))
	if err != nil {
		return err
	}
	return api.Generate(parsed)
}
