package planning

import (
	"fmt"
	"strings"

	"github.com/weft-graphql/weft/router/compose"
)

// hubs are the entities that nearly every subgraph of the hub graph knows and adds fields to.
var hubs = []string{"User", "Product", "Order", "Company"}

// hubCases are over a graph like that of a company with many teams: 46 subgraphs around four entities.
func hubCases() []Case {
	return []Case{
		{
			Name: "hub-46-page", About: "46 subgraphs around four entities: a page that needs some of them",
			Subgraphs: hubGraph(46), Operation: hubPage,
			Requests: 11, Waves: 3,
		},
		{
			Name: "hub-46-all", About: "the same graph: a field of each subgraph",
			Subgraphs: hubGraph(46), Operation: hubEverything(46),
			Requests: 47, Waves: 2,
		},
		{
			Name: "hub-46-deep", About: "the same graph: from hub to hub, seven levels deep",
			Subgraphs: hubGraph(46), Operation: hubDeep,
			Requests: 10, Waves: 9,
		},
	}
}

// hubGraph makes the graph. Subgraph 0 to 3 are the homes of the hubs. Every other subgraph knows three of the four,
// adds two fields to each of them, shares one with half of the others, and refers from each to the next hub. Every
// fifth knows users by another key only.
func hubGraph(n int) []compose.Subgraph {
	var pairs []string
	for s := range n {
		var b strings.Builder
		if s < len(hubs) {
			home := hubs[s]
			fmt.Fprintf(&b, "type Query { %s(id: ID): %s %ss(first: Int = 10): [%s!] }\n", strings.ToLower(home), home, strings.ToLower(home), home)
		}
		for h, hub := range hubs {
			if s >= len(hubs) && (s+h)%4 == 0 {
				continue
			}
			hubEntity(&b, s, h, hub)
		}
		pairs = append(pairs, fmt.Sprintf("team%02d", s), b.String())
	}
	return graph(pairs...)
}

func hubEntity(b *strings.Builder, s, h int, hub string) {
	next := hubs[(h+1)%len(hubs)]
	switch {
	case s == h:
		fmt.Fprintf(b, "type %s @key(fields: \"id\") @key(fields: \"code\") { id: ID! code: ID! name: String! @shareable\n", hub)
	case s%5 == 0:
		fmt.Fprintf(b, "type %s @key(fields: \"code\") { code: ID!\n", hub)
	default:
		fmt.Fprintf(b, "type %s @key(fields: \"id\") { id: ID!\n", hub)
	}
	fmt.Fprintf(b, "  team%dCount: Int\n  team%dNote(lang: String): String\n", s, s)
	if s%2 == 0 {
		fmt.Fprintf(b, "  rating: Float @shareable\n")
	}
	if s%3 == 0 {
		fmt.Fprintf(b, "  badge: String @shareable\n")
	}
	if s%7 == 1 && s != h {
		fmt.Fprintf(b, "  name: String! @shareable\n")
	}
	if s < len(hubs) || (s+h+1)%4 != 0 {
		fmt.Fprintf(b, "  team%d%s: %s\n  team%dAll%s(first: Int): [%s!]\n", s, next, next, s, next, next)
	}
	b.WriteString("}\n")
}

const hubPage = `query Page($first: Int = 5) {
  user(id: "1") {
    name rating badge team7Count team13Note(lang: "en")
    team0Product { name rating team9Count }
  }
  products(first: $first) {
    id name rating badge team17Count team18Count
    team1Order { name team21Note badge }
    team13AllOrder(first: 3) { name rating team23Count }
  }
}`

const hubDeep = `{
  user(id: "1") {
    name
    team9Product { rating
      team13Order { badge rating
        team15Company { name badge rating
          team10User { rating name
            team10Product { badge name
              team21AllOrder(first: 2) { name rating badge }
            }
          }
        }
      }
    }
  }
}`

// hubEverything asks one field of each of n subgraphs.
func hubEverything(n int) string {
	var b strings.Builder
	b.WriteString("{ user(id: 1) {")
	for s := range n {
		if s < len(hubs) || s%4 != 0 {
			fmt.Fprintf(&b, " team%dCount", s)
		}
	}
	b.WriteString(" rating badge }\n product(id: 1) {")
	for s := range n {
		if s >= len(hubs) && s%4 == 0 {
			fmt.Fprintf(&b, " team%dCount", s)
		}
	}
	b.WriteString(" } }")
	return b.String()
}
