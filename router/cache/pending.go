package cache

import (
	"context"
	"slices"
	"sync"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/cache/storage"
)

// pending are invalidations that Redis does not know of yet.
type pending struct {
	mu      sync.Mutex
	members map[string]struct{}
	// hashes are Redis keys of entities to be emptied.
	hashes map[string]struct{}
}

// maxPending bounds the invalidations that wait for Redis. When there are more, everything is invalidated instead.
const maxPending = 20_000

func (p *pending) add(members, hashes []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.members == nil {
		p.members, p.hashes = map[string]struct{}{}, map[string]struct{}{}
	}
	for _, m := range members {
		p.members[m] = struct{}{}
	}
	for _, h := range hashes {
		p.hashes[h] = struct{}{}
	}
	if len(p.members)+len(p.hashes) > maxPending {
		p.members = map[string]struct{}{"*": {}}
		p.hashes = map[string]struct{}{}
	}
}

func (p *pending) take() (members, hashes []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for m := range p.members {
		members = append(members, m)
	}
	for h := range p.hashes {
		hashes = append(hashes, h)
	}
	p.members, p.hashes = nil, nil
	return members, hashes
}

func (p *pending) any() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.members)+len(p.hashes) > 0
}

// flushPending tells Redis what could not be told before.
func (c *Cache) flushPending(ctx context.Context) error {
	members, hashes := c.pending.take()
	if len(members)+len(hashes) == 0 {
		return nil
	}
	slices.Sort(members)
	if _, err := c.publish(ctx, members, hashes); err != nil {
		c.pending.add(members, hashes)
		return err
	}
	return nil
}

// maxTick is how many members one tick names at most.
const maxTick = 500

// publish records members in Redis, tells the other replicas, and empties the entities' hashes. It returns how many of
// these had something stored.
func (c *Cache) publish(ctx context.Context, members, hashes []string) (stored int, err error) {
	var clock uint64
	for chunk := range slices.Chunk(members, maxTick) {
		if clock, err = c.table.Tick(ctx, chunk); err != nil {
			return stored, err
		}
	}
	return c.emptyHashes(ctx, clock, hashes)
}

// emptyHashes makes the entities' hashes forget what was stored before a clock reading. It returns how many had
// something stored.
func (c *Cache) emptyHashes(ctx context.Context, reading uint64, hashes []string) (stored int, err error) {
	for chunk := range slices.Chunk(hashes, maxTick) {
		pipe := c.redis.Pipeline()
		for _, h := range chunk {
			since := clock.FormatNumber(clock.Sequence(reading))
			c.scripts.Form(storage.EntityScript).Eval(ctx, pipe, []string{h}, since, tombstone.Milliseconds())
		}
		cmds, err := pipe.Exec(ctx)
		for _, cmd := range cmds {
			if r, ok := cmd.(interface{ Int() (int, error) }); ok {
				if n, err := r.Int(); err == nil {
					stored += n
				}
			}
		}
		if err != nil {
			return stored, err
		}
	}
	return stored, nil
}
