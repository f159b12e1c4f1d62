package events

import (
	"context"
	"log/slog"
	"sync"

	"github.com/weft-graphql/weft/schema/bus"
)

// Start starts everything that a service does with events: the relay of its outbox, answers to those who catch up with
// its subgraph, and the follower, which may be nil. Without a bus only the relay runs. The returned function stops it
// all: first no more comes in, then the last goes out.
func Start(
	subgraph string,
	outbox *Outbox,
	follower *Follower,
	b *bus.Bus,
	lock Lock,
	logger *slog.Logger,
) (stop func()) {
	if b == nil {
		return StartRelay(outbox, nil, lock, logger)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		for ctx.Err() == nil {
			end, err := b.Answer(subgraph, outbox.CaughtUp)
			if err == nil {
				<-ctx.Done()
				end()
				return
			}
			logger.Warn("who wants to catch up cannot be answered yet", "error", err)
			wait(ctx, relayEvery)
		}
	})
	if follower != nil {
		running.Go(func() {
			for ctx.Err() == nil {
				err := lock(ctx, "follower", func() error { follower.Run(ctx); return nil })
				if err != nil && ctx.Err() == nil {
					logger.Warn("another process takes events in, or nobody can", "error", err)
				}
				wait(ctx, relayEvery)
			}
		})
	}
	stopRelay := StartRelay(outbox, b, lock, logger)
	return func() {
		cancel()
		running.Wait()
		stopRelay()
	}
}
