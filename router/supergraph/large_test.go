package supergraph_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/compose/synthetic"
	"github.com/weft-graphql/weft/router/supergraph"
)

// composed is the supergraph of a graph in which most fields are like others.
func composed(t *testing.T) string {
	t.Helper()
	var subgraphs []compose.Subgraph
	for _, s := range synthetic.Wide(20, 300, 4) {
		subgraphs = append(subgraphs, compose.Subgraph{Name: s.Name, URL: "http://127.0.0.1/" + s.Name, SDL: s.SDL})
	}
	result, errs := compose.Compose(subgraphs, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs[0])
	}
	return result.SupergraphSDL
}

// What subgraphs know of fields is kept once for all fields of which they know the same, and nothing is kept of the
// directives that say so: a supergraph takes less than 20 times the memory of its text.
func TestLargeSupergraphsAreSmall(t *testing.T) {
	sdl := composed(t)
	live := func() uint64 {
		runtime.GC()
		runtime.GC() // what pools had is free after two
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := live()
	s, err := supergraph.Load(sdl)
	if err != nil {
		t.Fatal(err)
	}
	if taken := live() - before; taken > 20*uint64(len(sdl)) {
		t.Errorf("a supergraph of %d KB takes %d KB", len(sdl)>>10, taken>>10)
	}
	a, b := s.Type("Entity0").Field("id"), s.Type("Entity20").Field("id")
	if &a.In[0] != &b.In[0] {
		t.Error("the same subgraphs know the keys of two types, which is kept twice")
	}
	for _, typ := range s.Types {
		for _, f := range typ.Fields {
			for id, in := range f.In {
				if in != nil && (in.Subgraph.ID != id || in.Type.String() != f.Type.String()) {
					t.Fatalf("%s.%s: subgraph %d is said to be %d, the type %s, to be %s", typ.Name, f.Name, id, in.Subgraph.ID, f.Type, in.Type)
				}
			}
			if len(f.Definition.Directives) > 0 {
				t.Fatalf("%s.%s still has @%s", typ.Name, f.Name, f.Definition.Directives[0].Name)
			}
		}
	}
}

// Positions are not kept, but errors have them.
func TestErrorsOfLargeSupergraphsSayWhere(t *testing.T) {
	sdl := composed(t)
	line := strings.Count(sdl, "\n") + 2
	for text, want := range map[string]string{
		"type Extra { }":                          "supergraph.graphql:",
		"type Extra { __hidden: Entity0 }":        "supergraph.graphql:",
		"type Extra implements Nobody { a: Int }": "Nobody",
	} {
		_, err := supergraph.Load(sdl + "\n" + text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", text, err)
			continue
		}
		if want != "Nobody" && strings.Contains(err.Error(), "supergraph.graphql:1:") {
			t.Errorf("%s stands in line %d: error %v", text, line, err)
		}
	}
}
