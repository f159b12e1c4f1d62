package generation

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/weft-graphql/weft/router/canary"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/server/graphiql"
)

// newFace assembles the HTTP face. What is not configured is not in the chain.
func (g *Generation) newFace(set *provisioned) error {
	c := g.config
	opts := server.Options{
		Engine: g.engine, Path: c.GraphQL.Path, PlaygroundPath: c.Playground.Path,
		MaxBodyBytes: int64(c.Limits.BodyBytes), MaxBodiesBytes: int64(c.Limits.BodiesBytes),
		BodyTimeout: c.Limits.BodyTimeout, BodyRate: int64(c.Limits.BodyRate), MaxAnswersBytes: int64(c.Limits.ResponsesBytes),
		Memory: g.memory, MaxConcurrent: c.Limits.ConcurrentRequests, Timeout: c.Limits.RequestTimeout,
		Compress: c.Compression.Enabled, CompressAbove: int(c.Compression.MinBytes),
		Draft: c.GraphQL.OverHTTP == "draft", RequestEncodings: c.GraphQL.RequestEncodings, RequireHeaders: c.GraphQL.RequireHeaders, RequestIDs: c.Log.RequestIDs, Health: g.options.Health, OpenStatus: g.openStatus,
		Observers: set.observe(), Logger: g.logger, Heartbeat: c.Subscription.Heartbeat, Detach: g.detach, Streams: &g.resources.streams,
	}
	warnOnly(&opts, &c.Limits)
	if g.tally != nil {
		opts.Observers = append(opts.Observers, g.tally.Observe)
	}
	if err := g.boundRequests(&opts); err != nil {
		return err
	}
	if c.GraphQL.CSRF.Enabled {
		opts.PreflightHeaders = c.GraphQL.CSRF.Headers
	}
	if c.Production {
		opts.Landing = "This is a GraphQL endpoint. Send operations to " + c.GraphQL.Path + " with POST.\n"
	}
	if sockets := g.newWebSockets(); sockets != nil {
		opts.WebSocket = sockets
	}
	if c.GraphQL.Batching.Enabled {
		opts.MaxBatch = c.GraphQL.Batching.Max
	}
	if c.Playground.Enabled {
		page, err := g.newPlayground(set)
		if err != nil {
			return err
		}
		opts.Playground = page
	}
	handler, err := server.NewHandler(opts)
	if err != nil {
		return err
	}
	g.handler, g.face = handler, g.withCallbacks(set.wrapHandler(handler))
	return nil
}

func (g *Generation) newPlayground(set *provisioned) (*graphiql.Playground, error) {
	query := g.options.DefaultQuery
	if file := g.config.Playground.DefaultQuery; file != "" {
		text, err := config.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("playground.default_query: %w", err)
		}
		query = string(text)
	}
	graph, err := owned(g.supergraph, set.inputs.Headers(set.inputs.All()))
	if err != nil {
		return nil, fmt.Errorf("listing who owns the graph: %w", err)
	}
	return graphiql.New(graphiql.Options{
		Graph: graph, Endpoint: g.config.GraphQL.Path, Path: g.config.Playground.Path,
		Title: g.config.Playground.Title, DefaultQuery: query, Tour: g.options.Tour,
	})
}

// newAdmin completes the handler of the administration listener.
func (g *Generation) newAdmin() error {
	g.admin.Handle("/", server.Admin(g.options.Health, g.config.Admin.Profiles))
	if g.options.LogLevel != nil {
		g.admin.Handle("/log/level", g.options.LogLevel)
	}
	if g.options.Canary != nil && g.tally != nil {
		g.admin.Handle("/canary", g.options.Canary)
		g.admin.Handle("/canary/", g.options.Canary)
	}
	g.admin.HandleFunc("GET /subgraphs", g.serveSubgraphs)
	g.admin.HandleFunc("GET /supergraph", g.ServeSupergraph)
	if g.cache == nil {
		return nil
	}
	g.admin.HandleFunc("GET /cache", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(g.cache.Stats()) // the peer has gone; there is nobody to tell
	})
	if key := g.config.Cache.Invalidation.SharedKey; key != "" {
		endpoint, err := g.cache.Endpoint(key)
		if err != nil {
			return err
		}
		g.admin.Handle("/invalidation", endpoint)
	}
	return nil
}

// elsewhere are the paths that have a listener of their own, and whether they have.
func (g *Generation) elsewhere(path string) bool {
	a := &g.config.Admin
	return path == "/metrics" && a.MetricsListen != "" || path == "/invalidation" && a.InvalidationListen != ""
}

