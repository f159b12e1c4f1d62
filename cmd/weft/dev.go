package main

import (
	"context"
	_ "embed" // the playground's first query, and its tour
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/accesslog"
	"github.com/weft-graphql/weft/router/modules/cors"
	"github.com/weft-graphql/weft/router/modules/identity"
	"github.com/weft-graphql/weft/router/modules/queryplan"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/standalone"
	"github.com/weft-graphql/weft/storefront"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/accounts/openid"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/reviews"
)

type devCommand struct {
	Listen        string   `help:"Address to listen at." env:"WEFT_LISTEN" default:"127.0.0.1:4000"`
	DataDir       string   `help:"Directory of the SQLite databases." env:"WEFT_DATA_DIR" default:".weft/data" type:"path"`
	Schema        string   `help:"Directory whose NAME.graphql files replace the built-in schemas of the sample services; it is watched. The directory schema, if there is one." type:"existingdir" placeholder:"DIR"`
	Subgraph      []string `help:"A subgraph that is running already, as NAME=URL: it joins the graph, or takes the place of the sample service with its name. Changes of its schema are followed." placeholder:"NAME=URL" sep:"none"`
	NoSamples     bool     `help:"Leave out the sample services."`
	Empty         bool     `help:"Leave new databases of the sample services without the sample data."`
	SubgraphPorts bool     `help:"Serve the sample services on loopback ports too, from 4001 on."`
	NoCache       bool     `help:"Do without the entity cache."`
	As            string   `help:"User id that requests come from." default:"u1"`
	Storefront    string   `help:"Directory of a built storefront to serve at /shop in the place of the built-in one." type:"existingdir" placeholder:"DIR"`
	IdentityKey   string   `help:"Private key (Ed25519, in PEM) to sign with who is asking, for services outside that know its public part (--identity-keys of theirs). By default one of this process's own." type:"existingfile" placeholder:"FILE"`
	EventsURL     string   `help:"The bus that services outside have their events on, instead of one in this process: nats://localhost:4222 or amqp://localhost:5672" name:"events-url" placeholder:"URL"`
	Config        string   `help:"Router configuration to start from." type:"existingfile" placeholder:"FILE"`
	LogLevel      string   `help:"debug, info, warn or error." enum:"debug,info,warn,error" default:"info"`
}

//go:embed demo.graphql
var demoQuery string

// shopTour needs the sample data.
//
//go:embed tour.graphql
var shopTour string

// Run serves everything in this process until it is told to end.
func (c devCommand) Run(ctx context.Context) error {
	ctx, stop := standalone.EndOnHangup(ctx)
	defer stop()
	started := time.Now()
	logger := slog.New(standalone.LogHandler(os.Stderr, "pretty", slogLevel(c.LogLevel)))
	if c.Schema == "" {
		c.Schema = "schema"
	}
	fmt.Fprintln(os.Stderr, "Weft starts ...")
	// Taking the address first keeps a second weft dev away from the databases and events of the first.
	socket, err := standalone.ListenAt(c.Listen, "--listen")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends what asks subgraphs outside for their schemas
	d := &devProcess{
		command: c, logger: logger, url: urlOf(socket.Addr()), told: make(chan compose.Subgraph),
		services: map[string]subgraphs.Service{}, outside: map[string]http.Handler{},
	}
	defer d.close()
	if d.identity, err = newDevIdentity(c.IdentityKey); err != nil {
		return err
	}
	if err := d.start(ctx); err != nil {
		_ = socket.Close()
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	d.announce(socket.Addr(), time.Since(started))
	listeners := []server.Listener{{Name: "router", Socket: socket, Handler: d.handler()}}
	listeners = append(listeners, d.sockets...)
	go d.watch(ctx)
	go d.reloads.Follow(ctx)
	err = standalone.Serve(ctx, listeners, server.RunOptions{
		ShutdownTimeout: 5 * time.Second, Health: d.router.Health(), Logger: logger,
		EndStreams: d.router.EndSubscriptions,
	})
	if err == nil {
		fmt.Fprintln(os.Stderr, "stopped")
	}
	return err
}

// handler is the router and, beside it, the supergraph for weft schema --of, and the pages of services.
func (d *devProcess) handler() http.Handler {
	accountsPages, reviewsPages := d.pages("accounts"), d.pages("reviews")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case accountsPages != nil && openid.Serves(r.URL.Path):
			accountsPages.ServeHTTP(w, r)
			return
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
		case r.URL.Path == "/supergraph":
			d.router.ServeSupergraph(w, r)
			return
		case reviewsPages != nil && strings.HasPrefix(r.URL.Path, reviews.PicturesPath):
			reviewsPages.ServeHTTP(w, r)
			return
		case d.shop != nil && isShop(r.URL.Path):
			d.shop.ServeHTTP(w, r)
			return
		}
		d.router.ServeHTTP(w, r)
	})
}

