package router

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/wire"
)

// connectEvents lets the entity cache follow what the services say has changed: over the bus in the options, or over
// the configured NATS server. Without a cache there is nothing to follow.
func (r *Router) connectEvents() error {
	if r.cache == nil {
		return nil
	}
	if r.options.Events != nil {
		stop, err := r.options.Events.Watch(context.Background(), r.entityChanged, r.eventsMissed)
		if err == nil {
			r.closers = append(r.closers, stop)
		}
		return err
	}
	if r.config.Cache.Events.NATSURL == "" {
		return nil
	}
	stop, err := r.watchServer(context.Background())
	if err == nil {
		r.closers = append(r.closers, stop)
		return nil
	}
	// A router without events still answers rightly, within the lifetimes of what it remembers.
	r.logger.Warn("the event bus cannot be reached yet; going on without it", "err", err)
	ctx, cancel := context.WithCancel(context.Background())
	var connecting sync.WaitGroup
	connecting.Go(func() { r.connectLater(ctx) })
	r.closers = append(r.closers, func() {
		cancel()
		connecting.Wait()
	})
	return nil
}

// reconnectPause is the time between two attempts to reach an event bus that was not there at the start.
const reconnectPause = 2 * time.Second

// connectLater tries to reach the event bus until it is there, and then watches until ctx ends.
func (r *Router) connectLater(ctx context.Context) {
	pause := time.NewTicker(reconnectPause)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
		stop, err := r.watchServer(ctx)
		if err != nil {
			continue
		}
		defer stop()
		r.logger.Info("the event bus is there")
		r.eventsMissed()
		<-ctx.Done()
		return
	}
}

// watchServer watches the configured NATS server. The returned function stops that and ends the connection.
func (r *Router) watchServer(ctx context.Context) (stop func(), err error) {
	events, err := bus.Connect(ctx, bus.Config{
		URL: r.config.Cache.Events.NATSURL, Credentials: r.config.Cache.Events.Credentials, Client: "weft router", Logger: r.logger,
	})
	if err != nil {
		return nil, err
	}
	unwatch, err := events.Watch(ctx, r.entityChanged, r.eventsMissed)
	if err != nil {
		events.Close()
		return nil, err
	}
	return func() {
		unwatch()
		events.Close()
	}, nil
}

// entityChanged invalidates an entity that a service has changed. message names the event among those of all times: when
// many routers hear of it, Redis is told once.
func (r *Router) entityChanged(message string, event wire.EntityChanged) {
	// Other subgraphs may have computed fields of theirs from the changed ones, so all of the entity goes.
	what := cache.Invalidation{Kind: "type", Type: event.Type}
	if event.Key != nil {
		key, err := json.Marshal(event.Key)
		if err != nil {
			r.logger.Error("an event's key cannot be written", "event", event.ID, "err", err)
			return
		}
		what.Kind, what.Key = "entity", key
	}
	if _, err := r.cache.InvalidateOnce(context.Background(), message, what); err != nil {
		// Events of services outside this graph are no mistake.
		r.logger.Debug("an event was not for this graph", "type", event.Type, "err", err)
	}
}

// eventsMissed drops everything: nobody knows what has changed meanwhile.
func (r *Router) eventsMissed() {
	r.logger.Warn("events were missed: the entity cache starts anew")
	if _, err := r.cache.Invalidate(context.Background(), cache.Invalidation{Kind: "all"}); err != nil {
		r.logger.Error("the entity cache cannot be emptied", "err", err)
	}
}
