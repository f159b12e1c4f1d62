package main

import (
	"context"
	"log/slog"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/bus/embedded"
)

// devEvents is the event bus inside weft dev: services publish what changed, the router invalidates it.
type devEvents struct {
	server           *embedded.Server
	services, router *bus.Bus
}

func startDevEvents(ctx context.Context, dir string, logger *slog.Logger) (*devEvents, error) {
	server, err := embedded.Start(dir)
	if err != nil {
		return nil, err
	}
	e := &devEvents{server: server}
	if e.services, err = server.Connect(ctx, bus.Config{Client: "services", Logger: logger}); err == nil {
		e.router, err = server.Connect(ctx, bus.Config{Client: "router", Logger: logger})
	}
	if err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

// close ends the bus. Services and router must have been closed before.
func (e *devEvents) close() {
	for _, b := range []*bus.Bus{e.router, e.services} {
		if b != nil {
			b.Close()
		}
	}
	e.server.Stop()
}