// devProcess is everything weft dev runs.
type devProcess struct {
	command devCommand
	logger  *slog.Logger
	// url is where the router is.
	url      string
	services map[string]subgraphs.Service
	// outside are the pages of the subgraphs outside this process, beside those of the sample services.
	outside  map[string]http.Handler
	identity *devIdentity
	events   *devEvents
	// redis is nil when the configuration names another one, or none is wanted.
	redis  *devRedis
	router *router.Router
	// answering is the router once it is there, for those who begin earlier.
	answering atomic.Pointer[router.Router]
	reloads   *standalone.Reloader
	// shop is the storefront, nil without the sample services; operations is the file of the documents it sends.
	shop       http.Handler
	operations string
	// person is the name of whom --as names.
	person  string
	sockets []server.Listener
	// takesFiles tells whether the first graph has fields that take files.
	takesFiles bool
	// running are the subgraphs outside this process, with the schemas they told last; those that have not told one yet
	// are not in the graph. What they tell next comes from told.
	running []compose.Subgraph
	told    chan compose.Subgraph
	// files are the schema files, as they were before they were read.
	files *config.FileWatch
	// unresolved are the fields of the schema files that the services cannot answer, as they were reported last.
	unresolved string
}

func (d *devProcess) start(ctx context.Context) error {
	err := d.askRunning(ctx)
	if err != nil {
		return err
	}
	if !d.command.NoSamples {
		if err := kit.CheckDataDir(d.command.DataDir); err != nil {
			return fmt.Errorf("%w (choose another directory with --data-dir)", err)
		}
		if d.events, err = d.openEvents(ctx); err != nil {
			return err
		}
	}
	if err := d.openServices(ctx); err != nil {
		return err
	}
	d.checkPerson(ctx)
	if !d.command.NoSamples {
		if err := d.writeOperations(); err != nil {
			return err
		}
	}
	if err := d.openSockets(); err != nil {
		return err
	}
	d.files = config.NewFileWatch(d.schemaFiles())
	sdl, err := d.firstGraph(ctx)
	if err != nil {
		return err
	}
	d.takesFiles = strings.Contains(sdl, "scalar Upload")
	d.reportUnresolved()
	file := standalone.WatchFile(d.command.Config)
	source := standalone.ConfigSource(d.command.Config, d.modules(), d.override)
	cfg, err := explained(standalone.LoadConfig(source, os.Stderr))
	if err != nil {
		return err
	}
	if cfg.Cache.Enabled && len(cfg.Cache.Redis.Addresses) == 0 {
		if d.redis, err = startDevRedis(); err != nil {
			return err
		}
		d.useRedis(cfg)
	}
	if d.operations != "" {
		d.shop = d.serveShop(cfg.GraphQL.Path)
	}
	handlers := map[string]http.Handler{}
	for name, service := range d.services {
		handlers[name] = service.Handler()
	}
	options := router.Options{
		Logger: d.logger, Supergraph: sdl, Handlers: handlers, Version: standalone.Version(), Modules: d.modules(),
	}
	if len(handlers) > 0 {
		options.DefaultQuery = demoQuery
	}
	if d.shop != nil && !d.command.Empty {
		options.Tour = shopTour
	}
	if d.events != nil {
		options.Events = d.events.router
	}
	if d.router, err = router.New(cfg, options); err != nil {
		return err
	}
	d.answering.Store(d.router)
	d.reloads = &standalone.Reloader{
		Source: source, Router: d.router, Logger: d.logger, File: file, Started: cfg, Prepare: d.useRedis,
	}
	return nil
}

// useRedis puts the Redis of this process into a configuration that names none.
func (d *devProcess) useRedis(cfg *config.Config) {
	if d.redis == nil || len(cfg.Cache.Redis.Addresses) > 0 {
		return
	}
	cfg.Cache.Redis.Addresses = []string{d.redis.address()}
	// This process competes with browsers and compilers: a pause is no reason to go on without the cache.
	cfg.Cache.Timeout = max(cfg.Cache.Timeout, 250*time.Millisecond)
}

// override makes a configuration one for development.
func (d *devProcess) override(c *config.Config) {
	c.Listen = d.command.Listen
	c.Supergraph.FromFile("(composed in memory)")
	c.Playground.Enabled = true
	c.GraphQL.Introspection, c.GraphQL.Batching.Enabled = true, true
	modules.In[*queryplan.QueryPlan](c, queryplan.Info).Expose = true
	if len(c.Errors.Extensions) == 0 {
		c.Errors.Extensions = []string{"*"}
	}
	c.Log = config.Log{Level: d.command.LogLevel, Format: "pretty"}
	modules.In[*accesslog.AccessLog](c, accesslog.Info).On = true
	if pages := modules.In[*cors.CORS](c, cors.Info); len(pages.Origins) == 0 {
		pages.Origins, pages.Headers, pages.Credentials = loopbackOrigins, []string{"*"}, true
	}
	c.Cache.Enabled = !d.command.NoCache
	d.tellMetrics(c)
	d.acceptTokens(c)
	d.knowShop(c)
	told := modules.In[*identity.Identity](c, identity.Info)
	told.On, told.KeyFiles = true, nil
	if len(told.Claims) == 0 {
		told.Claims = []string{"roles"}
	}
}

