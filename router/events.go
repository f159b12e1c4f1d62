package router

import (
	"context"
	"encoding/json"

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
	events := r.options.Events
	if url := r.config.Cache.Events.NATSURL; events == nil && url != "" {
		var err error
		events, err = bus.Connect(context.Background(), bus.Config{
			URL: url, Credentials: r.config.Cache.Events.Credentials, Client: "weft router", Logger: r.logger,
		})
		if err != nil {
			return err
		}
		r.closers = append(r.closers, events.Close)
	}
	if events == nil {
		return nil
	}
	stop, err := events.Watch(context.Background(), r.entityChanged, r.eventsMissed)
	if err != nil {
		return err
	}
	// What watches must end before the connection does.
	r.closers = append([]func(){stop}, r.closers...)
	return nil
}

// entityChanged invalidates an entity that a service has changed.
func (r *Router) entityChanged(event wire.EntityChanged) {
	key, err := json.Marshal(event.Key)
	if err != nil {
		r.logger.Error("an event's key cannot be written", "event", event.ID, "err", err)
		return
	}
	// Other subgraphs may have computed fields of theirs from the changed ones, so all of the entity goes.
	r.invalidate(cache.Invalidation{Kind: "entity", Type: event.Type, Key: key})
}

// eventsMissed drops everything: nobody knows what has changed meanwhile.
func (r *Router) eventsMissed() {
	r.logger.Warn("events were missed: the entity cache starts anew")
	r.invalidate(cache.Invalidation{Kind: "all"})
}

func (r *Router) invalidate(what cache.Invalidation) {
	if _, err := r.cache.Invalidate(context.Background(), what); err != nil {
		// Events of services outside this graph are no mistake.
		r.logger.Debug("an event was not for this graph", "type", what.Type, "err", err)
	}
}
