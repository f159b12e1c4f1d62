package generation

import (
	"fmt"
	"strings"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/supergraph"
)

// authorizes tells that a module decides who may see what.
func (g *Generation) authorizes() bool {
	for _, info := range g.options.Modules {
		m := info.New()
		if _, ok := m.(module.Authorizer); !ok {
			continue
		}
		if configured, ok := g.config.Modules[info.Name].(module.Module); ok {
			m = configured
		}
		if m.Enabled() {
			return true
		}
	}
	return false
}

// checkFeatures refuses a graph that links a specification for security or execution which nothing here heeds, or warns
// of it where the configuration says so.
// https://specs.apollo.dev/link/v1.0/#Purpose
func (g *Generation) checkFeatures(sg *supergraph.Supergraph) error {
	unsupported := sg.Unsupported()
	if !g.authorizes() {
		for _, f := range sg.Features {
			if f.Purpose != "" && supergraph.IsAccess(f.URL) {
				unsupported = append(unsupported, f)
			}
		}
	}
	if len(unsupported) == 0 {
		return nil
	}
	names := make([]string, len(unsupported))
	for i, f := range unsupported {
		names[i] = fmt.Sprintf("%s (for: %s)", f.URL, f.Purpose)
	}
	list := strings.Join(names, ", ")
	if g.config.Supergraph.UnsupportedFeatures == "warn" {
		g.logger.Warn(
			"the supergraph links specifications that this router does not support: it is served as if their directives were not there",
			"specifications",
			list,
		)
		return nil
	}
	return fmt.Errorf(
		"it links specifications that this router does not support, but that are for security or execution: %s. Whatever their directives protect "+
			"would be served to everybody. Remove the directives from the subgraphs, or serve the graph all the same with supergraph.unsupported_features: warn",
		list,
	)
}
