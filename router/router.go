// Package router is the Weft router as a library: New makes an http.Handler of a configuration.
//
// This package is the façade. What a request meets is in the rooms below: server reads it, engine prepares, admits,
// plans, executes (exec, through upstream and cache) and answers it. generation makes all of that of settings and a
// supergraph, and modules are the features.
package router

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/canary"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/generation"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/reload"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/server/loglevel"
	"github.com/weft-graphql/weft/router/source"
	"github.com/weft-graphql/weft/schema/bus"
)

// Options are what a configuration cannot hold.
type Options struct {
	// Logger receives what operators must know; slog.Default when nil.
	Logger *slog.Logger
	// LogLevel is the logger's, when operators may change it: /log/level of the administration listener.
	LogLevel *slog.LevelVar
	// Supergraph is the graph to serve, instead of the one the configuration names.
	Supergraph string
	// Modules are the modules that can be configured; modules.List() when nil.
	Modules []module.Info
	// Handlers are subgraphs in this process, by name: they are called directly, not over the network.
	Handlers map[string]http.Handler
	// DefaultQuery stands in the playground on a first visit, unless the configuration names one.
	DefaultQuery string
	// Tour has the steps of the playground's panel of that name, which is not there without them: a document whose
	// operations have a title and a text in the comments above them.
	Tour string
	// Events is the bus on which services tell what has changed, instead of the configured one; optional.
	Events *bus.Bus
	// Version is what /status tells.
	Version string
}

// Router serves a supergraph. It is an http.Handler. Graph and configuration can be replaced while requests are in
// progress.
type Router struct {
	options   generation.Options
	resources *generation.Resources
	health    *server.Health
	current   atomic.Pointer[generation.Generation]
	closed    atomic.Bool

	// replacing lets one generation be made at a time; config and supergraph are what the current one was made of.
	replacing  sync.Mutex
	config     *config.Config
	supergraph string
	// graph is where the graph comes from, and given tells that it is Options.Supergraph.
	graph source.Follower
	given bool
	// certificates are the files with which subgraphs are spoken to.
	certificates *config.FileWatch
	reloads      reload.Counts
	// stage has what is tried beside the current generation.
	stage canary.Stage[*generation.Generation]
}

// New makes a router. The error tells what is wrong with the configuration or the graph.
func New(cfg *config.Config, options Options) (*Router, error) {
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	if options.Modules == nil {
		options.Modules = modules.List()
	}
	r := &Router{
		resources: generation.NewResources(), health: server.NewHealth("weft router", options.Version),
		given: options.Supergraph != "", certificates: config.NewFileWatch(reload.CertificateFiles(&cfg.Upstream)),
	}
	r.health.Detail = r.status
	r.stage = canary.Stage[*generation.Generation]{
		Lock: &r.replacing, Logger: options.Logger, RolledBack: r.rolledBack,
		Promote: func(t *canary.Trial[*generation.Generation]) { r.use(t.Candidate, t.Config, t.SDL) },
	}
	r.options = generation.Options{
		Logger: options.Logger, Modules: options.Modules, Handlers: options.Handlers, DefaultQuery: options.DefaultQuery,
		Tour: options.Tour, LogLevel: loglevel.Handler(options.LogLevel, options.Logger), Events: options.Events,
		Health: r.health, State: r.state, Current: r.enter,
		Canary: canary.Handler(r.stage.Stats, r.stage.Decide),
	}
	r.graph = source.Follower{
		Settings: r.graphSettings, Use: r.Swap, OnTrial: r.OnTrial, Logger: options.Logger,
		Count: func(err error) { r.reloads.Count(reload.Supergraph, err) },
	}
	if err := r.begin(cfg, options.Supergraph); err != nil {
		return nil, err
	}
	return r, nil
}

