// Package embedded runs a NATS server inside the process, so that events work without anything to install.
package embedded

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/weft-graphql/weft/schema/bus"
)

// startTimeout bounds how long the server may take to accept connections.
const startTimeout = 10 * time.Second

// Server is a NATS server with JetStream that only this process can reach.
type Server struct {
	nats *server.Server
	lock *os.File
}

// Start starts a server that keeps its events in the directory, which no other process may use at the same time.
func Start(dir string) (*Server, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil { // the server itself would only say that it is not ready
		return nil, fmt.Errorf("make the directory of the embedded event bus: %w", err)
	}
	lock, err := lockDirectory(dir)
	if err != nil {
		return nil, err
	}
	s, err := startServer(dir)
	if err != nil {
		_ = lock.Close()
		return nil, err
	}
	return &Server{s, lock}, nil
}

func startServer(dir string) (*server.Server, error) {
	s, err := server.NewServer(&server.Options{
		ServerName: "weft", DontListen: true, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true,
		JetStreamMaxMemory: 64 << 20, JetStreamMaxStore: 1 << 30,
	})
	if err != nil {
		return nil, fmt.Errorf("start the embedded event bus: %w", err)
	}
	s.Start()
	if !s.ReadyForConnections(startTimeout) {
		s.Shutdown()
		return nil, fmt.Errorf("the embedded event bus does not start within %s", startTimeout)
	}
	if !s.JetStreamEnabled() {
		s.Shutdown()
		return nil, fmt.Errorf("the embedded event bus cannot use its directory %s", dir)
	}
	return s, nil
}

// Connect opens a connection to the server; the address in the configuration does not matter.
func (s *Server) Connect(ctx context.Context, config bus.Config) (*bus.Bus, error) {
	config.URL = "nats://embedded"
	config.Options = append(config.Options, nats.InProcessServer(s.nats))
	return bus.Connect(ctx, config)
}

// Stop ends the server. Close the connections first.
func (s *Server) Stop() {
	s.nats.Shutdown()
	s.nats.WaitForShutdown()
	_ = s.lock.Close()
}

// lockDirectory keeps other processes from using the directory until the file is closed or this process ends.
func lockDirectory(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the directory of the embedded event bus: %w", err)
	}
	if err := lockFile(f); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("the directory %s is in use by another process", dir)
	}
	return f, nil
}
