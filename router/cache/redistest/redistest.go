// Package redistest starts real redis-server processes for tests: single servers, a three-node cluster, and a primary
// with a replica watched by sentinels. Everything listens on free loopback ports, keeps its files in the test's own
// directory and is gone when the test ends.
//
// A missing redis-server fails the test: what these tests show cannot be shown without one.
package redistest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// startLimit bounds how long a server or a topology may take to become usable.
const startLimit = 30 * time.Second

// Server is a running redis-server process.
type Server struct {
	// Addr is host:port.
	Addr string

	t    testing.TB
	port int
	args []string
	dir  string
	cmd  *exec.Cmd
	done chan struct{}
}

// Start runs a redis-server without persistence on a free port. More arguments are passed on the command line
// ("--maxmemory", "10mb", ...).
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s := &Server{t: t, port: freePort(t), dir: t.TempDir()}
	s.Addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port))
	s.args = append([]string{
		"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
		"--dir", s.dir, "--daemonize", "no", "--loglevel", "warning",
	}, args...)
	s.run()
	s.waitReady()
	t.Cleanup(s.Stop)
	return s
}

// binary finds redis-server, or fails the test with what to do about it.
func binary(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatal("these tests need a real redis-server on the PATH (version 7 or later); install the package redis-server")
	}
	return path
}

func (s *Server) run() {
	s.t.Helper()
	out, err := os.OpenFile(filepath.Join(s.dir, "redis.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = out.Close() }()
	s.cmd = exec.Command(binary(s.t), s.args...)
	s.cmd.Dir = s.dir
	s.cmd.Stdout, s.cmd.Stderr = out, out
	if err := s.cmd.Start(); err != nil {
		s.t.Fatalf("start redis-server: %v", err)
	}
	done := make(chan struct{})
	s.done = done
	cmd := s.cmd
	go func() {
		_ = cmd.Wait()
		close(done)
	}()
}

func (s *Server) waitReady() {
	s.t.Helper()
	c := s.Client()
	defer func() { _ = c.Close() }()
	Eventually(s.t, "redis-server at "+s.Addr+" answers", func() bool {
		return c.Ping(context.Background()).Err() == nil
	})
}

// Client returns a plain client of this one server. The caller closes it.
func (s *Server) Client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: s.Addr, MaxRetries: -1, DisableIdentity: true})
}

// Stop kills the process; a second call does nothing.
func (s *Server) Stop() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGCONT)
	_ = s.cmd.Process.Kill()
	<-s.done
	s.cmd = nil
}

// Restart starts the process again on the same port after Stop (or stops it first). Without persistence it is empty.
func (s *Server) Restart() {
	s.t.Helper()
	s.Stop()
	s.run()
	s.waitReady()
}

// Freeze makes the server hang: connections stay open and nothing answers. Thaw ends it.
func (s *Server) Freeze() {
	s.signal(syscall.SIGSTOP)
	status := filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid), "stat")
	if _, err := os.Stat(status); err != nil {
		return // where there is no telling, it is nearly at once
	}
	Eventually(s.t, "the server stands still", func() bool {
		text, err := os.ReadFile(status)
		// The state follows the name, which stands in parentheses.
		return err == nil && bytes.Contains(text, []byte(") T "))
	})
}

// Thaw lets a frozen server go on.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatalf("signal redis-server: %v", err)
	}
}

// Eventually polls until ok holds, and fails the test after startLimit.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(startLimit)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %s in vain until %s", startLimit, what)
		}
		<-tick.C
	}
}

// freePort finds a port on which nothing listens, and whose cluster bus port (10000 above) is free as well.
func freePort(t testing.TB) int {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		_ = l.Close()
		if port > 50000 {
			continue
		}
		bus, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port+10000))
		if err != nil {
			continue
		}
		_ = bus.Close()
		return port
	}
	t.Fatal("no free port found")
	return 0
}
