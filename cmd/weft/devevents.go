package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/bus/embedded"
)

// devEvents is the event bus of weft dev: services publish what changed, the router invalidates it.
type devEvents struct {
	// server is nil when the bus is another process.
	server           *embedded.Server
	services, router *bus.Bus
}

// openEvents connects to the bus that --events-url names, or starts one in this process.
func (d *devProcess) openEvents(ctx context.Context) (*devEvents, error) {
	if d.command.EventsURL != "" {
		return connectDevEvents(ctx, d.command.EventsURL, d.logger)
	}
	e, err := startDevEvents(ctx, filepath.Join(d.command.DataDir, "events"), d.logger)
	if err != nil {
		return nil, fmt.Errorf("%w (choose another directory with --data-dir)", err)
	}
	return e, nil
}

func connectDevEvents(ctx context.Context, url string, logger *slog.Logger) (*devEvents, error) {
	e := &devEvents{}
	var err error
	if e.services, err = bus.Connect(ctx, bus.Config{URL: url, Client: "weft dev", Logger: logger}); err == nil {
		e.router, err = bus.Connect(ctx, bus.Config{URL: url, Client: "weft dev router", Logger: logger})
	}
	if err != nil {
		e.close()
		return nil, fmt.Errorf("--events-url: %w", err)
	}
	return e, nil
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
	if e.server != nil {
		e.server.Stop()
	}
}
