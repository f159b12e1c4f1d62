package cache

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/cache/connection"
	"github.com/weft-graphql/weft/router/cache/policy"
	"github.com/weft-graphql/weft/router/cache/storage"
)

// Cache is one process's entity cache. It is safe for concurrent use.
type Cache struct {
	cfg   Config
	keys  storage.Keyspace
	redis redis.UniversalClient // nil: in process only
	l1    *storage.Local        // nil: switched off
	forms *printedForms         // nil as l1 is

	versions *clock.Versions
	// table is what all replicas share of versions, and scripts runs what has to be one step there.
	table    *clock.Table
	scripts  *connection.Scripts
	scopes   scopes
	coverage coverage
	flights  flights
	breaker  *connection.Breaker
	writer   *writer
	totals   totals
	// told is what Told returns.
	told atomic.Uint64
	// graph is the latest supergraph, for invalidations that name types and keys.
	graph atomic.Pointer[Graph]

	pending     pending
	unconfirmed unconfirmed
	// admissions are by subgraph and root field; the value is *admission.
	admissions sync.Map

	ctx        context.Context
	cancel     context.CancelFunc
	background sync.WaitGroup
}

// Open starts a cache. A Redis that cannot be reached is no error: the cache goes on without it until it is there. The
// error says what is wrong with the configuration.
func Open(cfg Config) (*Cache, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Cache{cfg: cfg, keys: storage.NewKeyspace(cfg.Namespace), versions: clock.NewVersions(cfg.MaxTracked)}
	if c.redis, err = connection.New(cfg.Redis, cfg.WriteTimeout); err != nil {
		return nil, err
	}
	c.scripts = connection.NewScripts(c.redis)
	c.table = clock.NewTable(c.versions, c.scripts, clock.TableOptions{
		Epochs: c.keys.Epochs(), Deps: c.keys.Deps(), Channel: c.keys.Channel(), Logger: cfg.Logger,
		MaxTracked: cfg.MaxTracked, Keep: 2 * (cfg.MaxTTL + policy.LongestStale),
	})
	if !cfg.L1.Disabled {
		// A quarter is for printed forms. Neither may be nothing at all: that would mean no bound.
		forms := max(cfg.L1.MaxBytes/4, 1)
		c.l1, c.forms = storage.NewLocal(max(cfg.L1.MaxBytes, forms+1)-forms), newPrintedForms(forms)
	}
	c.told.Store(opened.Add(1) << 40)
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.writer = newWriter(c)
	c.background.Add(2)
	go c.writer.build()
	go c.writer.write()
	if c.redis == nil {
		return c, nil
	}
	c.breaker = connection.NewBreaker(cfg.ProbeInterval, cfg.Logger, c.probe)
	first, cancel := context.WithTimeout(c.ctx, cfg.WriteTimeout)
	err = c.table.Sync(first)
	cancel()
	if err == nil {
		c.breaker.Close()
	} else {
		cfg.Logger.Warn("cache: Redis cannot be used yet; going on without it", "error", err)
	}
	c.background.Add(2)
	go func() {
		defer c.background.Done()
		c.breaker.Run(c.ctx)
	}()
	go c.follow()
	return c, nil
}

// replayed is how far back a replica repeats the invalidations it knows of when it gets Redis back: a Redis that took
// over may not have heard the latest.
const replayed = time.Minute

// maxReplayed bounds how many it repeats.
const maxReplayed = 10_000

// probe tries to use Redis again: it learns what was invalidated meanwhile, and tells what was invalidated here.
func (c *Cache) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.WriteTimeout)
	defer cancel()
	if err := c.pingAll(ctx); err != nil {
		return err
	}
	before := c.versions.Clock.Load()
	if err := c.table.Sync(ctx); err != nil {
		return fmt.Errorf("learning of invalidations: %w", err)
	}
	if age := uint64(replayed.Microseconds()); clock.Sequence(before) > age {
		c.pending.add(c.versions.Recent(clock.Reading(clock.Sequence(before)-age), maxReplayed), nil)
	}
	return c.flushPending(ctx)
}

// pingAll checks every primary of a cluster, because a lookup can need any of them.
func (c *Cache) pingAll(ctx context.Context) error {
	if cluster, ok := c.redis.(*redis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
			return node.Ping(ctx).Err()
		})
	}
	return c.redis.Ping(ctx).Err()
}

func (c *Cache) admissionOf(subgraph, field string) *admission {
	a, _ := c.admissions.LoadOrStore(subgraph+"."+field, new(admission))
	return a.(*admission)
}

// Settle waits until everything that was fetched before is stored (or dropped). For tests and orderly ends.
func (c *Cache) Settle(ctx context.Context) error { return c.writer.settleAll(ctx) }

// Clock changes with every invalidation this process knows of. What began at another reading may have read what is
// invalid now; its result must not be shared with what begins later. A fetch is shared by the reading of when it was
// sent: what is stored of it carries the one of its Lookup, which is not later.
func (c *Cache) Clock() uint64 { return c.versions.Clock.Load() }

// Told changes when a Lookup is told by Redis of an invalidation that Clock does not show yet, because the message is
// still on its way. What began before must not be shared with that lookup's fetch. No two caches of a process have the
// same: their clocks cannot be compared.
func (c *Cache) Told() uint64 { return c.told.Load() }

// opened counts the caches of this process.
var opened atomic.Uint64

// Close writes what waits, for as long as one write may take, and stops.
func (c *Cache) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), c.cfg.WriteTimeout)
	_ = c.writer.settleAll(ctx)
	cancel()
	c.writer.close()
	c.cancel()
	c.background.Wait()
	if c.redis != nil {
		return c.redis.Close()
	}
	return nil
}
