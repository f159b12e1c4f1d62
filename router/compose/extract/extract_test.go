package extract_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/compose/extract"
	"github.com/weft-graphql/weft/router/compose/oracle"
)

// again takes a supergraph apart and composes the parts.
func again(t *testing.T, supergraph string) (string, []*compose.Error) {
	t.Helper()
	names, err := extract.Subgraphs(supergraph)
	if err != nil {
		t.Fatal(err)
	}
	parts := make([]compose.Subgraph, len(names))
	for i, name := range names {
		parts[i].Name = name
		if parts[i].SDL, err = extract.Subgraph(supergraph, name); err != nil {
			t.Fatal(err)
		}
	}
	result, errs := compose.Compose(parts, compose.Options{SkipSatisfiability: true})
	if len(errs) > 0 {
		return "", errs
	}
	return result.SupergraphSDL, nil
}

// facts are what a supergraph says of who defines what.
func facts(t *testing.T, sdl string) []string {
	t.Helper()
	lines, err := oracle.SupergraphLines(sdl)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(lines, func(line string) bool {
		return !strings.Contains(line, " @join__") || strings.HasPrefix(line, "join__Graph.")
	})
}

// groups are those of the corpus that are about what types and fields are, not about how directives are spelt.
var groups = []string{
	"auth", "cachetag", "context", "cost", "enums", "external", "fed1", "fieldsets", "inputs", "interfaces", "keys", "mixtures",
	"override", "roots", "satisfiability", "sharing", "types", "generated-sharing", "generated-abstract",
}

// undetermined are graphs that do not say enough of their subgraphs, and why.
var undetermined = map[string]string{
	"interfaces/interface-object-field-shared-with-implementation-field": "a field of an interface object does not say who else resolves it",
	"auth/scopes-of-an-interface-object-and-an-implementation":           "a field of an interface object does not say who else resolves it",
	"external/key-field-external-in-one-and-not-in-other":                "a key is resolvable whether or not that was written",
}

// TestPartsComposeToTheSameGraph takes supergraphs of every kind apart and composes the parts again.
func TestPartsComposeToTheSameGraph(t *testing.T) {
	cases, err := oracle.Cases()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, c := range cases {
		if !slices.Contains(groups, c.Group) {
			continue
		}
		result, errs := oracle.Compose(c)
		if len(errs) > 0 {
			continue
		}
		checked++
		got, errs := again(t, result.SupergraphSDL)
		var different []string
		if len(errs) > 0 {
			different = append(different, "the parts do not compose: "+errs[0].Error())
		} else {
			want, have := facts(t, result.SupergraphSDL), facts(t, got)
			for _, line := range want {
				if !slices.Contains(have, line) {
					different = append(different, "lost   "+line)
				}
			}
			for _, line := range have {
				if !slices.Contains(want, line) {
					different = append(different, "gained "+line)
				}
			}
		}
		if why, known := undetermined[c.ID()]; known != (len(different) > 0) {
			t.Errorf("%s (%s):\n    %s", c.ID(), why, strings.Join(different, "\n    "))
		}
	}
	if checked < 300 {
		t.Errorf("only %d graphs were taken apart", checked)
	}
}

func TestUnknownSubgraphsAndGraphsAreExplained(t *testing.T) {
	result, errs := compose.Compose([]compose.Subgraph{{Name: "shop", SDL: "type Query { a: Int }"}}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if _, err := extract.Subgraph(result.SupergraphSDL, "shp"); err == nil || err.Error() != "the graph has no subgraph shp; it has shop" {
		t.Errorf("an unknown subgraph: %v", err)
	}
	for _, sdl := range []string{"type Query {", "type Query { a: Int }"} {
		if _, err := extract.Subgraph(sdl, "shop"); err == nil || !strings.Contains(err.Error(), "supergraph") {
			t.Errorf("%s: %v", sdl, err)
		}
	}
}
