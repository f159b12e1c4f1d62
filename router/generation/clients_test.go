package generation

import (
	"testing"

	"github.com/weft-graphql/weft/router/config"
)

// TestTheClientCanBeChosen chooses it for all subgraphs and for one.
func TestTheClientCanBeChosen(t *testing.T) {
	u := config.Default().Upstream
	u.Subgraphs = map[string]config.UpstreamSettings{"b": {Client: "standard"}, "c": {Client: "weft"}}
	for _, c := range []struct {
		all, subgraph string
		ours          bool
	}{
		{"weft", "a", true}, {"weft", "b", false}, {"weft", "c", true},
		{"standard", "a", false}, {"standard", "b", false}, {"standard", "c", true},
	} {
		u.All.Client = c.all
		settings := u.For(c.subgraph)
		made, err := clientConfig(c.subgraph, &settings, certificates{})
		if err != nil {
			t.Fatal(err)
		}
		if ours := made.Plain != nil; ours != c.ours {
			t.Errorf("%+v: ours is %v", c, ours)
		}
	}
}
