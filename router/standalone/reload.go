package standalone

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/memory"
)

// Reloader replaces a running router's configuration, and with it the graph, when the configuration file has changed or
// the process is told to.
type Reloader struct {
	Source config.Source
	Router *router.Router
	Logger *slog.Logger
	// Level is the logger's; nil when the configuration does not decide about it.
	Level *slog.LevelVar
	// File watches the configuration file since before it was read; nil when there is none.
	File *config.FileWatch
	// Hangup tells to reload; nil when nobody does.
	Hangup <-chan os.Signal
	// Started are the settings that the process began with.
	Started *config.Config
	// Check tells why what was loaded cannot be used, and may complete it; optional.
	Check func(*config.Config) error
	// Prepare completes what was loaded, before it is used; optional.
	Prepare func(*config.Config)
}

// WatchFile begins to watch a configuration file, which has to be read after that.
func WatchFile(file string) *config.FileWatch {
	if file == "" {
		return nil
	}
	return config.NewFileWatch([]string{file})
}

// Follow reloads until ctx ends.
func (r *Reloader) Follow(ctx context.Context) {
	changed := make(chan struct{})
	if r.File != nil && r.Started.Supergraph.Watch {
		go r.watch(ctx, r.Started.Supergraph.PollInterval, changed)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.Hangup:
			r.reload("SIGHUP")
		case <-changed:
			r.reload("the file has changed")
		}
	}
}

func (r *Reloader) watch(ctx context.Context, interval time.Duration, changed chan<- struct{}) {
	for r.File.Wait(ctx, interval) {
		select {
		case changed <- struct{}{}:
		case <-ctx.Done():
		}
	}
}

// reload reads the configuration again and puts it to use. When something is wrong with it the old one goes on.
func (r *Reloader) reload(why string) {
	began := time.Now()
	source := r.Source
	source.Warn = func(p config.Problem) { r.Logger.Warn("a setting is called differently now", "setting", p.Error()) }
	cfg, err := config.Load(source)
	if err == nil && r.Check != nil {
		err = r.Check(cfg)
	}
	if err != nil {
		r.Router.ReloadRefused(err)
	} else {
		if r.Prepare != nil {
			r.Prepare(cfg)
		}
		if err = r.Router.Reload(cfg); err == nil {
			memory.Limit(int64(cfg.Limits.Memory), cfg.Limits.WarnOnly)
		}
	}
	if err == nil && r.Level != nil {
		err = r.Level.UnmarshalText([]byte(cfg.Log.Level))
	}
	if err != nil {
		var problems config.Problems
		if errors.As(err, &problems) {
			for _, p := range problems {
				r.Logger.Error("a mistake in the configuration", "problem", p.Error())
			}
			err = errors.New("see above")
		}
		r.Logger.Error("the configuration is not in use: the one from before goes on", "why", why, "err", err)
		return
	}
	message := "the configuration is in use"
	if r.Router.OnTrial() {
		message = "the configuration is on trial"
	}
	r.Logger.Info(message, "why", why, "took", time.Since(began).Round(time.Millisecond))
	if fixed := NeedRestart(r.Started, cfg); len(fixed) > 0 {
		r.Logger.Warn("some changed settings count only after a restart", "settings", strings.Join(fixed, ", "))
	}
}

// NeedRestart lists the settings that differ and that a running process cannot change.
func NeedRestart(started, now *config.Config) []string {
	var names []string
	for name, pair := range map[string][2]any{
		"listen": {started.Listen, now.Listen}, "tls": {started.TLS, now.TLS}, "h2c": {started.H2C, now.H2C},
		"admin.listen": {started.Admin.Listen, now.Admin.Listen}, "admin.tls": {started.Admin.TLS, now.Admin.TLS},
		"admin.metrics_listen":      {started.Admin.MetricsListen, now.Admin.MetricsListen},
		"admin.invalidation_listen": {started.Admin.InvalidationListen, now.Admin.InvalidationListen},
		"admin.health_listen":       {started.Admin.HealthListen, now.Admin.HealthListen}, "server": {started.Server, now.Server},
		"log.format": {started.Log.Format, now.Log.Format}, "log.sampling": {started.Log.Sampling, now.Log.Sampling},
		"shutdown": {started.Shutdown, now.Shutdown}, "graphs": {started.Graphs, now.Graphs},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
