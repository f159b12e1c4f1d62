// Package synthetic makes large federated graphs for measuring composition. The graphs are valid, deterministic and
// shaped like those of companies with many teams: every entity is spread over two thirds of the subgraphs, each of
// which adds fields and references of its own.
package synthetic

import (
	"fmt"
	"strings"
)

// Subgraph is one generated subgraph.
type Subgraph struct {
	Name string
	SDL  string
}

// Graph returns a graph of the given numbers of subgraphs and entities. Every entity is in two thirds of the
// subgraphs; each of them gives it six fields: three scalars, an enum, a reference to another entity and a list of a
// third, beside its keys and one field that all share. Every fourth entity has a second key, which a third of its
// subgraphs use instead of the first. 30 subgraphs and 100 entities make about 600 KB.
func Graph(subgraphs, entities int) []Subgraph {
	out := make([]Subgraph, subgraphs)
	for s := range out {
		var b strings.Builder
		b.WriteString(
			"extend schema @link(url: \"https://specs.apollo.dev/federation/v2.7\", import: [\"@key\", \"@shareable\"])\n\n",
		)
		var present []int
		for e := range entities {
			if has(s, e) {
				present = append(present, e)
			}
		}
		writeQuery(&b, s, present)
		for i, e := range present {
			writeEntity(&b, s, e, present[(i+1)%len(present)], present[(i*7+3)%len(present)])
		}
		fmt.Fprintf(&b, "enum Status%d {\n  ACTIVE\n  RETIRED\n  PLANNED\n}\n\n", s)
		b.WriteString("type Money @shareable {\n  amount: Int!\n  currency: String!\n}\n")
		out[s] = Subgraph{Name: fmt.Sprintf("team-%02d", s), SDL: b.String()}
	}
	return out
}

// has tells whether subgraph s defines entity e: two of any three neighbouring subgraphs do.
func has(s, e int) bool { return (s+e)%3 != 0 }

func writeQuery(b *strings.Builder, s int, present []int) {
	b.WriteString("type Query {\n")
	for i, e := range present {
		if i%10 == s%10 {
			fmt.Fprintf(b, "  entity%dByTeam%d(id: ID!): Entity%d\n", e, s, e)
			fmt.Fprintf(b, "  allEntity%dByTeam%d(first: Int = 20, after: String): [Entity%d!]!\n", e, s, e)
		}
	}
	fmt.Fprintf(b, "  team%dHealth: String\n}\n\n", s)
}

func writeEntity(b *strings.Builder, s, e, next, other int) {
	keys, body := `@key(fields: "id")`, "  id: ID!\n"
	if e%4 == 0 {
		switch s % 6 {
		case 0, 1: // only the second key; the others connect it to the first
			keys, body = `@key(fields: "code region")`, "  code: String!\n  region: String!\n"
		case 2, 3:
			keys, body = `@key(fields: "id") @key(fields: "code region")`, "  id: ID!\n  code: String!\n  region: String!\n"
		}
	}
	fmt.Fprintf(b, "type Entity%d %s {\n%s", e, keys, body)
	b.WriteString("  title: String @shareable\n")
	fmt.Fprintf(b, "  team%dLabel: String\n", s)
	fmt.Fprintf(b, "  team%dCount(since: String, until: String): Int!\n", s)
	fmt.Fprintf(b, "  team%dPrice: Money\n", s)
	fmt.Fprintf(b, "  team%dStatus: Status%d\n", s, s)
	fmt.Fprintf(b, "  team%dNext: Entity%d\n", s, next)
	fmt.Fprintf(b, "  team%dOthers(first: Int = 10): [Entity%d!]!\n}\n\n", s, other)
}