// begin serves the given graph or the configured one, or the fallback when that cannot be had or used.
func (r *Router) begin(cfg *config.Config, sdl string) error {
	if r.given {
		return r.replace(cfg, sdl)
	}
	sdl, cause := r.graph.Begin(&cfg.Supergraph)
	if cause == nil {
		cause = r.replace(cfg, sdl)
	}
	if cause == nil || cfg.Supergraph.Fallback == "" {
		return cause
	}
	sdl, err := source.Fallback(&cfg.Supergraph)
	if err == nil {
		err = r.replace(cfg, sdl)
	}
	if err != nil {
		return fmt.Errorf("%w; nor can the fallback be used: %w", cause, err)
	}
	r.reloads.Count(reload.Supergraph, cause)
	r.options.Logger.Error("the supergraph cannot be used: the router begins with the fallback", "err", cause,
		"fallback", cfg.Supergraph.Fallback)
	return nil
}

// replace puts a new generation in the place of the current one. Requests in progress end on the old one. When the new
// one cannot be made nothing has changed.
func (r *Router) replace(cfg *config.Config, sdl string) error {
	old := r.current.Load()
	g, err := generation.New(cfg, sdl, &r.options, r.resources, old)
	if err != nil {
		return err
	}
	r.use(g, cfg, sdl)
	return nil
}

// use puts a generation in the place of the current one.
func (r *Router) use(g *generation.Generation, cfg *config.Config, sdl string) {
	old := r.current.Load()
	r.config, r.supergraph = cfg, sdl
	r.current.Store(g)
	g.TakeOver()
	if old != nil {
		old.Retire()
	}
}

// offer takes settings and a graph into use: for some requests first, where the settings in use say so.
func (r *Router) offer(cfg *config.Config, sdl string) error {
	old := r.current.Load()
	if !r.config.Canary.On() {
		return r.replace(cfg, sdl)
	}
	if sdl == r.supergraph && reflect.DeepEqual(cfg, r.config) {
		r.stage.Cancel("what is in use was given again")
		return r.replace(cfg, sdl)
	}
	g, err := generation.New(cfg, sdl, &r.options, r.resources, old)
	if err != nil {
		return err
	}
	r.stage.Try(g, cfg, sdl, r.config.Canary, old.Tally())
	return nil
}

// wanted are the settings and the graph that were given last and not rolled back: those on trial, or those in use.
func (r *Router) wanted() (*config.Config, string) {
	if t := r.stage.Trial(); t != nil {
		return t.Config, t.SDL
	}
	return r.config, r.supergraph
}

// rolledBack counts that what was on trial is not used.
func (r *Router) rolledBack(t *canary.Trial[*generation.Generation], err error) {
	what := reload.Configuration
	if t.SDL != r.supergraph {
		what = reload.Supergraph
	}
	r.reloads.Count(what, err)
}

// Reload replaces the configuration, and the graph with the files that it names now. Recently used operations are
// planned again first, connections and breakers stay as they are where their settings do; requests in progress end as
// they began. Where the router listens does not change. When the new configuration cannot be served the old one
// stays.
func (r *Router) Reload(cfg *config.Config) (err error) {
	defer func() { r.reloads.Count(reload.Configuration, err) }()
	r.replacing.Lock()
	defer r.replacing.Unlock()
	r.certificates.Follow(reload.CertificateFiles(&cfg.Upstream))
	before, graph := r.wanted()
	sdl := graph
	if !r.given {
		if sdl, err = r.graph.Again(&cfg.Supergraph); err != nil {
			if !source.SamePlace(&cfg.Supergraph, &before.Supergraph) {
				return err
			}
			// The settings have nothing to do with it: the graph in use goes on until its source is back.
			r.options.Logger.Warn("the settings are used with the graph from before", "err", err)
			sdl, err = graph, nil
		}
	}
	return r.offer(cfg, sdl)
}

// Watch loads the graph again whenever its source has another one, and certificates when their files change, until ctx
// ends. What cannot be used is reported in the log and the old one stays. What has changed since New is noticed, too.
// It may be called once.
func (r *Router) Watch(ctx context.Context) {
	var others sync.WaitGroup
	defer others.Wait()
	others.Go(func() {
		interval := func() time.Duration { return r.graphSettings().PollInterval }
		reload.FollowCertificates(ctx, r.certificates, interval, r.renew, &r.reloads, r.options.Logger)
	})
	if !r.given {
		others.Go(func() { r.graph.Poll(ctx) })
		r.graph.WatchFiles(ctx)
	}
}

