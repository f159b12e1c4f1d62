package cache

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// follow keeps this replica's copy of the invalidation clock current until the cache is closed: it listens to the
// channel, and asks for what it may have missed at every tick of cfg.Sync and after every reconnect.
func (c *Cache) follow() {
	defer c.background.Done()
	sub := c.redis.Subscribe(c.ctx, c.keys.Channel())
	defer func() { _ = sub.Close() }()
	news := make(chan struct{}, 1)
	c.background.Add(1)
	go c.listen(sub, news)
	tick := time.NewTicker(c.cfg.Sync)
	defer tick.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-tick.C:
		case <-news:
		}
		if !c.breaker.Closed() {
			continue // the breaker's probe syncs
		}
		ctx, cancel := context.WithTimeout(c.ctx, c.cfg.WriteTimeout)
		err := c.table.Sync(ctx)
		if err != nil && ctx.Err() == nil {
			err = c.table.Sync(ctx) // one may be an accident
		}
		if err == nil && c.pending.any() {
			err = c.flushPending(ctx) // deferred while the breaker was closing
		}
		if err == nil {
			err = c.confirm(ctx)
		}
		cancel()
		if err != nil && c.ctx.Err() == nil {
			c.breaker.Open(fmt.Errorf("learning of invalidations: %w", err))
		}
	}
}

// listen receives messages until the cache is closed. Each (re)subscription asks for a sync, because messages may have
// been missed before it.
func (c *Cache) listen(sub *redis.PubSub, news chan<- struct{}) {
	defer c.background.Done()
	for c.ctx.Err() == nil {
		msg, err := sub.Receive(c.ctx)
		switch m := msg.(type) {
		case *redis.Message:
			c.table.Receive(m.Payload)
		case *redis.Subscription:
			select {
			case news <- struct{}{}:
			default:
			}
		}
		if err != nil {
			pause := time.NewTimer(c.cfg.ProbeInterval)
			select {
			case <-c.ctx.Done():
			case <-pause.C:
			}
			pause.Stop()
		}
	}
}
