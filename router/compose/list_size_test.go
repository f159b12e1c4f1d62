package compose_test

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
)

// TestSlicingArgumentsAreInTheSupergraph composes lists whose size is said to come from arguments that not all
// subgraphs have: readers of supergraphs refuse what names arguments that are not there.
func TestSlicingArgumentsAreInTheSupergraph(t *testing.T) {
	const head = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@listSize", "@shareable"])
`
	result, errs := compose.Compose([]compose.Subgraph{
		{Name: "a", SDL: head + `type Query @shareable {
			none(n: Int): [Int] @listSize(slicingArguments: null, assumedSize: 3)
			lost(n: Int): [Int] @listSize(slicingArguments: ["n"])
			one(n: Int, o: Int): [Int] @listSize(slicingArguments: ["n", "o"])
			both(n: Int, o: Int): [Int] @listSize(slicingArguments: ["n", "o"])
			single(n: Int): [Int] @listSize(slicingArguments: "n")
		}`},
		{Name: "b", SDL: head + `type Query @shareable {
			none: [Int] lost: [Int] one(o: Int): [Int] both(n: Int, o: Int): [Int] single(n: Int): [Int]
		}`},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, want := range []string{
		"none: [Int] @listSize(assumedSize: 3)\n",
		"lost: [Int] @listSize\n",
		"one(o: Int): [Int] @listSize(slicingArguments: [\"o\"])\n",
		"both(n: Int, o: Int): [Int] @listSize(slicingArguments: [\"n\", \"o\"])\n",
		"single(n: Int): [Int] @listSize(slicingArguments: \"n\")\n",
	} {
		if !strings.Contains(result.SupergraphSDL, want) {
			t.Errorf("%s is not in\n%s", want, result.SupergraphSDL)
		}
	}
}
