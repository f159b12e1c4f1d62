package standalone

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/module"
)

// graphs are all that a process serves. Each has a router of its own, and so settings, limits, caches and metrics.
type graphs struct {
	main   *router.Router
	others []*graph
}

// graph is one beside the first.
type graph struct {
	config.Graph
	router  *router.Router
	reloads Reloader
}

// openGraphs makes the routers of the other graphs that a configuration names.
func openGraphs(main *router.Router, cfg *config.Config, list []module.Info, logger *slog.Logger) (*graphs, error) {
	all := &graphs{main: main}
	stores := map[string]string{sharedStore(cfg): "the first graph"}
	for _, named := range cfg.Graphs {
		g, err := openGraph(named, cfg, list, logger)
		if err != nil {
			all.close()
			return nil, fmt.Errorf("the graph %s: %w", named.Name, err)
		}
		all.others = append(all.others, g)
		store := sharedStore(g.reloads.Started)
		if other := stores[store]; store != "" && other != "" {
			all.close()
			return nil, fmt.Errorf(
				"the graph %s has its cache in the same Redis as %s; give it another cache.namespace",
				g.Name,
				other,
			)
		}
		stores[store] = "the graph " + g.Name
	}
	return all, nil
}

// sharedStore names where a cache is that another process, or graph, could use as well; empty when it is nowhere.
func sharedStore(cfg *config.Config) string {
	if !cfg.Cache.Enabled || len(cfg.Cache.Redis.Addresses) == 0 {
		return ""
	}
	addresses := slices.Sorted(slices.Values(cfg.Cache.Redis.Addresses))
	return fmt.Sprint(addresses, cfg.Cache.Redis.DB, "/", cfg.Cache.Namespace)
}

func openGraph(named config.Graph, process *config.Config, list []module.Info, logger *slog.Logger) (*graph, error) {
	g := &graph{Graph: named}
	logger = logger.With("graph", named.Name)
	file := WatchFile(named.Config)
	source := ConfigSource(named.Config, list, nil)
	// Variables that are settings are those of the first graph.
	source.Environ = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, config.EnvPrefix) })
	prepare := func(cfg *config.Config) error { return g.belongs(cfg, process) }
	cfg, err := config.Load(source)
	if err == nil {
		err = prepare(cfg)
	}
	if err != nil {
		return nil, err
	}
	g.router, err = router.New(cfg, router.Options{Logger: logger, Modules: list, Version: Version()})
	if err != nil {
		return nil, err
	}
	g.reloads = Reloader{
		Source: source, Router: g.router, Logger: logger, File: file, Hangup: hangups(), Started: cfg, Check: prepare,
	}
	return g, nil
}

// belongs gives a graph's settings what is the process's, and tells why it cannot be served so.
func (g *graph) belongs(cfg, process *config.Config) error {
	if len(cfg.Graphs) > 0 {
		return fmt.Errorf(
			"%s: graphs: there are some already where this file is named; list all of them there",
			g.Graph.Config,
		)
	}
	if g.Path != "" && g.Host == "" && !g.ServesPath(cfg.GraphQL.Path) {
		return fmt.Errorf(
			"%s: graphql.path is %s; it must begin with %s, where this graph is",
			g.Graph.Config,
			cfg.GraphQL.Path,
			g.Path,
		)
	}
	cfg.Listen, cfg.Admin, cfg.Shutdown, cfg.Server, cfg.Log = process.Listen, process.Admin, process.Shutdown, process.Server, process.Log
	cfg.Limits.Memory = process.Limits.Memory
	// What the process has on doors of their own is the first graph's.
	cfg.Admin.MetricsListen, cfg.Admin.InvalidationListen, cfg.Admin.HealthListen = "", "", ""
	return nil
}

// follow reloads what changes, until ctx ends.
func (s *graphs) follow(ctx context.Context) {
	for _, g := range s.others {
		go g.router.Watch(ctx)
		go g.reloads.Follow(ctx)
	}
}

// of is the router that a request is for.
func (s *graphs) of(r *http.Request) *router.Router {
	switch r.URL.Path {
	case "/healthz", "/readyz", "/status":
		return s.main
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	for _, g := range s.others {
		if (g.Host == "" || strings.EqualFold(g.Host, host)) && (g.Path == "" || g.ServesPath(r.URL.Path)) {
			return g.router
		}
	}
	return s.main
}

// handler is what clients reach.
func (s *graphs) handler() http.Handler {
	if len(s.others) == 0 {
		return s.main
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.of(r).ServeHTTP(w, r) })
}

// admin is what operators reach: the other graphs are below /graphs/NAME.
func (s *graphs) admin() http.Handler {
	if len(s.others) == 0 {
		return s.main.Admin()
	}
	mux := http.NewServeMux()
	mux.Handle("/", s.main.Admin())
	for _, g := range s.others {
		prefix := "/graphs/" + g.Name
		mux.Handle(prefix+"/", http.StripPrefix(prefix, g.router.Admin()))
	}
	return mux
}

// endSubscriptions ends those of all graphs.
func (s *graphs) endSubscriptions(ctx context.Context, over time.Duration) {
	var all sync.WaitGroup
	all.Go(func() { s.main.EndSubscriptions(ctx, over) })
	for _, g := range s.others {
		all.Go(func() { g.router.EndSubscriptions(ctx, over) })
	}
	all.Wait()
}

// close closes the routers of the other graphs.
func (s *graphs) close() {
	for _, g := range s.others {
		g.router.Close()
	}
}
