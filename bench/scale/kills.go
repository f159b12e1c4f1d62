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
	h := l.house
	killed := func(p *process) *loss { return &loss{name: p.name, away: p.kill, back: p.start} }
	router := h.routers[len(h.routers)-1]
	redis := h.redis.servers[1]
	return []*loss{
		{name: router.name, away: func() { router.kill(); l.forget(router.name) }, back: router.start},
		{name: redis.name, away: redis.kill, back: func(ctx context.Context) error {
			if err := redis.start(ctx); err != nil {
				return err
			}
			return h.redis.whole(ctx)
		}},
		killed(h.nats.servers[0]),
		killed(h.services["inventory"].process),
		killed(h.services["catalog"].process),
		{name: h.postgres.name, away: h.postgres.crash, back: h.postgres.start},
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
