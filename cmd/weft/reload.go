package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
)

// reloader replaces a running router's configuration, and with it the graph, when the configuration file has changed or
// the process gets SIGHUP.
type reloader struct {
	source config.Source
	router *router.Router
	logger *slog.Logger
	// level is the logger's; nil when the configuration does not decide about it.
	level *slog.LevelVar
	// file watches the configuration file since before it was read; nil when there is none.
	file *config.FileWatch
	// started are the settings that the process began with.
	started *config.Config
	// prepare completes what was loaded, before it is used; optional.
	prepare func(*config.Config)
}

// watchFile begins to watch a configuration file, which has to be read after that.
func watchFile(file string) *config.FileWatch {
	if file == "" {
		return nil
	}
	return config.NewFileWatch([]string{file})
}

// follow reloads until ctx ends.
func (r *reloader) follow(ctx context.Context) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	changed := make(chan struct{})
	if r.file != nil && r.started.Supergraph.Watch {
		go r.watch(ctx, r.started.Supergraph.PollInterval, changed)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			r.reload("SIGHUP")
		case <-changed:
			r.reload("the file has changed")
		}
	}
}

func (r *reloader) watch(ctx context.Context, interval time.Duration, changed chan<- struct{}) {
	for r.file.Wait(ctx, interval) {
		select {
		case changed <- struct{}{}:
		case <-ctx.Done():
		}
	}
}

// reload reads the configuration again and puts it to use. When something is wrong with it the old one goes on.
func (r *reloader) reload(why string) {
	began := time.Now()
	cfg, err := config.Load(r.source)
	if err == nil {
		if r.prepare != nil {
			r.prepare(cfg)
		}
		err = r.router.Reload(cfg)
	}
	if err == nil && r.level != nil {
		err = r.level.UnmarshalText([]byte(cfg.Log.Level))
	}
	if err != nil {
		var problems config.Problems
		if errors.As(err, &problems) {
			for _, p := range problems {
				r.logger.Error("a mistake in the configuration", "problem", p.Error())
			}
			err = errors.New("see above")
		}
		r.logger.Error("the configuration is not in use: the one from before goes on", "why", why, "err", err)
		return
	}
	r.logger.Info("the configuration is in use", "why", why, "took", time.Since(began).Round(time.Millisecond))
	if fixed := needRestart(r.started, cfg); len(fixed) > 0 {
		r.logger.Warn("some changed settings count only after a restart", "settings", strings.Join(fixed, ", "))
	}
}

// needRestart lists the settings that differ and that a running process cannot change.
func needRestart(started, now *config.Config) []string {
	var names []string
	for name, pair := range map[string][2]any{
		"listen": {started.Listen, now.Listen}, "tls": {started.TLS, now.TLS}, "h2c": {started.H2C, now.H2C},
		"admin.listen": {started.Admin.Listen, now.Admin.Listen}, "server": {started.Server, now.Server},
		"log.format": {started.Log.Format, now.Log.Format}, "shutdown": {started.Shutdown, now.Shutdown},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
