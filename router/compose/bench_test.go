package compose_test

import (
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/compose/synthetic"
)

// BenchmarkCompose composes the graph the project measures itself by: 30 subgraphs, 100 and 200 entities.
func BenchmarkCompose(b *testing.B) {
	for name, entities := range map[string]int{"entities=100": 100, "entities=200": 200} {
		b.Run(name, func(b *testing.B) {
			var in []compose.Subgraph
			for _, s := range synthetic.Graph(30, entities) {
				in = append(in, compose.Subgraph{Name: s.Name, URL: "http://" + s.Name, SDL: s.SDL})
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, errs := compose.Compose(in, compose.Options{}); len(errs) > 0 {
					b.Fatal(errs[0])
				}
			}
		})
	}
}
