package main

import (
	"context"
	"crypto/tls"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/queryplan"
	"github.com/weft-graphql/weft/router/server"
)

type routerCommand struct {
	Config     string `help:"Configuration file." type:"existingfile" env:"WEFT_CONFIG" placeholder:"FILE"`
	Supergraph string `help:"Supergraph to serve." type:"existingfile" placeholder:"FILE"`
	Listen     string `help:"Address to listen at; 127.0.0.1:4000 by default." placeholder:"ADDR"`
	Admin      string `help:"Address for operators: health, metrics, profiles." placeholder:"ADDR"`
	Playground bool   `help:"Serve the playground, with query plans."`
}

// Run serves the graph until the process is told to end.
func (c routerCommand) Run(ctx context.Context) error {
	cfg, err := loadConfig(c.Config, c.override)
	if err != nil {
		return err
	}
	logger, err := newLogger(cfg.Log)
	if err != nil {
		return err
	}
	r, err := router.New(cfg, router.Options{Logger: logger, Version: buildVersion()})
	if err != nil {
		return err
	}
	defer r.Close()
	listeners, err := openListeners(cfg, r)
	if err != nil {
		return err
	}
	for _, l := range listeners {
		logger.Info("serving", "listener", l.Name, "address", l.Socket.Addr().String())
	}
	releaseStartPages()
	go r.Watch(ctx)
	return serve(ctx, listeners, server.RunOptions{
		WriteTimeout: writeTimeout(cfg), DrainDelay: cfg.Shutdown.DrainDelay, ShutdownTimeout: cfg.Shutdown.Timeout,
		Standard: cfg.Server.HTTP == "standard", Health: r.Health(), Logger: logger,
	})
}

// override applies the flags, which win over file and environment.
func (c routerCommand) override(cfg *config.Config) {
	if c.Supergraph != "" {
		cfg.Supergraph.Path, cfg.Supergraph.Subgraphs = c.Supergraph, nil
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

func openListeners(cfg *config.Config, r *router.Router) ([]server.Listener, error) {
	socket, err := listen(cfg.Listen)
	if err != nil {
		return nil, err
	}
	main := server.Listener{Name: "main", Socket: socket, Handler: r, H2C: cfg.H2C}
	if cfg.TLS.CertFile != "" {
		certificate, err := tls.LoadX509KeyPair(cfg.TLS.CertFile, cfg.TLS.KeyFile)
		if err != nil {
			return nil, err
		}
		main.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	}
	listeners := []server.Listener{main}
	if cfg.Admin.Listen != "" {
		socket, err := listenAt(cfg.Admin.Listen, "--admin")
		if err != nil {
			return nil, err
		}
		listeners = append(listeners, server.Listener{Name: "admin", Socket: socket, Handler: r.Admin()})
	}
	return listeners, nil
}

// writeTimeout is how long an answer may take to be written: as long as the request, and a minute for slow readers.
func writeTimeout(cfg *config.Config) time.Duration {
	if cfg.Limits.RequestTimeout == 0 {
		return 0
	}
	return cfg.Limits.RequestTimeout + time.Minute
}
