package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// devRedis is the Redis-compatible server inside weft dev: the router remembers entities there as it does in
// production, and weft cache or redis-cli can look inside.
type devRedis struct {
	server *miniredis.Miniredis
	stop   chan struct{}
	ticker sync.WaitGroup
}

// startDevRedis starts the server on a free loopback port. Everything in it is gone when the process ends.
func startDevRedis() (*devRedis, error) {
	r := &devRedis{server: miniredis.NewMiniRedis(), stop: make(chan struct{})}
	if err := r.server.Start(); err != nil {
		return nil, fmt.Errorf("the embedded Redis cannot be started: %w (do without it with --no-cache)", err)
	}
	// Its clock stands still unless somebody moves it.
	r.ticker.Go(func() {
		const step = time.Second
		tick := time.NewTicker(step)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				r.server.FastForward(step)
			case <-r.stop:
				return
			}
		}
	})
	return r, nil
}

func (r *devRedis) address() string { return r.server.Addr() }

// close ends the server. The router must have been closed before.
func (r *devRedis) close() {
	close(r.stop)
	r.ticker.Wait()
	r.server.Close()
}
