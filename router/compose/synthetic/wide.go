package synthetic

import (
	"fmt"
	"strings"
)

// Wide returns a graph of many types, each of which only a few subgraphs know, as graphs of large companies are. Every
// subgraph that knows a type gives it six fields: four with arguments, a reference and a list. 60 subgraphs, 5,000
// types and a spread of four make a supergraph of 10 MB.
func Wide(subgraphs, types, spread int) []Subgraph {
	out := make([]Subgraph, subgraphs)
	for s := range out {
		var b, query strings.Builder
		b.WriteString(
			"extend schema @link(url: \"https://specs.apollo.dev/federation/v2.7\", import: [\"@key\", \"@shareable\"])\n\n",
		)
		fmt.Fprintf(&query, "type Query {\n  team%dHealth: String\n", s)
		for t := range types {
			// Neighbouring types belong to other teams, and no team has the same neighbours everywhere.
			first := t * 7 % subgraphs
			for k := range min(spread, subgraphs) {
				if (first+k*max(1, subgraphs/spread))%subgraphs != s {
					continue
				}
				if k == 0 {
					fmt.Fprintf(&query, "  entity%d(id: ID!): Entity%d\n", t, t)
				}
				writeWide(&b, s, t)
			}
		}
		query.WriteString("}\n")
		out[s] = Subgraph{Name: fmt.Sprintf("team-%02d", s), SDL: b.String() + query.String()}
	}
	return out
}

func writeWide(b *strings.Builder, s, t int) {
	fmt.Fprintf(b, "\"\"\"Entity %d, and what team %d knows of it.\"\"\"\n", t, s)
	fmt.Fprintf(b, "type Entity%d @key(fields: \"id\") {\n  id: ID!\n  title: String @shareable\n", t)
	for f := range 4 {
		fmt.Fprintf(b, "  team%dCount%d(since: String, until: String): Int!\n", s, f)
	}
	fmt.Fprintf(b, "  team%dSelf: Entity%d\n  team%dOthers(first: Int = 10): [Entity%d!]!\n}\n\n", s, t, s, t)
}
