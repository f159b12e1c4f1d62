package generation

import (
	"maps"
	"slices"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/supergraph"
)

// checkNames looks for settings of subgraphs and types that the graph does not have, which would silently do nothing.
// What the entity cache is told of these is refused, unless it was right before another graph came: a graph is not held
// back by settings that it leaves without use.
func (g *Generation) checkNames(previous *Generation) error {
	problems, harmless := cacheNames(&g.config.Cache, g.supergraph), upstreamNames(&g.config.Upstream, g.supergraph)
	if previous != nil && previous.config == g.config {
		problems, harmless = nil, append(harmless, problems...)
	}
	for _, p := range harmless {
		g.logger.Warn("a setting is for nothing in the graph", "setting", p.Key, "problem", p.Message)
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

func subgraphNames(s *supergraph.Supergraph) (names []string) {
	for _, sub := range s.Subgraphs {
		names = append(names, sub.Name)
	}
	return names
}

func upstreamNames(c *config.Upstream, s *supergraph.Supergraph) (problems config.Problems) {
	known := subgraphNames(s)
	for _, name := range slices.Sorted(maps.Keys(c.Subgraphs)) {
		if !slices.Contains(known, name) {
			problems = append(problems, config.Problem{
				Key: "upstream.subgraphs." + name, Message: config.Unknown("subgraph", name, "in the supergraph", known),
			})
		}
	}
	return problems
}

func cacheNames(c *config.Cache, s *supergraph.Supergraph) (problems config.Problems) {
	if !c.Enabled {
		return nil
	}
	known := subgraphNames(s)
	for _, name := range slices.Sorted(maps.Keys(c.Subgraphs)) {
		key := "cache.subgraphs." + name
		at := slices.Index(known, name)
		if at < 0 {
			problems = append(problems, config.Problem{
				Key: key, Message: config.Unknown("subgraph", name, "in the supergraph", known),
			})
			continue
		}
		stored := cachedTypes(s, s.Subgraphs[at])
		for _, typ := range slices.Sorted(maps.Keys(c.Subgraphs[name].Types)) {
			if !slices.Contains(stored, typ) {
				problems = append(problems, config.Problem{
					Key: key + ".types." + typ, Message: config.Unknown("entity or query root type", typ, "in the subgraph", stored),
				})
			}
		}
	}
	return problems
}

// cachedTypes are the types under whose names the cache stores what a subgraph says: entities, and the root of queries.
func cachedTypes(s *supergraph.Supergraph, sub *supergraph.Subgraph) (names []string) {
	for _, t := range s.Types {
		if in := t.In[sub.ID]; in != nil && (len(in.Keys) > 0 || t == s.Query) {
			names = append(names, t.Name)
		}
	}
	return names
}