// graphSettings say, at the moment, where the graph comes from.
func (r *Router) graphSettings() *config.Supergraph {
	r.replacing.Lock()
	defer r.replacing.Unlock()
	cfg, _ := r.wanted()
	return &cfg.Supergraph
}

// ReloadRefused counts a configuration that is not even one: Reload counts the others.
func (r *Router) ReloadRefused(err error) { r.reloads.Count(reload.Configuration, err) }

// renew makes another generation of the same settings and the same graph.
func (r *Router) renew() error {
	r.replacing.Lock()
	defer r.replacing.Unlock()
	if err := r.replace(r.config, r.supergraph); err != nil {
		return err
	}
	if t := r.stage.Trial(); t != nil {
		return r.offer(t.Config, t.SDL)
	}
	return nil
}

// Swap replaces the graph. When the new one cannot be served the old one stays. With a canary in the settings only some
// requests get it first.
func (r *Router) Swap(sdl string) error {
	r.replacing.Lock()
	defer r.replacing.Unlock()
	cfg, graph := r.wanted()
	switch {
	case graph == sdl:
		return nil
	case r.stage.Rejected(sdl):
		return errors.New("this graph was rolled back already; reload the settings (SIGHUP) to try it again")
	}
	return r.offer(cfg, sdl)
}

// OnTrial tells that what was given last is tried on some requests first.
func (r *Router) OnTrial() bool { return r.stage.Trial() != nil }

// enter takes hold of the current generation; nil after Close.
func (r *Router) enter() *generation.Generation {
	for !r.closed.Load() {
		if g := r.current.Load(); g.Enter() {
			return g
		}
	}
	return nil
}

// ServeHTTP answers a request.
func (r *Router) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if g, entered := r.stage.Enter(req); entered {
		defer g.Leave()
		g.ServeHTTP(w, req)
		return
	}
	r.serve(w, req, (*generation.Generation).ServeHTTP)
}

// Admin is the handler of the administration listener.
func (r *Router) Admin() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.serve(w, req, (*generation.Generation).ServeAdmin)
	})
}

// Door is the handler of a listener for some of the paths that the administration listener has, and nothing else.
func (r *Router) Door(paths ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if !slices.Contains(paths, req.URL.Path) {
			http.NotFound(w, req)
			return
		}
		r.serve(w, req, (*generation.Generation).ServeDoor)
	})
}

// ServeSupergraph answers with the SDL of the supergraph in use, which names the subgraphs: it is for operators.
func (r *Router) ServeSupergraph(w http.ResponseWriter, req *http.Request) {
	r.serve(w, req, (*generation.Generation).ServeSupergraph)
}

func (r *Router) serve(
	w http.ResponseWriter, req *http.Request, with func(*generation.Generation, http.ResponseWriter, *http.Request),
) {
	g := r.enter()
	if g == nil {
		http.Error(w, "the router has been closed", http.StatusServiceUnavailable)
		return
	}
	defer g.Leave()
	with(g, w, req)
}

// status is the router's part of /status.
func (r *Router) status() any {
	g := r.enter()
	if g == nil {
		return nil
	}
	defer g.Leave()
	return g.Status(r.stage.Status())
}

// state reads the counters of the current generation.
func (r *Router) state() module.State {
	g := r.enter()
	if g == nil {
		return module.State{}
	}
	defer g.Leave()
	s := g.State()
	s.Reloads, s.Version = r.reloads.Read(), r.options.Health.Version
	if g.Tally() != nil {
		stats := r.stage.Stats()
		s.Canary = &stats
	}
	return s
}

// Health is what /healthz, /readyz and /status answer from.
func (r *Router) Health() *server.Health { return r.health }

// EndSubscriptions ends the subscriptions and WebSockets of clients before the process ends, each at any time within
// the duration, so that they do not come back all at once, and takes no new ones. It returns when there are none, or
// ctx ends.
func (r *Router) EndSubscriptions(ctx context.Context, over time.Duration) {
	r.resources.EndSubscriptions(ctx, over)
}

// Close ends what runs in the background, subscriptions included. Requests must have ended before.
func (r *Router) Close() {
	r.replacing.Lock()
	defer r.replacing.Unlock()
	if !r.closed.Swap(true) {
		r.stage.Close()
		r.resources.Close()
		r.current.Load().Retire()
	}
}
