package satisfiability_test

import (
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/compose/satisfiability"
	"github.com/weft-graphql/weft/router/compose/synthetic"
)

// BenchmarkCheck checks the graph the project measures composition by, reading its supergraph included: 30 subgraphs,
// 100 and 200 entities.
func BenchmarkCheck(b *testing.B) {
	for name, entities := range map[string]int{"entities=100": 100, "entities=200": 200} {
		b.Run(name, func(b *testing.B) {
			var in []compose.Subgraph
			for _, s := range synthetic.Graph(30, entities) {
				in = append(in, compose.Subgraph{Name: s.Name, SDL: s.SDL})
			}
			result, errs := compose.Compose(in, compose.Options{SkipSatisfiability: true})
			if len(errs) > 0 {
				b.Fatal(errs[0])
			}
			b.ReportAllocs()
			for b.Loop() {
				if errs, _ := satisfiability.Check(result.SupergraphSDL, satisfiability.Options{}); len(errs) > 0 {
					b.Fatal(errs[0])
				}
			}
		})
	}
}
