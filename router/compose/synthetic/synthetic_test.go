package synthetic

import (
	"strings"
	"testing"
)

func TestGraphHasTheSizeItPromises(t *testing.T) {
	size, entities := 0, map[string]int{}
	for _, s := range Graph(30, 100) {
		size += len(s.SDL)
		for _, line := range strings.Split(s.SDL, "\n") {
			if rest, found := strings.CutPrefix(line, "type Entity"); found {
				name, _, _ := strings.Cut(rest, " ")
				entities[name]++
			}
		}
	}
	if size < 500_000 || size > 700_000 {
		t.Errorf("30 x 100 is %d bytes", size)
	}
	if len(entities) != 100 {
		t.Errorf("%d entities", len(entities))
	}
	for name, count := range entities {
		if count != 20 {
			t.Errorf("Entity%s is in %d subgraphs", name, count)
		}
	}
}

func TestGraphIsDeterministic(t *testing.T) {
	one, two := Graph(5, 9), Graph(5, 9)
	for i := range one {
		if one[i] != two[i] {
			t.Errorf("subgraph %d differs between runs", i)
		}
	}
}
