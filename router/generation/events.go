package generation

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/wire"
)

// followEvents lets the entity cache follow what the services say has changed: over the bus in the options, or over the
// configured NATS server. Generations with the same cache have one follower. Without a cache there is nothing to
// follow.
func (g *Generation) followEvents() error {
	if g.cache == nil || g.options.Events == nil && g.config.Cache.Events.NATSURL == "" {
		return nil
	}
	key, err := g.cacheKey()
	if err != nil {
		return err
	}
	_, err = g.acquire("events/"+key, func() (any, func(), error) {
		f := &follower{cache: g.cache, logger: g.logger, settings: g.config.Cache.Events}
		stop, err := f.start(g.options.Events)
		return f, stop, err
	})
	return err
}

// follower invalidates what the services say has changed.
type follower struct {
	cache    *cache.Cache
	logger   *slog.Logger
	settings config.CacheEvents
}

func (f *follower) start(events *bus.Bus) (stop func(), err error) {
	if events != nil {
		return events.Watch(context.Background(), f.entityChanged, f.eventsMissed)
	}
	if stop, err = f.watchServer(context.Background()); err == nil {
		return stop, nil
	}
	// A router without events still answers rightly, within the lifetimes of what it remembers.
	f.logger.Warn("the event bus cannot be reached yet; going on without it", "err", err)
	ctx, cancel := context.WithCancel(context.Background())
	var connecting sync.WaitGroup
	connecting.Go(func() { f.connectLater(ctx) })
	return func() {
		cancel()
		connecting.Wait()
	}, nil
}

// reconnectPause is the time between two attempts to reach an event bus that was not there at the start.
const reconnectPause = 2 * time.Second

// connectLater tries to reach the event bus until it is there, and then watches until ctx ends.
func (f *follower) connectLater(ctx context.Context) {
	pause := time.NewTicker(reconnectPause)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
		stop, err := f.watchServer(ctx)
		if err != nil {
			continue
		}
		defer stop()
		f.logger.Info("the event bus is there")
		f.eventsMissed()
		<-ctx.Done()
		return
	}
}

// watchServer watches the configured NATS server. The returned function stops that and ends the connection.
func (f *follower) watchServer(ctx context.Context) (stop func(), err error) {
	events, err := bus.Connect(ctx, bus.Config{
		URL: f.settings.NATSURL, Credentials: f.settings.Credentials, Client: "weft router", Logger: f.logger,
	})
	if err != nil {
		return nil, err
	}
	unwatch, err := events.Watch(ctx, f.entityChanged, f.eventsMissed)
	if err != nil {
		events.Close()
		return nil, err
	}
	return func() {
		unwatch()
		events.Close()
	}, nil
}

// entityChanged invalidates an entity that a service has changed. message names the event among those of all times:
// when many routers hear of it, Redis is told once.
func (f *follower) entityChanged(message string, event wire.EntityChanged) {
	// Other subgraphs may have computed fields of theirs from the changed ones, so all of the entity goes.
	what := cache.Invalidation{Kind: "type", Type: event.Type}
	if event.Key != nil {
		key, err := json.Marshal(event.Key)
		if err != nil {
			f.logger.Error("an event's key cannot be written", "event", event.ID, "err", err)
			return
		}
		what.Kind, what.Key = "entity", key
	}
	if _, err := f.cache.InvalidateOnce(context.Background(), message, what); err != nil {
		// Events of services outside this graph are no mistake.
		f.logger.Debug("an event was not for this graph", "type", event.Type, "err", err)
	}
}

// eventsMissed drops everything: nobody knows what has changed meanwhile.
func (f *follower) eventsMissed() {
	f.logger.Warn("events were missed: the entity cache starts anew")
	if _, err := f.cache.Invalidate(context.Background(), cache.Invalidation{Kind: "all"}); err != nil {
		f.logger.Error("the entity cache cannot be emptied", "err", err)
	}
}
