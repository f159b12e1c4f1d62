// Package natstest starts real nats-server processes for tests, from the binary of Debian's package nats-server.
package natstest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// startTimeout bounds how long a server may take to accept connections.
const startTimeout = 30 * time.Second

// Server is a nats-server process on a free port of the loopback interface, with JetStream in a temporary directory.
type Server struct {
	dir     string
	port    int
	process *exec.Cmd
	done    chan struct{}
}

// Start starts a server that ends with the test. The test fails when nats-server is not installed.
func Start(t testing.TB) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{dir: t.TempDir(), port: listener.Addr().(*net.TCPAddr).Port}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	s.Resume(t)
	t.Cleanup(s.Kill)
	return s
}

// URL is the server's address.
func (s *Server) URL() string { return fmt.Sprintf("nats://127.0.0.1:%d", s.port) }

// Resume starts the process, again with the same port and directory after Kill.
func (s *Server) Resume(t testing.TB) {
	t.Helper()
	binary, err := exec.LookPath("nats-server")
	if err != nil {
		binary = "/usr/sbin/nats-server" // where Debian puts it, which is not on everybody's path
	}
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	s.process = exec.Command(
		binary,
		"-a",
		"127.0.0.1",
		"-p",
		strconv.Itoa(s.port),
		"-js",
		"-sd",
		filepath.Join(s.dir, "js"),
	)
	s.process.Stdout, s.process.Stderr = log, log
	if err := s.process.Start(); err != nil {
		t.Fatalf("start nats-server (apt-get install nats-server): %v", err)
	}
	s.done = make(chan struct{})
	go func() {
		_ = s.process.Wait() // how it ended does not matter; that it ended does
		close(s.done)
	}()
	if err := s.await(); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) await() error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(startTimeout)
	for {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
		if err == nil {
			return conn.Close()
		}
		select {
		case <-tick.C:
		case <-s.done:
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("nats-server ended at once:\n%s", log)
		case <-deadline:
			return errors.New("nats-server accepts no connections")
		}
	}
}

// Kill ends the process at once, as a crash would.
func (s *Server) Kill() {
	_ = s.process.Process.Signal(syscall.SIGKILL) // it may have ended by itself
	<-s.done
}

// Wipe removes what the server stored. Kill it before.
func (s *Server) Wipe(t testing.TB) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(s.dir, "js")); err != nil {
		t.Fatal(err)
	}
}