// loopbackOrigins are the frontends that other programs on this machine serve: a development server at
// http://localhost:3000 may query this router, a page of the web may not.
var loopbackOrigins = []string{
	"http://localhost", "http://127.0.0.1", "http://[::1]", "http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*",
	"https://localhost", "https://127.0.0.1", "https://[::1]", "https://localhost:*", "https://127.0.0.1:*", "https://[::1]:*",
}

// openServices opens the sample services at the same time: each has a database to prepare.
func (d *devProcess) openServices(ctx context.Context) error {
	if d.command.NoSamples {
		return nil
	}
	var mu sync.Mutex
	var opening sync.WaitGroup
	var failed error
	quiet := slog.New(standalone.LogHandler(os.Stderr, "pretty", slog.LevelWarn))
	for _, name := range subgraphs.Names() {
		if indexOfSubgraph(d.running, name) >= 0 {
			continue
		}
		opening.Go(func() {
			service, err := subgraphs.Open(ctx, name, kit.Config{
				DataDir: d.command.DataDir, Version: standalone.Version(), Logger: quiet.With("subgraph", name),
				Events: d.events.services, Empty: d.command.Empty, Issuer: d.url,
				SignInClients: d.signInClients(), Watch: d.watched(),
				Identity: kit.IdentityConfig{
					Keys:   d.identity.keys,
					Assume: d.assume,
				},
			})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = errors.Join(failed, err)
				return
			}
			d.services[name] = service
		})
	}
	opening.Wait()
	return failed
}

func (d *devProcess) openSockets() error {
	if !d.command.SubgraphPorts {
		return nil
	}
	for name, service := range d.services {
		socket, err := standalone.ListenAt(defaultSubgraphAddress(name), "--listen")
		if err != nil {
			return fmt.Errorf("subgraph %s: %w", name, err)
		}
		d.sockets = append(d.sockets, server.Listener{Name: name, Socket: socket, Handler: d.identity.direct(service)})
	}
	return nil
}

func (d *devProcess) close() {
	if d.router != nil {
		d.router.Close()
	}
	for name, service := range d.services {
		if err := service.Close(); err != nil {
			d.logger.Warn("a service did not close", "subgraph", name, "err", err)
		}
	}
	if d.identity != nil {
		d.identity.keys.Close()
	}
	if d.events != nil {
		d.events.close()
	}
	if d.redis != nil {
		d.redis.close()
	}
}

func (d *devProcess) announce(address net.Addr, took time.Duration) {
	p := paintFor(os.Stderr)
	url := urlOf(address)
	var b strings.Builder
	fmt.Fprintf(&b, "\n  %sWeft%s is ready in %s\n\n", p.bold, p.off, took.Round(time.Millisecond))
	fmt.Fprintf(&b, "  Playground  %s%s/%s\n", p.blue, url, p.off)
	fmt.Fprintf(&b, "  GraphQL     %s%s/graphql%s\n", p.blue, url, p.off)
	if d.shop != nil {
		fmt.Fprintf(&b, "  Shop        %s%s%s/%s\n", p.blue, url, storefront.Base, p.off)
	}
	for _, name := range subgraphs.Names() {
		if d.services[name] == nil {
			continue
		}
		where := "in this process"
		if d.command.SubgraphPorts {
			where = "http://" + defaultSubgraphAddress(name) + "/graphql"
		}
		fmt.Fprintf(&b, "  Subgraph    %-10s %s%s%s\n", name, p.dim, where, p.off)
	}
	for _, sub := range d.running {
		where := sub.URL
		if sub.SDL == "" {
			where += " (not there yet)"
		}
		fmt.Fprintf(&b, "  Subgraph    %-10s %s%s%s\n", sub.Name, p.dim, where, p.off)
	}
	if d.redis != nil {
		fmt.Fprintf(&b, "  Cache       %sredis://%s%s\n", p.dim, d.redis.address(), p.off)
	}
	where := ""
	if len(d.services) > 0 {
		where = "Data in " + shortPath(d.command.DataDir) + ". "
	}
	fmt.Fprintf(&b, "\n  %s%sCtrl-C stops.%s\n\n", p.dim, where, p.off)
	fmt.Fprint(os.Stderr, b.String())
}

// shortPath is a path as a person in the working directory would write it.
func shortPath(path string) string {
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(dir, path); err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return path
}

func slogLevel(name string) slog.Level {
	var level slog.Level
	if err := level.UnmarshalText([]byte(name)); err != nil {
		return slog.LevelInfo
	}
	return level
}
