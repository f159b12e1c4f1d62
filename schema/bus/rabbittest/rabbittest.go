// Package rabbittest starts real RabbitMQ servers for tests, from the files of Debian's package rabbitmq-server.
package rabbittest

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

	amqp "github.com/rabbitmq/amqp091-go"
)

// script starts the server without changing to its own user, which /usr/sbin/rabbitmq-server does.
const script = "/usr/lib/rabbitmq/bin/rabbitmq-server"

// startTimeout bounds how long a server may take to accept connections: it takes some seconds on a quiet machine.
const startTimeout = 2 * time.Minute

// Server is a RabbitMQ process on free ports of the loopback interface, with its data in a temporary directory.
type Server struct {
	dir                      string
	port, distribution, epmd int
	process                  *exec.Cmd
	done                     chan struct{}
}

// Start starts a server that ends with the test. The test fails when RabbitMQ is not installed.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// New starts a server that keeps its files in the directory, until Stop: one that tests of a package share.
func New(dir string) (*Server, error) {
	s := &Server{dir: dir}
	if err := s.findPorts(); err != nil {
		return nil, err
	}
	for name, text := range map[string]string{"plugins": "[].\n", "environment": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	if err := s.start(); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Server) findPorts() error {
	for _, port := range []*int{&s.port, &s.distribution, &s.epmd} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer listener.Close() // all of them after this loop, so that they differ
		*port = listener.Addr().(*net.TCPAddr).Port
	}
	return nil
}

// URL is the server's address.
func (s *Server) URL() string { return fmt.Sprintf("amqp://guest:guest@127.0.0.1:%d/", s.port) }

// Resume starts the process, again with the same ports and directory after Halt.
func (s *Server) Resume(t testing.TB) {
	t.Helper()
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) start() error {
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	s.process = exec.Command(script)
	s.process.Dir = s.dir
	s.process.Env = append(
		os.Environ(),
		"HOME="+s.dir,
		"RABBITMQ_NODENAME=weft"+strconv.Itoa(s.port)+"@localhost",
		"RABBITMQ_NODE_IP_ADDRESS=127.0.0.1",
		"RABBITMQ_NODE_PORT="+strconv.Itoa(s.port),
		"RABBITMQ_DIST_PORT="+strconv.Itoa(
			s.distribution,
		),
		"ERL_EPMD_PORT="+strconv.Itoa(s.epmd),
		"ERL_EPMD_ADDRESS=127.0.0.1",
		"RABBITMQ_MNESIA_BASE="+filepath.Join(s.dir, "data"),
		"RABBITMQ_LOG_BASE="+filepath.Join(s.dir, "logs"),
		"RABBITMQ_ENABLED_PLUGINS_FILE="+filepath.Join(s.dir, "plugins"),
		"RABBITMQ_CONFIG_FILE="+filepath.Join(s.dir, "none"),
		"RABBITMQ_CONF_ENV_FILE="+filepath.Join(s.dir, "environment"),
	)
	s.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the script starts others
	s.process.Stdout, s.process.Stderr = log, log
	if err := s.process.Start(); err != nil {
		return fmt.Errorf("start RabbitMQ (apt-get install rabbitmq-server): %w", err)
	}
	s.done = make(chan struct{})
	go func() {
		_ = s.process.Wait() // how it ended does not matter; that it ended does
		close(s.done)
	}()
	return s.await()
}

func (s *Server) await() error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(startTimeout)
	for {
		if conn, err := amqp.Dial(s.URL()); err == nil {
			return conn.Close()
		}
		select {
		case <-tick.C:
		case <-s.done:
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("RabbitMQ ended at once:\n%s", log)
		case <-deadline:
			return errors.New("RabbitMQ accepts no connections")
		}
	}
}

// Halt ends the process in order. It is not killed, since RabbitMQ 3 may leave a quorum queue of a single server that
// was killed without a leader for good (rabbitmq/rabbitmq-server#10070), which no client can mend.
func (s *Server) Halt() {
	if s.process == nil || s.process.Process == nil {
		return
	}
	_ = syscall.Kill(-s.process.Process.Pid, syscall.SIGTERM) // it may have ended by itself
	select {
	case <-s.done:
	case <-time.After(startTimeout):
	}
	_ = syscall.Kill(-s.process.Process.Pid, syscall.SIGKILL)
	<-s.done
}

// Wipe removes what the server stored. Halt it before.
func (s *Server) Wipe(t testing.TB) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(s.dir, "data")); err != nil {
		t.Fatal(err)
	}
}

// Stop ends the server and the name server that Erlang started with it.
func (s *Server) Stop() {
	s.Halt()
	_ = exec.Command("epmd", "-port", strconv.Itoa(s.epmd), "-kill").Run() // it may not have been started
}
