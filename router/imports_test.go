package router_test

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// modulePath is the prefix of this module's import paths.
const modulePath = "github.com/weft-graphql/weft/"

// mayImport says what the packages below a directory may import of this module, besides what is below the directory
// itself. The longest directory counts. Data passes through the rooms once, in order, and nobody looks back.
var mayImport = map[string][]string{
	"router/excerpt":    {},
	"router/memory":     {},
	"router/slab":       {},
	"router/syntax":     {},
	"router/federation": {"router/syntax"},
	"router/usage":      {},
	"router/sigv4":      {},
	"router/compose":    {"router/excerpt", "router/federation", "router/syntax", "router/usage", "router/validation"},
	// The campaign holds composition against what comes after it.
	"router/compose/oracle/campaign": {"router/compose", "router/plan"},
	"router/supergraph":              {"router/excerpt", "router/federation", "router/syntax"},
	"router/validation":              {"router/syntax"},
	"router/operation":               {"router/jsontext", "router/slab", "router/supergraph", "router/syntax", "router/validation"},
	"router/plan":                    {"router/operation", "router/slab", "router/supergraph", "router/syntax"},
	"router/prepared":                {"router/memory", "router/plan", "router/operation", "router/supergraph"},
	"router/jsontext":                {},
	"router/upstream":                {"router/memory"},
	"router/exec": {
		"router/jsontext", "router/upstream", "router/plan", "router/operation", "router/slab", "router/supergraph",
	},
	"router/cache":            {"router/exec", "router/jsontext", "router/plan", "router/operation", "router/supergraph", "router/federation"},
	"router/cache/connection": {},
	"router/cache/clock":      {"router/cache/connection"},
	"router/cache/policy":     {"router/federation", "router/supergraph"},
	"router/cache/storage":    {"router/cache/connection", "router/cache/policy"},
	"router/server":           {"router/jsontext", "router/memory"},
	"router/subscription":     {"router/server", "router/upstream"},
	"router/subscription/eventbus": {
		"router/subscription", "router/jsontext", "router/federation", "router/supergraph", "router/server", "router/upstream",
	},
	"router/config": {
		"router/caller", "router/excerpt", "router/operation", "router/prepared", "router/upstream", "router/cache", "router/exec",
	},
	"router/caller": {},
	"router/module": append([]string{"router/canary"}, engineRooms...),
	"router/engine": append([]string{"router/module"}, engineRooms...),
	"router/modules": append(
		[]string{"router/module", "router/canary", "router/config", "router/sigv4", "router/usage", "schema/jwks", "schema/wire"}, engineRooms...,
	),
	"router/generation": append(
		[]string{"router/module", "router/engine", "router/canary", "router/config", "router/excerpt", "schema/bus", "schema/wire"}, engineRooms...,
	),
	"router/canary":            {"router/config", "router/server"},
	"router/reload":            {"router/config", "router/module"},
	"router/source":            {"router/config", "router/compose", "router/sigv4"},
	"router":                   {"schema/bus"},
	"cmd/weft-router":          {"router/standalone"},
	"deploy":                   {},
	"docs":                     {},
	"deploy/serverless":        {},
	"cmd/weft-lambda/router":   {"deploy/serverless", "router"},
	"cmd/weft-lambda/subgraph": {"deploy/serverless", "router/standalone", "router/config", "subgraphs"},
	"schema":                   {},
	"subgraphs":                {"schema"},
	"bench":                    {},
	"bench/planning":           {"bench", "router", "schema"},
	"bench/run":                {"bench", "router"},
	"bench/scale":              {"bench", "schema"},
	"storefront":               {},
	"cmd/weft":                 {"bench", "router", "schema", "storefront", "subgraphs"},
}

// engineRooms are the rooms that a request passes through, as modules and the engine see them.
var engineRooms = []string{
	"router/caller", "router/memory", "router/operation", "router/plan", "router/prepared", "router/supergraph", "router/exec", "router/cache",
	"router/upstream", "router/server", "router/subscription",
}

// below tells whether a directory is another one or in it.
func below(dir, parent string) bool { return dir == parent || strings.HasPrefix(dir, parent+"/") }

// roomOf is the entry of mayImport for a directory, or "".
func roomOf(dir string) string {
	room := ""
	for r := range mayImport {
		if below(dir, r) && len(r) > len(room) {
			room = r
		}
	}
	return room
}

// TestTheFacadeIsSmall counts the lines of the root package: what is more than putting rooms together has one of its own.
func TestTheFacadeIsSmall(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines += bytes.Count(text, []byte("\n"))
	}
	if lines == 0 || lines >= 500 {
		t.Errorf("the root package has %d lines of code", lines)
	}
}

// TestImportsPointOneWay reads the imports of all code that is not only for tests.
func TestImportsPointOneWay(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != ".." && (strings.HasPrefix(name, ".") || name == "testdata" || strings.HasSuffix(name, "test")):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		dir, err := filepath.Rel("..", filepath.Dir(path))
		if err != nil {
			return err
		}
		dir = filepath.ToSlash(dir)
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		room := roomOf(dir)
		if room == "" {
			t.Errorf("%s: mayImport does not say what %s may import", path, dir)
			return nil
		}
		seen[room] = true
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			target, ours := strings.CutPrefix(imported, modulePath)
			if ours && !below(target, room) && !slices.ContainsFunc(mayImport[room], func(a string) bool { return below(target, a) }) {
				t.Errorf("%s: %s may not import %s", path, room, target)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for room := range mayImport {
		if !seen[room] {
			t.Errorf("there is no code in %s", room)
		}
	}
}
