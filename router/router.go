// Package router is the Weft router as a library: New makes an http.Handler of a configuration.
//
// A request passes through the rooms below in order: server reads it, operation prepares it, plan decides which
// subgraphs to ask, exec asks them (through upstream, and cache) and prints the answer.
package router

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/server/graphiql"
	"github.com/weft-graphql/weft/schema/bus"
)

// Options are what a configuration cannot hold.
type Options struct {
	// Logger receives what operators must know; slog.Default when nil.
	Logger *slog.Logger
	// Supergraph is the graph to serve, instead of the one the configuration names.
	Supergraph string
	// Handlers are subgraphs in this process, by name: they are called directly, not over the network.
	Handlers map[string]http.Handler
	// DefaultQuery stands in the playground on a first visit, unless the configuration names one.
	DefaultQuery string
	// Events is the bus on which services tell what has changed, instead of the configured one; optional.
	Events *bus.Bus
	// Version is what /status tells.
	Version string
}

// Router serves a supergraph. It is an http.Handler. The graph can be replaced while requests are in progress.
type Router struct {
	config  *config.Config
	options Options
	logger  *slog.Logger
	health  *server.Health
	face    http.Handler
	// handler is the innermost part of face; metrics are nil when nobody can ask for them.
	handler *server.Handler
	metrics *metrics
	graph   atomic.Pointer[graph]
	// identity proves to subgraphs that requests come from here; nil when no key is shared with them.
	identity *identity
	// cache is nil when there is no entity cache. It outlives the graphs.
	cache *cache.Cache
	// closers end what runs in the background, in order.
	closers []func()
	// files are those of the graph; nil when it did not come from files.
	files *config.FileWatch
	// swapping lets one graph be built at a time.
	swapping sync.Mutex
	since    time.Time
}

// New makes a router. The error tells what is wrong with the configuration or the graph.
func New(cfg *config.Config, options Options) (*Router, error) {
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	r := &Router{config: cfg, options: options, logger: options.Logger, since: time.Now()}
	if key := cfg.Upstream.IdentityKey; key != "" {
		r.identity = &identity{key: []byte(key)}
	}
	sdl := options.Supergraph
	if sdl == "" {
		// From before they are read: a change that comes later is one that Watch must notice.
		r.files = config.NewFileWatch(filesOf(&cfg.Supergraph))
		var err error
		if sdl, err = LoadSupergraph(&cfg.Supergraph); err != nil {
			return nil, err
		}
	}
	var err error
	if r.cache, err = OpenCache(&cfg.Cache, r.logger); err != nil {
		return nil, err
	}
	g, err := r.newGraph(sdl)
	if err != nil {
		r.closeCache()
		return nil, err
	}
	r.graph.Store(g)
	r.health = server.NewHealth("weft router", options.Version)
	r.health.Detail, r.health.Open = r.status, cfg.Plan.Expose
	if r.face, err = r.newFace(); err == nil {
		err = r.connectEvents()
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// ServeHTTP answers a request.
func (r *Router) ServeHTTP(w http.ResponseWriter, req *http.Request) { r.face.ServeHTTP(w, req) }

// Execute answers a GraphQL request; it makes the router a server.Engine.
func (r *Router) Execute(ctx context.Context, req *server.Request, resp *server.Response) {
	r.graph.Load().execute(ctx, req, resp)
}

// Health is what /healthz, /readyz and /status answer from.
func (r *Router) Health() *server.Health { return r.health }

// Swap replaces the graph. Recently used operations are planned again first, so that the new graph answers as fast as
// the old one did; requests in progress end on the old one. When the new graph cannot be served the old one stays.
func (r *Router) Swap(sdl string) error {
	r.swapping.Lock()
	defer r.swapping.Unlock()
	old := r.graph.Load()
	if old.supergraph.SDL == sdl {
		return nil
	}
	g, err := r.newGraph(sdl)
	if err != nil {
		return err
	}
	if n := r.config.Plan.WarmUp; n > 0 {
		g.operations.WarmUp(context.Background(), old.operations, n)
	}
	r.graph.Store(g)
	// Requests that began before the swap go on, with new connections if they need any, and may do so for as long as the
	// request timeout allows. Only they keep the old graph: with its plans it can be the larger part of the memory.
	closers := old.closers
	closeAll(closers)
	time.AfterFunc(max(r.config.Limits.RequestTimeout, time.Minute)+time.Second, func() { closeAll(closers) })
	return nil
}

// Close ends what runs in the background. Requests must have ended before.
func (r *Router) Close() {
	for _, f := range r.closers {
		f()
	}
	r.graph.Load().close()
	r.closeCache()
}

func (r *Router) closeCache() {
	if r.cache == nil {
		return
	}
	if err := r.cache.Close(); err != nil {
		r.logger.Warn("the entity cache did not close", "err", err)
	}
}

// newFace assembles the HTTP face. What is not configured is not in the chain.
func (r *Router) newFace() (http.Handler, error) {
	c := r.config
	opts := server.Options{
		Engine: r, Path: c.GraphQL.Path, PlaygroundPath: c.Playground.Path, MaxBodyBytes: int64(c.Limits.BodyBytes), MaxBodiesBytes: int64(c.Limits.BodiesBytes),
		MaxAnswersBytes: int64(c.Limits.ResponsesBytes),
		MaxConcurrent:   c.Limits.ConcurrentRequests, Timeout: c.Limits.RequestTimeout,
		Compress: c.Compression.Enabled, CompressAbove: int(c.Compression.MinBytes),
		RequireHeaders: c.GraphQL.RequireHeaders, RequestIDs: c.Log.RequestIDs, Health: r.health, Logger: r.logger,
	}
	if c.GraphQL.Batching.Enabled {
		opts.MaxBatch = c.GraphQL.Batching.Max
	}
	if c.Log.Access {
		opts.Observers = append(opts.Observers, server.AccessLog(r.logger))
	}
	if c.Admin.Listen != "" && c.Admin.Metrics {
		r.metrics = r.newMetrics()
		opts.Observers = append(opts.Observers, r.metrics.observe)
	}
	if c.Playground.Enabled {
		page, err := r.newPlayground()
		if err != nil {
			return nil, err
		}
		opts.Playground = page
	}
	handler, err := server.NewHandler(opts)
	if err != nil {
		return nil, err
	}
	r.handler = handler
	var face http.Handler = handler
	if len(c.CORS.Origins) > 0 {
		headers := c.CORS.Headers
		if len(headers) == 0 {
			headers = []string{"Content-Type", "Authorization"}
		}
		face = server.CORS{
			Origins: c.CORS.Origins, Methods: []string{http.MethodGet, http.MethodPost}, Headers: headers,
			ExposedHeaders: c.CORS.ExposedHeaders, Credentials: c.CORS.Credentials,
			MaxAgeSeconds: int(c.CORS.MaxAge.Seconds()),
		}.Wrap(face)
	}
	return face, nil
}

func (r *Router) newPlayground() (*graphiql.Playground, error) {
	query := r.options.DefaultQuery
	if file := r.config.Playground.DefaultQuery; file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("playground.default_query: %w", err)
		}
		query = string(text)
	}
	return graphiql.New(graphiql.Options{
		Endpoint: r.config.GraphQL.Path, Title: r.config.Playground.Title, DefaultQuery: query,
	})
}