// ServeAdmin answers a request to the administration listener. The caller must have entered.
func (g *Generation) ServeAdmin(w http.ResponseWriter, r *http.Request) {
	if g.elsewhere(r.URL.Path) {
		http.NotFound(w, r)
		return
	}
	g.ServeDoor(w, r)
}

// ServeDoor answers a request to a listener for some of what operators have.
func (g *Generation) ServeDoor(w http.ResponseWriter, r *http.Request) {
	if !g.shownCertificate(r) {
		http.Error(
			w,
			"This needs a certificate of the authorities that the router's configuration names (admin.tls.client_ca_file).",
			http.StatusForbidden,
		)
		return
	}
	if !g.mayAdminister(r) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		http.Error(w, "This needs the token of the router's configuration (admin.token): Authorization: Bearer ...",
			http.StatusUnauthorized)
		return
	}
	g.admin.ServeHTTP(w, r)
}

// shownCertificate tells whether a request comes with a certificate that the authorities for operators vouch for, or
// needs none.
func (g *Generation) shownCertificate(r *http.Request) bool {
	if g.config.Admin.TLS.ClientCAFile == "" || isHealth(r.URL.Path) {
		return true
	}
	return r.TLS != nil && len(r.TLS.VerifiedChains) > 0
}

func isHealth(path string) bool { return path == "/healthz" || path == "/readyz" }

// mayAdminister tells whether a request has the token, or needs none: who asks for health has no secret, and
// invalidation has a key of its own.
func (g *Generation) mayAdminister(r *http.Request) bool {
	token := g.config.Admin.Token
	if token == "" || isHealth(r.URL.Path) || r.URL.Path == "/invalidation" {
		return true
	}
	want, got := sha256.Sum256([]byte("Bearer "+token)), sha256.Sum256([]byte(r.Header.Get("Authorization")))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1
}

// subgraphStatus is a subgraph as /status tells of it, to everybody, and, with the URL, /subgraphs to operators.
type subgraphStatus struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// Status is the generation's part of /status; it marshals to JSON.
func (g *Generation) Status(trial *canary.Status) any {
	status := struct {
		SupergraphHash string           `json:"supergraphHash"`
		LoadedAt       time.Time        `json:"loadedAt"`
		Subgraphs      []subgraphStatus `json:"subgraphs"`
		Canary         *canary.Status   `json:"canary,omitempty"`
	}{SupergraphHash: g.hash, LoadedAt: g.loaded.UTC(), Canary: trial}
	for _, s := range g.supergraph.Subgraphs {
		status.Subgraphs = append(status.Subgraphs, subgraphStatus{Name: s.Name})
	}
	return status
}

func (g *Generation) serveSubgraphs(w http.ResponseWriter, _ *http.Request) {
	list := make([]subgraphStatus, len(g.clients))
	for i, s := range g.supergraph.Subgraphs {
		list[i] = subgraphStatus{s.Name, g.clients[i].url}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(list) // the peer has gone; there is nobody to tell
}

// ServeSupergraph answers with the SDL of the supergraph, which names the subgraphs: it is for operators.
func (g *Generation) ServeSupergraph(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, g.supergraph.SDL) // the peer has gone; there is nobody to tell
}

// State are the counters of the generation.
func (g *Generation) State() module.State {
	s := module.State{InFlight: g.handler.InFlight(), GraphHash: g.hash, Loaded: g.loaded}
	s.Prepared, s.SharedQueries, s.SharesQueries = g.engine.Stats()
	if g.memory != nil {
		stats := g.memory.Stats()
		s.Memory = &stats
	}
	if g.adaptive != nil {
		stats := g.adaptive.Stats()
		s.Adaptive = &stats
	}
	if g.config.Subscription.Enabled {
		s.Subscriptions = &module.Subscriptions{}
		s.Subscriptions.Stats, s.Subscriptions.WebSockets = g.resources.Subscriptions()
	}
	if g.cache != nil {
		stats := g.cache.Stats()
		s.Cache = &stats
	}
	for i, sub := range g.supergraph.Subgraphs {
		settings := g.config.Upstream.For(sub.Name)
		s.Subgraphs = append(s.Subgraphs, module.SubgraphState{
			Name: sub.Name, Dedupes: g.config.Dedupe.SubgraphRequests, Retries: settings.Retries.Max > 0,
			Hedges: settings.Hedge.After > 0, Breaks: settings.Breaker.Failures > 0, Stats: g.clients[i].Stats(),
		})
	}
	return s
}
