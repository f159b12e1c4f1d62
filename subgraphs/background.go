package subgraphs

import (
	"context"
	"sync"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

// watchAgain is how long a service waits before it tries again to watch a bus that is away.
const watchAgain = 2 * time.Second

// startWork starts what a service does beside answering requests. The returned function stops it and waits for it.
func startWork(made parts, config kit.Config) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	if made.work != nil {
		running.Go(func() { made.work(ctx, config.Logger) })
	}
	if made.heard != nil && config.Events != nil {
		running.Go(func() { watch(ctx, made, config) })
	}
	return func() {
		cancel()
		running.Wait()
	}
}

// watch hands events on until ctx ends.
func watch(ctx context.Context, made parts, config kit.Config) {
	for ctx.Err() == nil {
		end, err := config.Events.Watch(ctx, func(_ string, event wire.EntityChanged) { made.heard(event) }, made.missed)
		if err == nil {
			made.missed() // what came before
			<-ctx.Done()
			end()
			return
		}
		config.Logger.Warn("events cannot be watched yet", "error", err)
		pause(ctx, watchAgain)
	}
}

// pause waits for a while, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
