package events

import (
	"context"
	"sync"

	"github.com/weft-graphql/weft/schema/wire"
)

// Collected gathers the events of all changes that are committed under one context.
type Collected struct {
	mu     sync.Mutex
	events []wire.EntityChanged
}

type collectedKey struct{}

// Collect returns a context under which Commit also notes its events in the Collected.
func Collect(ctx context.Context) (context.Context, *Collected) {
	c := &Collected{}
	return context.WithValue(ctx, collectedKey{}, c), c
}

// Events are the events that were committed so far, in order.
func (c *Collected) Events() []wire.EntityChanged {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]wire.EntityChanged(nil), c.events...)
}

// collect notes committed events, if somebody collects them.
func collect(ctx context.Context, events []wire.EntityChanged) {
	c, ok := ctx.Value(collectedKey{}).(*Collected)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = append(c.events, events...)
}
