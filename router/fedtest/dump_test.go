package fedtest

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

var dumpTo = flag.String("dump", "", "directory to write the subgraphs of all graphs to, with what became of them")

// dump writes a graph for other composers to judge.
func dump(t *testing.T, g *graph, try int, refused error) {
	t.Helper()
	if *dumpTo == "" {
		return
	}
	type source struct {
		Name string `json:"name"`
		URL  string `json:"url"`
		SDL  string `json:"sdl"`
	}
	out := struct {
		Refused   string   `json:"refused"`
		Subgraphs []source `json:"subgraphs"`
	}{}
	if refused != nil {
		out.Refused = refused.Error()
	}
	for s, name := range g.subgraphs {
		out.Subgraphs = append(out.Subgraphs, source{name, "http://" + name, g.subgraphSDL(s)})
	}
	raw, err := json.MarshalIndent(out, "", " ")
	if err == nil {
		err = os.WriteFile(filepath.Join(*dumpTo, fmt.Sprintf("%06d-%d.json", g.seed, try)), raw, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
