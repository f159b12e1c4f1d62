// Package standalone runs a router as a process of its own: flags, configuration, log, listeners, reloading, and the
// end. A binary with modules of your own is Main and their list.
package standalone

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/excerpt"
	"github.com/weft-graphql/weft/router/memory"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/queryplan"
	"github.com/weft-graphql/weft/router/server"
)

// Command is the command line of a router.
type Command struct {
	Config     string `help:"Configuration file." type:"existingfile" env:"WEFT_CONFIG" placeholder:"FILE"`
	Supergraph string `help:"Supergraph to serve." type:"existingfile" placeholder:"FILE"`
	Listen     string `help:"Address to listen at; 127.0.0.1:4000 by default." placeholder:"ADDR"`
	Admin      string `help:"Address for operators: health, metrics, profiles." placeholder:"ADDR"`
	Playground bool   `help:"Serve the playground, with query plans."`

	// Modules are added to the router's own.
	Modules []module.Info `kong:"-"`
}

// Main is the main function of a router with modules of its own beside those of modules.List. It does not return.
func Main(added ...module.Info) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		// After the first signal the next one ends the process at once, however long the orderly end takes.
		<-ctx.Done()
		stop()
	}()
	var command Command
	kong.Parse(&command, kong.Description("A federated GraphQL router."), Files(), kong.Vars{"version": Version()})
	command.Modules = added
	if err := command.Run(ctx); err != nil {
		if !errors.Is(err, ErrConfiguration) {
			fmt.Fprintln(os.Stderr, excerpt.Of(err.Error()))
		}
		os.Exit(1)
	}
	os.Exit(0)
}

// Run serves the graph until ctx ends.
func (c Command) Run(ctx context.Context) error {
	hangup := hangups()
	list := append(modules.List(), c.Modules...)
	file := WatchFile(c.Config)
	source := ConfigSource(c.Config, list, c.override)
	cfg, err := LoadConfig(source, os.Stderr)
	if err != nil {
		return err
	}
	logger, level, err := NewLogger(cfg.Log)
	if err != nil {
		return err
	}
	memory.Limit(int64(cfg.Limits.Memory), cfg.Limits.WarnOnly)
	r, err := router.New(cfg, router.Options{Logger: logger, LogLevel: level, Modules: list, Version: Version()})
	if err != nil {
		return err
	}
	defer r.Close()
	all, err := openGraphs(r, cfg, list, logger)
	if err != nil {
		return err
	}
	defer all.close()
	listeners, err := openListeners(cfg, all, logger)
	if err != nil {
		return err
	}
	for _, l := range listeners {
		logger.Info("serving", "listener", l.Name, "address", l.Socket.Addr().String())
	}
	releaseStartPages()
	go r.Watch(ctx)
	reloads := Reloader{Source: source, Router: r, Logger: logger, Level: level, File: file, Hangup: hangup, Started: cfg}
	go reloads.Follow(ctx)
	all.follow(ctx)
	return Serve(ctx, listeners, server.RunOptions{
		WriteTimeout: server.WriteTimeout(cfg.Limits.RequestTimeout), BodyTimeout: cfg.Limits.BodyTimeout,
		DrainDelay: cfg.Shutdown.DrainDelay, ShutdownTimeout: cfg.Shutdown.Timeout,
		Standard: cfg.Server.HTTP == "standard", Health: r.Health(), Logger: logger, EndStreams: all.endSubscriptions,
	})
}

// ErrConfiguration means that what is wrong with the configuration has been said.
var ErrConfiguration = errors.New("the configuration has mistakes")

// ConfigSource is where a configuration comes from: a file, the environment, and flags that override it.
func ConfigSource(file string, list []module.Info, override func(*config.Config)) config.Source {
	return config.Source{File: file, Sections: modules.Sections(list), Override: override}
}

// LoadConfig reads a configuration and writes what is wrong with it to complaints, one problem per line: then the error
// is ErrConfiguration.
func LoadConfig(source config.Source, complaints io.Writer) (*config.Config, error) {
	source.Warn = func(p config.Problem) { fmt.Fprintln(complaints, "warning: "+p.Error()) }
	c, err := config.Load(source)
	var problems config.Problems
	if !errors.As(err, &problems) {
		return c, err
	}
	for _, p := range problems {
		fmt.Fprintln(complaints, p.Error())
	}
	return nil, ErrConfiguration
}

// override applies the flags, which win over file and environment, and finds out what nobody has said.
func (c Command) override(cfg *config.Config) {
	cfg.Limits.Memory = config.ByteSize(memory.OrAvailable(int64(cfg.Limits.Memory)))
	if c.Supergraph != "" {
		cfg.Supergraph.FromFile(c.Supergraph)
	}
	if c.Listen != "" {
		cfg.Listen = c.Listen
	}
	if c.Admin != "" {
		cfg.Admin.Listen, cfg.Admin.Profiles = c.Admin, true
	}
	if c.Playground {
		cfg.Playground.Enabled = true
		modules.In[*queryplan.QueryPlan](cfg, queryplan.Info).Expose = true
	}
}

func openListeners(cfg *config.Config, all *graphs, logger *slog.Logger) ([]server.Listener, error) {
	socket, err := ListenAt(cfg.Listen, "--listen")
	if err != nil {
		return nil, err
	}
	main := server.Listener{Name: "main", Socket: socket, Handler: all.handler(), H2C: cfg.H2C}
	if cfg.TLS.CertFile != "" {
		files := Certificates{CertFile: cfg.TLS.CertFile, KeyFile: cfg.TLS.KeyFile, Logger: logger}
		if main.TLS, err = files.TLS(); err != nil {
			return nil, err
		}
	}
	doors, err := openDoors(&cfg.Admin, all, logger)
	return append([]server.Listener{main}, doors...), err
}

// openDoors opens the listeners for operators.
func openDoors(a *config.Admin, all *graphs, logger *slog.Logger) ([]server.Listener, error) {
	var secure *tls.Config
	if a.TLS.CertFile != "" {
		files := Certificates{
			CertFile:     a.TLS.CertFile,
			KeyFile:      a.TLS.KeyFile,
			ClientCAFile: a.TLS.ClientCAFile,
			Logger:       logger,
		}
		var err error
		if secure, err = files.TLS(); err != nil {
			return nil, fmt.Errorf("admin.tls: %w", err)
		}
	}
	var listeners []server.Listener
	r := all.main
	for _, door := range []struct {
		name, address, setting string
		handler                http.Handler
		secure                 *tls.Config
	}{
		{"admin", a.Listen, "--admin", all.admin(), secure},
		{"metrics", a.MetricsListen, "admin.metrics_listen", r.Door("/metrics"), secure},
		{"invalidation", a.InvalidationListen, "admin.invalidation_listen", r.Door("/invalidation"), secure},
		{"health", a.HealthListen, "admin.health_listen", r.Door("/healthz", "/readyz"), nil},
	} {
		if door.address == "" {
			continue
		}
		socket, err := ListenAt(door.address, door.setting)
		if err != nil {
			return nil, err
		}
		listeners = append(
			listeners,
			server.Listener{Name: door.name, Socket: socket, Handler: door.handler, TLS: door.secure.Clone()},
		)
	}
	return listeners, nil
}
