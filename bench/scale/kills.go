package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// loss is one of a kind that goes away under load, and comes back.
type loss struct {
	name string
	// away ends it, back starts it again and returns when it works.
	away func()
	back func(context.Context) error
	// retries and reads count what failed between the two, took is how long back took.
	writes, reads int64
	took          time.Duration
}

// losses are what is killed, one after the other.
func (l *traffic) losses() []*loss {
	c := l.cluster
	killed := func(p *process) *loss { return &loss{name: p.name, away: p.kill, back: p.start} }
	router := c.routers[len(c.routers)-1]
	redis := c.redis.servers[1]
	return []*loss{
		{name: router.name, away: func() { router.kill(); l.forget(router.name) }, back: router.start},
		{name: redis.name, away: redis.kill, back: func(ctx context.Context) error {
			if err := redis.start(ctx); err != nil {
				return err
			}
			return c.redis.whole(ctx)
		}},
		killed(c.nats.servers[0]),
		killed(c.services["inventory"].process),
		killed(c.services["catalog"].process),
		{name: c.postgres.name, away: c.postgres.crash, back: c.postgres.start},
	}
}

// lose ends each process in turn, spread over the time there is.
func (l *traffic) lose(ctx context.Context, duration, away time.Duration) ([]*loss, error) {
	all := l.losses()
	pause := (duration - time.Duration(len(all))*away) / time.Duration(len(all)+1)
	for _, loss := range all {
		wait(ctx, pause)
		reads, writes := l.failedReads.Load(), l.failedTries.Load()
		fmt.Fprintf(os.Stderr, "  %s is killed\n", loss.name)
		loss.away()
		wait(ctx, away)
		began := time.Now()
		if err := loss.back(ctx); err != nil {
			return all, fmt.Errorf("starting %s again: %w", loss.name, err)
		}
		loss.took = time.Since(began)
		loss.reads, loss.writes = l.failedReads.Load()-reads, l.failedTries.Load()-writes
	}
	wait(ctx, pause)
	return all, ctx.Err()
}
