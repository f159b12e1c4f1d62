package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// child is a process this program started and stops.
type child struct {
	name   string
	cmd    *exec.Cmd
	stdout io.ReadCloser
	log    *tail
	exited chan struct{}
	err    error // why it exited; read after exited is closed
}

// stopPatience is how long a child may take to end when asked to.
const stopPatience = 5 * time.Second

// startChild starts a program on the given core (no core: -1), with one scheduler thread when it has a core.
func startChild(name string, cpu int, path string, args ...string) (*child, error) {
	c := &child{name: name, cmd: exec.Command(path, args...), log: &tail{}, exited: make(chan struct{})}
	c.cmd.Stderr = c.log
	c.cmd.Env = os.Environ()
	if cpu >= 0 {
		c.cmd.Env = append(c.cmd.Env, "GOMAXPROCS=1")
	}
	dieWithParent(c.cmd)
	var err error
	if c.stdout, err = c.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	if err := startOn(cpu, c.cmd); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	return c, nil
}

// watch lets exited be closed when the process ends. It follows the last read of stdout, as exec.Cmd.Wait demands.
func (c *child) watch() {
	go func() {
		c.err = c.cmd.Wait()
		close(c.exited)
	}()
}

// drain keeps the end of what a child says that tells nothing else, and notices when it ends.
func (c *child) drain() {
	go func() {
		_, _ = io.Copy(c.log, c.stdout) // until the child ends
		c.watch()
	}()
}

// ready decodes the JSON line that tells that the child serves, then drops the rest of its output.
func (c *child) ready(into any) error {
	err := json.NewDecoder(c.stdout).Decode(into)
	if err != nil {
		c.watch()
		<-c.exited
		return fmt.Errorf("%s did not start: %w\n%s", c.name, errors.Join(err, c.err), c.log)
	}
	go func() {
		// Reading to the end keeps the child from blocking; what it says is of no interest.
		_, _ = io.Copy(io.Discard, c.stdout)
		c.watch()
	}()
	return nil
}

// result decodes the JSON that a child prints before it ends by itself.
func (c *child) result(ctx context.Context, into any) error {
	interrupted := context.AfterFunc(ctx, func() { _ = c.cmd.Process.Kill() })
	defer interrupted()
	decodeErr := json.NewDecoder(c.stdout).Decode(into)
	if err := c.cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w\n%s", c.name, err, c.log)
	}
	return decodeErr
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// stop asks the child to end, and makes it.
func (c *child) stop() {
	// A child that has already ended cannot be signalled, which is fine.
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.exited:
	case <-time.After(stopPatience):
		_ = c.cmd.Process.Kill()
		<-c.exited
	}
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	kept bytes.Buffer
}

const tailBytes = 4096

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept.Write(p)
	if extra := t.kept.Len() - tailBytes; extra > 0 {
		t.kept.Next(extra)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.kept.String()
}
