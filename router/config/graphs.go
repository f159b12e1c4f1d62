package config

import (
	"fmt"
	"strings"
)

// Graph is another graph that this process serves, beside the one of the configuration it stands in.
type Graph struct {
	// Its name, for operators: what they see of it is below /graphs/NAME of the admin listener.
	Name string `yaml:"name"`
	// Configuration file of its own. Listeners, TLS, server, log, admin and shutdown are those of the process.
	Config string `yaml:"config"`
	// Requests whose path is this, or goes on from it with a slash, are for this graph. Its graphql.path has to begin so.
	Path string `yaml:"path"`
	// Requests to this host, in any case and with any port, are for this graph.
	Host string `yaml:"host"`
}

// ServesPath tells whether a path is one of the graph's.
func (g *Graph) ServesPath(path string) bool {
	return g.Path != "" && (path == g.Path || strings.HasPrefix(path, g.Path+"/"))
}

func (k *checker) graphs(c *Config) {
	names := map[string]bool{}
	for i := range c.Graphs {
		g, key := &c.Graphs[i], fmt.Sprintf("graphs.%d", i)
		switch {
		case g.Name == "" || strings.Trim(g.Name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "":
			k.report(key+".name", "%q is not possible; a name has letters, digits, - and _", g.Name)
		case names[g.Name]:
			k.report(key+".name", "%q is the name of another graph too", g.Name)
		}
		names[g.Name] = true
		if g.Config == "" {
			k.report(key+".config", "is missing: name the configuration file of the graph")
		}
		switch {
		case g.Path == "" && g.Host == "":
			k.report(key, "has neither path nor host: no request would be for it")
		case g.Path != "" && (!strings.HasPrefix(g.Path, "/") || strings.HasSuffix(g.Path, "/") || strings.ContainsAny(g.Path, "?# ")):
			k.report(key+".path", "%q is not possible; write one like /inventory", g.Path)
		}
		if strings.ContainsAny(g.Host, ":/ ") {
			k.report(key+".host", "%q is no name of a host; write it without scheme and port", g.Host)
		}
	}
}