// status is the router's part of /status.
func (r *Router) status() any {
	g := r.graph.Load()
	status := struct {
		SupergraphHash string           `json:"supergraphHash"`
		LoadedAt       time.Time        `json:"loadedAt"`
		Subgraphs      []subgraphStatus `json:"subgraphs"`
	}{SupergraphHash: g.hash, LoadedAt: g.loaded.UTC()}
	for _, s := range g.supergraph.Subgraphs {
		status.Subgraphs = append(status.Subgraphs, subgraphStatus{Name: s.Name})
	}
	return status
}

// subgraphStatus is a subgraph as /status tells of it, to everybody, and, with the URL, /subgraphs to operators.
type subgraphStatus struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

func (r *Router) serveSubgraphs(w http.ResponseWriter, _ *http.Request) {
	g := r.graph.Load()
	list := make([]subgraphStatus, len(g.supergraph.Subgraphs))
	for i, s := range g.supergraph.Subgraphs {
		list[i] = subgraphStatus{s.Name, g.urls[i]}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(list) // the peer has gone; there is nobody to tell
}

// Admin is the handler of the administration listener.
func (r *Router) Admin() (http.Handler, error) {
	mux := http.NewServeMux()
	mux.Handle("/", server.Admin(r.health, r.config.Admin.Profiles))
	mux.HandleFunc("GET /subgraphs", r.serveSubgraphs)
	if r.metrics != nil {
		mux.Handle("GET /metrics", r.metrics.handler())
	}
	if r.cache == nil {
		return mux, nil
	}
	mux.HandleFunc("GET /cache", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(r.cache.Stats()) // the peer has gone; there is nobody to tell
	})
	if key := r.config.Cache.Invalidation.SharedKey; key != "" {
		endpoint, err := r.cache.Endpoint(key)
		if err != nil {
			return nil, err
		}
		mux.Handle("/invalidation", endpoint)
	}
	return mux, nil
}
