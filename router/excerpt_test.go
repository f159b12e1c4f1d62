package router_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/supergraph"
)

// TestNoErrorIsAsLongAsItsInput gives the readers of graphs and configurations something long in every place that an
// error could quote.
func TestNoErrorIsAsLongAsItsInput(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	const graph = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @join__type(graph: join__Graph!, key: String) repeatable on OBJECT
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
enum join__Graph { A @join__graph(name: "a", url: "") }
`
	ending := graph + "type Query @join__type(graph: A) { a: Int }\n"
	for name, sdl := range map[string]string{
		"a token": long, "a name": graph + "type " + long + " {", "a string": graph + `"` + long, "a block string": graph + `"""` + long,
		"an unknown type":  ending + "type T @join__type(graph: A) { a" + long + ": U" + long + " }",
		"an unknown graph": ending + "type T @join__type(graph: " + long + ") { a: Int }",
		"a key":            ending + `type T @join__type(graph: A, key: "` + long + `") { a: Int }`,
		"a directive":      ending + "extend type Query @" + long,
		"a specification":  strings.Replace(ending, "/join/v0.3", "/"+long+"/v0.1", 1),
	} {
		if _, err := supergraph.Load(sdl); err != nil && len(err.Error()) > 2000 {
			t.Errorf("%s in a supergraph: %d bytes", name, len(err.Error()))
		}
	}
	for name, sdl := range map[string]string{
		"a token": long, "a type": "type Query { a: " + long + " }", "a directive": "type Query { a: Int @" + long + " }",
		"a key":         `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"]) type Query { a: Int } type T @key(fields: "` + long + `") { a: Int }`,
		"an import":     `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@` + long + `"]) type Query { a: Int }`,
		"a default":     `type Query { a(x: Int = "` + long + `"): Int }`,
		"an enum value": "type Query { a: E } enum E { " + long + " " + long + " }",
	} {
		_, errs := compose.Compose([]compose.Subgraph{{Name: "a", SDL: sdl}}, compose.Options{})
		for _, err := range errs {
			if len(err.Message)+len(err.Suggestion) > 4000 {
				t.Errorf("%s in a subgraph: %d bytes", name, len(err.Message))
			}
		}
	}
	for name, text := range map[string]string{
		"a key": long + ": 1", "a nested key": "limits: {" + long + ": 1}", "a value": "listen: " + long, "a number": "limits: {depth: " + long + "}",
		"a choice": "log: {level: " + long + "}", "a list": "cors: {origins: [" + long + "]}", "a variable": "listen: ${" + long + "}", "a bracket": "[" + long,
	} {
		file := filepath.Join(t.TempDir(), "weft.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := config.Load(config.Source{File: file, Environ: []string{}}); err == nil || len(err.Error()) > 4000 {
			t.Errorf("%s in a configuration: %.100v", name, err)
		}
	}
}
